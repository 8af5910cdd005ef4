#include "transfer/ensemble.h"

#include <algorithm>

#include "base/statistics.h"
#include "data/csv.h"

namespace epitaxy::transfer {

void Ensemble::finish(std::vector<double>& mean, std::vector<double>& deviation) const {
  for (const auto& values : values_) {
    mean.push_back(statistics::mean(values));
    deviation.push_back(statistics::spread(values).deviation);
  }
}

std::vector<std::string> prediction_columns(const models::Head& head) {
  std::vector<std::string> columns{"target", "prediction"};
  if (head.classes.empty()) {
    columns.emplace_back("prediction_std");
    return columns;
  }
  for (const std::string& name : head.task->value_names(head)) {
    columns.push_back("probability" + name);
    columns.push_back("probability" + name + "_std");
  }
  return columns;
}

std::vector<std::string> prediction_fields(const models::Head& head, double label, std::span<const double> values,
                                           std::span<const double> deviations, std::size_t i) {
  const std::size_t count = head.values();
  const auto own = values.subspan(i * count, count);
  std::vector<std::string> fields{head.task->field(head, label), head.task->answer(head, own)};
  for (std::size_t k = 0; k < count; ++k) {
    if (!head.classes.empty()) {
      fields.push_back(data::csv_number(own[k]));
    }
    fields.push_back(data::csv_number(deviations[i * count + k]));
  }
  return fields;
}

namespace {

/// Changes a linear head so that its standardized output in `to` is the same physical value as before in `from`.
void restandardize(const nn::ParameterLayout& layout, const models::Head& from, const models::Standardizer& to,
                   float* weights) {
  const models::Standardizer& own = from.standardizer;
  if (own.mean == to.mean && own.scale == to.scale) {
    return;
  }
  const auto& weight = layout.find("head." + from.name + ".weight");
  for (std::size_t i = 0; i < weight.size; ++i) {
    float& w = weights[weight.offset + i];
    w = static_cast<float>(w * own.scale / to.scale);
  }
  float& bias = weights[layout.find("head." + from.name + ".bias").offset];
  bias = static_cast<float>(to.forward(own.backward(bias)));
}

}  // namespace

void add_member(models::ModelFile& ensemble, models::ModelFile member) {
  if (ensemble.members.empty()) {
    ensemble.description = member.description;
  }
  auto& seen = ensemble.description.seen;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    seen[i] = std::max(seen[i], member.description.seen[i]);
  }
  const auto model = models::make_model(member.description);
  for (std::size_t h = 0; h < member.description.heads.size(); ++h) {
    restandardize(model->layout(), member.description.heads[h], ensemble.description.heads[h].standardizer,
                  member.members.front().data());
  }
  ensemble.members.push_back(std::move(member.members.front()));
}

}  // namespace epitaxy::transfer
