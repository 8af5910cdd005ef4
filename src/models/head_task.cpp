#include "models/head_task.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/regression_metrics.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/units.h"

namespace epitaxy::models {

namespace {

class Regression final : public HeadTask {
 public:
  const char* name() const override { return "regression"; }
  std::string misfit(const data::Target& target) const override {
    return target.classes.empty() ? "" : fmt::format("names {} classes and no numbers", target.classes.size());
  }
  Standardizer standardizer(const std::vector<double>& labels) const override { return Standardizer::fit(labels); }

  std::size_t outputs(const Head& /*head*/) const override { return 1; }
  double loss(const nn::Loss& loss, std::span<const float> outputs, float label, float* gradient) const override {
    return nn::loss_and_gradient(loss, outputs.data(), &label, 1, gradient).loss;
  }

  std::size_t values(const Head& /*head*/) const override { return 1; }
  void predict(const Head& head, const float* outputs, double* values) const override {
    values[0] = head.standardizer.backward(outputs[0]);
  }
  std::vector<double> baseline(const Head& /*head*/, std::span<const double> labels) const override {
    double mean = 0;
    for (const double label : labels) {
      mean += label / static_cast<double>(labels.size());
    }
    return {mean};
  }

  std::span<const FigureName> figures() const override {
    static constexpr FigureName names[] = {{"mae", "MAE", true}, {"rmse", "RMSE", true}, {"r2", "R2"}};
    return names;
  }
  double relative(const Head& head, double error) const override { return error / head.standardizer.scale; }
  Figures measure(const Head& /*head*/, std::span<const double> labels,
                  std::span<const double> predictions) const override {
    const auto m = statistics::regression_metrics(labels, predictions);
    return {m.count, {m.mae, m.rmse, m.r2}};
  }

