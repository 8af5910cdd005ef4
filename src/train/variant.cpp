#include "train/variant.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "models/head_task.h"
#include "models/kind.h"

namespace epitaxy::train {

namespace {

bool is_of_heads(const std::string& parameter) {
  return parameter.starts_with("head.") || parameter.starts_with("heads.");
}

bool matches(const std::string& pattern, const std::string& parameter) {
  return pattern == kFeatures ? !is_of_heads(parameter) : text::matches(pattern, parameter);
}

}  // namespace

TrainingSettings training_for(const Variant& variant, std::size_t rows) {
  TrainingSettings training = variant.training;
  const auto batch = static_cast<std::size_t>(training.batch);
  const int steps = static_cast<int>(std::max<std::size_t>(1, rows / batch));
  training.epochs = std::max(training.epochs, (variant.least_steps + steps - 1) / steps);
  training.schedule.epochs = training.epochs;
  return training;
}

std::vector<double> rate_multipliers(const models::Model& model, const Variant& variant) {
  const nn::ParameterLayout& layout = model.layout();
  std::vector<RatePattern> patterns = variant.rates;
  for (const auto& pattern : variant.freeze) {
    patterns.push_back({pattern, 0.0});
  }
  std::vector<double> multipliers(layout.parameters().size(), 1.0);
  for (const auto& [pattern, multiplier] : patterns) {
    bool any = false;
    for (std::size_t i = 0; i < multipliers.size(); ++i) {
      if (matches(pattern, layout[i].name)) {
        multipliers[i] = multiplier;
        any = true;
      }
    }
    if (!any) {
      fail_input("variant {}: no parameter matches '{}'; the first are {} and {}, the last is {}", variant.name,
                 pattern, layout[0].name, layout[1].name, layout.parameters().back().name);
    }
  }
  for (std::size_t i = 0; i < multipliers.size(); ++i) {
    if (!model.description().kind->is_taught_by_labels(layout[i].name)) {
      multipliers[i] = 0;
    }
  }
  if (std::ranges::all_of(multipliers, [](double m) { return m == 0; })) {
    fail_input("variant {}: every parameter is frozen, so nothing can learn", variant.name);
  }
  return multipliers;
}

namespace {

/// The hidden layer of the heads, if the input says something about it.
void set_hidden(models::ModelDescription& description, const Variant& variant, const NewHead& head) {
  if (!head.hidden) {
    return;
  }
  std::size_t* hidden = description.kind->head_hidden(description.settings);
  if (hidden == nullptr) {
    fail_input("'head.hidden' is not for a {}, whose heads are linear: leave it out", description.kind->name());
  }
  const std::size_t before = *hidden;
  *hidden = *head.hidden;
  if (*head.hidden != before && variant.pretrained && !head.start_from.empty()) {
    fail_input(
        "the heads of the pretrained model have a hidden layer of width {} (0 = none), the new one of {}: start it "
        "fresh (head.start_from: fresh)",
        before, *head.hidden);
  }
}

models::Head describe_own(const models::ModelDescription& pretrained, const Variant& variant, const NewHead& head,
                          const data::Target& target) {
  models::Head own = models::make_head(head.name, target, head.task == "auto" ? "" : head.task);
  own.standardizer = own.task->standardizer(target.values);
  own.weight = variant.weight;
  if (variant.pretrained && !head.start_from.empty()) {
    const models::Head& source = pretrained.heads[pretrained.head_index(head.start_from)];
    if (source.unit != target.unit) {
      fail_input(
          "the head '{}' predicts in {}, but the target {} is in {}: start the new head fresh (head.start_from: "
          "fresh)",
          head.start_from, source.unit, target.name, target.unit);
    }
    if (source.task != own.task && source.classes == own.classes) {
      fail_input("the head '{}' is for the task '{}', the new one for '{}': set 'head.task: {}'", head.start_from,
                 source.task->name(), own.task->name(), source.task->name());
    }
    if (source.classes != own.classes) {
      fail_input(
          "the head '{}' does not tell apart what the target {} names: start the new head fresh (head.start_from: "
          "fresh)",
          head.start_from, target.name);
    }
    // Another quantity has its own mean and spread: the copied head then starts as a straight line between the two.
    if (source.target == target.name || !variant.trains) {
      own.standardizer = source.standardizer;
    }
  }
  return own;
}

/// The head of a further target has the name of the pretrained model's head for it, and goes on from there.
models::Head describe_further(const models::ModelDescription& pretrained, const Variant& variant,
                              const data::Target& target) {
  models::Head further = models::make_head(target.name, target, "");
  further.standardizer = further.task->standardizer(target.values);
  for (const models::Head& source : pretrained.heads) {
    if (source.target == target.name && source.unit == target.unit && source.classes == target.classes) {
      further.name = source.name;
      if (variant.pretrained) {
        further.standardizer = source.standardizer;
      }
      break;
    }
  }
  return further;
}

}  // namespace

models::ModelDescription describe_start(const models::ModelDescription& pretrained, const Variant& variant,
                                        const NewHead& head, const std::vector<data::Target>& targets,
                                        const std::vector<std::int64_t>& seen, const models::RowSums& all_rows) {
  models::ModelDescription description = pretrained;
  set_hidden(description, variant, head);
  description.kind->simplify_for_labels(description.settings);
  description.heads = {describe_own(pretrained, variant, head, targets.front())};
  for (std::size_t i = 1; i < targets.size(); ++i) {
    const models::Head further = describe_further(pretrained, variant, targets[i]);
    if (std::ranges::count(description.head_names(), further.name) > 0) {
      fail_input("variant {}: two heads would be called '{}': give the new one another 'head.name'", variant.name,
                 further.name);
    }
    description.heads.push_back(further);
  }
  if (!variant.pretrained && !all_rows.seen.empty()) {
    description.kind->complete(description, all_rows);
  }
  for (std::size_t i = 0; i < description.seen.size(); ++i) {
    description.seen[i] = seen[i] + (variant.pretrained ? description.seen[i] : 0);
  }
  return description;
}

linalg::Buffer<float> starting_weights(const models::Model& model, const models::ModelFile& pretrained,
                                       const Variant& variant, const NewHead& head, std::uint64_t seed) {
  const auto& layout = model.layout();
  linalg::Buffer<float> weights(layout.size());
  layout.initialize(weights.data(), seed);
  if (!variant.pretrained) {
    return weights;
  }
  const auto source = models::make_model(pretrained.description);
  const std::string own_prefix = "head." + head.name + ".";
  for (const auto& parameter : layout.parameters()) {
    std::string name = parameter.name;
    if (name.starts_with(own_prefix)) {
      if (head.start_from.empty()) {
        continue;
      }
      name = "head." + head.start_from + "." + name.substr(own_prefix.size());
    }
    // Heads of further targets and a hidden layer may be new.
    if (is_of_heads(name) && (!source->layout().has(name) || source->layout().find(name).shape != parameter.shape)) {
      continue;
    }
    const auto& from = source->layout().find(name);
    std::copy_n(pretrained.members.front().data() + from.offset, from.size, weights.data() + parameter.offset);
  }
  return weights;
}

}  // namespace epitaxy::train
