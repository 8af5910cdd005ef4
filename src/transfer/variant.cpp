#include "epitaxy/transfer/variant.h"

#include <algorithm>

#include "epitaxy/base/error.h"
#include "epitaxy/base/text.h"

namespace epitaxy::transfer {

std::vector<double> rate_multipliers(const nn::ParameterLayout& layout, const Variant& variant) {
  std::vector<RatePattern> patterns = variant.rates;
  for (const auto& pattern : variant.freeze) {
    patterns.push_back({pattern, 0.0});
  }
  std::vector<double> multipliers(layout.parameters().size(), 1.0);
  for (const auto& [pattern, multiplier] : patterns) {
    bool any = false;
    for (std::size_t i = 0; i < multipliers.size(); ++i) {
      if (text::matches(pattern, layout[i].name)) {
        multipliers[i] = multiplier;
        any = true;
      }
    }
    if (!any) {
      fail_input("variant {}: no parameter matches '{}'; the first are {} and {}, the last is {}", variant.name,
                 pattern, layout[0].name, layout[1].name, layout.parameters().back().name);
    }
  }
  if (std::ranges::all_of(multipliers, [](double m) { return m == 0; })) {
    fail_input("variant {}: every parameter is frozen, so nothing can learn", variant.name);
  }
  return multipliers;
}

models::ModelDescription describe_start(const models::ModelDescription& pretrained, const Variant& variant,
                                        const NewHead& head, const std::string& target, const std::string& unit,
                                        const std::vector<double>& labels, const std::vector<std::int64_t>& seen) {
  models::ModelDescription description = pretrained;
  models::Head own{head.name, target, unit, models::Standardizer::fit(labels)};
  if (variant.pretrained && !head.start_from.empty()) {
    const models::Head& source = pretrained.heads[pretrained.head_index(head.start_from)];
    if (source.unit != unit) {
      fail_input(
          "the head '{}' predicts in {}, but the target {} is in {}: start the new head fresh (head.start_from: "
          "fresh)",
          head.start_from, source.unit, target, unit);
    }
    own.standardizer = source.standardizer;
  }
  description.heads = {own};
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
    const auto& from = source->layout().find(name);
    std::copy_n(pretrained.members.front().data() + from.offset, from.size, weights.data() + parameter.offset);
  }
  return weights;
}

}  // namespace epitaxy::transfer