  std::vector<std::string> value_names(const Head& /*head*/) const override { return {""}; }
  std::string value_unit(const Head& head) const override { return head.unit; }
  std::string field(const Head& /*head*/, double label) const override { return data::csv_number(label); }
  std::string answer(const Head& /*head*/, std::span<const double> values) const override {
    return data::csv_number(values.front());
  }
};

}  // namespace

const HeadTask& regression() {
  static const Regression task;
  return task;
}

std::span<const HeadTask* const> head_tasks() {
  static const HeadTask* const all[] = {&regression(), &binary(), &classes()};
  return all;
}

const HeadTask& head_task(const std::string& name) {
  std::vector<std::string> names;
  for (const HeadTask* task : head_tasks()) {
    if (task->name() == name) {
      return *task;
    }
    names.emplace_back(task->name());
  }
  const auto nearest = text::nearest(name, names);
  fail_input("unknown task '{}' of a head{}: this version knows {}", name,
             nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : "", text::join(names, ", "));
}

const HeadTask& usual_task(const data::Target& target) {
  const auto fits = [&](const HeadTask* task) { return task->misfit(target).empty(); };
  const auto found = std::ranges::find_if(head_tasks(), fits);
  if (found == head_tasks().end()) {
    fail_input("no head can learn the target {}: it names {} classes", target.name, target.classes.size());
  }
  return **found;
}

Head make_head(const std::string& name, const data::Target& target, const std::string& task) {
  Head head{name, target.name, target.unit, {}};
  head.task = task.empty() ? &usual_task(target) : &head_task(task);
  head.classes = target.classes;
  for (const std::string& one : head.classes) {
    if (!text::is_utf8(one)) {
      fail_input("the target {} has a class whose name is not UTF-8: convert the table and import it again",
                 target.name);
    }
  }
  if (const std::string misfit = head.task->misfit(target); !misfit.empty()) {
    const char* advice = target.classes.empty() ? "import it with 'values: classes', or " : "";
    fail_input("the head '{}' is for the task '{}', but its target {} {}: {}take '{}'", name, head.task->name(),
               target.name, misfit, advice, usual_task(target).name());
  }
  return head;
}

std::vector<double> labels_for(const Head& head, const data::Target& target, const std::string& file) {
  if (target.classes == head.classes) {
    return target.values;
  }
  if (target.classes.empty() != head.classes.empty()) {
    fail_input("{}: {} {}, but the head '{}' is for the task '{}'", file, target.name,
               target.classes.empty() ? "holds numbers" : "names classes", head.name, head.task->name());
  }
  std::vector<double> index_of;
  for (const std::string& name : target.classes) {
    const auto found = std::ranges::find(head.classes, name);
    index_of.push_back(found == head.classes.end() ? -1 : static_cast<double>(found - head.classes.begin()));
  }
  std::vector<double> labels;
  for (const double value : target.values) {
    const double label = std::isnan(value) ? value : index_of[static_cast<std::size_t>(value)];
    if (label < 0) {
      fail_input("{}: {} names the class '{}', which is unseen in training: that has {}", file, target.name,
                 target.classes[static_cast<std::size_t>(value)], text::join(head.classes, ", "));
    }
    labels.push_back(label);
  }
  return labels;
}

std::vector<nn::LinearHeads::Spec> linear_heads(std::span<const Head> heads) {
  std::vector<nn::LinearHeads::Spec> specs;
  for (const Head& head : heads) {
    specs.push_back({head.name, head.outputs()});
  }
  return specs;
}

std::size_t Head::outputs() const { return task->outputs(*this); }
std::size_t Head::values() const { return task->values(*this); }

namespace {

template <typename Size>
std::vector<std::size_t> places(std::span<const Head> heads, Size size) {
  std::vector<std::size_t> result{0};
  for (const Head& head : heads) {
    result.push_back(result.back() + size(head));
  }
  return result;
}

}  // namespace

std::vector<std::size_t> output_places(std::span<const Head> heads) {
  return places(heads, [](const Head& head) { return head.outputs(); });
}

std::vector<std::size_t> value_places(std::span<const Head> heads) {
  return places(heads, [](const Head& head) { return head.values(); });
}

std::string figure_key(const FigureName& figure, const Head& head) {
  return figure.has_unit ? fmt::format("{}_{}", figure.key, data::unit_suffix(head.unit)) : figure.key;
}

std::string told(const Head& head, const Figures& figures) {
  const auto names = head.task->figures();
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    parts.push_back(names[i].has_unit ? fmt::format("{} {:.5f}", names[i].label, figures.values[i])
                                      : fmt::format("{} {:.4f}", names[i].label, figures.values[i]));
    const bool last_with_unit = names[i].has_unit && (i + 1 == names.size() || !names[i + 1].has_unit);
    parts.back() += last_with_unit ? " " + head.unit : "";
  }
  return text::join(parts, ", ");
}

Figures average(std::span<const Figures> all) {
  check(!all.empty(), "an average is of figures");
  Figures mean{all.front().count, std::vector<double>(all.front().values.size(), 0.0)};
  for (const Figures& figures : all) {
    for (std::size_t i = 0; i < mean.values.size(); ++i) {
      mean.values[i] += figures.values[i] / static_cast<double>(all.size());
    }
  }
  return mean;
}

nn::LossSums heads_loss(std::span<const Head> heads, const nn::Loss& loss, const float* outputs, const float* labels,
                        std::size_t rows, float* gradient) {
  nn::LossSums sums;
  for (std::size_t i = 0; i < rows; ++i) {
    for (const Head& head : heads) {
      const std::size_t size = head.outputs();
      const float label = *labels++;
      std::fill_n(gradient, size, 0.0f);
      if (!std::isnan(label)) {
        const double weight = loss.row_weights != nullptr ? head.weight * loss.row_weights[i] : head.weight;
        sums.loss += weight * head.task->loss(loss, {outputs, size}, label, gradient);
        sums.labels += 1;
        for (std::size_t k = 0; k < size; ++k) {
          gradient[k] *= static_cast<float>(weight);
        }
      }
      outputs += size;
      gradient += size;
    }
  }
  return sums;
}

}  // namespace epitaxy::models
