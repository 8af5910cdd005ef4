#include "train/validation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::train {

Validation::Validation(const EvaluationCase& c, ChooseBy choose_by, const std::any& evaluation)
    : model_(c.model),
      choose_by_(std::move(choose_by)),
      properties_(c.communicator, c.model, c.arithmetic, c.data, c.rows) {
  for (const models::Head& head : c.model.description().heads) {
    figures_.push_back(head.task->measure(head, {}, {}));  // nothing was measured yet
  }
  const EvaluationKind* own = evaluation_of(c.model.description().kind);
  if (own != nullptr && evaluation.has_value()) {
    of_kind_ = own->make(c, evaluation);
  }
}

double Validation::evaluate(const float* weights, std::int64_t epoch) {
  figures_ = properties_.evaluate(weights);
  if (of_kind_) {
    of_kind_->evaluate(weights);
  }
  if (choose_by_ == "last") {
    return -static_cast<double>(epoch);
  }
  const EvaluationKind* own = evaluation_of(model_.description().kind);
  if (of_kind_ && std::ranges::count(own->choices(), choose_by_) > 0) {
    return of_kind_->figure(choose_by_);
  }
  return chosen_error();
}

/// Of several heads the mean of their errors as shares of what no skill gives. Infinite, and so never the best, when
/// nothing could be measured.
double Validation::chosen_error() const {
  std::vector<double> errors;
  std::vector<double> relative;
  for (std::size_t h = 0; h < figures_.size(); ++h) {
    const models::Head& head = model_.description().heads[h];
    const auto error = figures_[h].error();
    if (error && (choose_by_ == "mean" || choose_by_ == head.name)) {
      errors.push_back(*error);
      relative.push_back(head.task->relative(head, *error));
    }
  }
  const double mean = statistics::mean(errors.size() > 1 ? relative : errors);
  return std::isnan(mean) ? std::numeric_limits<double>::infinity() : mean;
}

std::vector<std::string> Validation::columns() const {
  std::vector<std::string> columns;
  for (const auto& head : model_.description().heads) {
    const models::FigureName& error = head.task->figures().front();
    columns.push_back(fmt::format("validation_{}_{}", error.key, head.name) +
                      (error.has_unit ? "_" + data::unit_suffix(head.unit) : ""));
  }
  if (of_kind_) {
    const auto own = of_kind_->columns();
    columns.insert(columns.end(), own.begin(), own.end());
  }
  return columns;
}

std::vector<std::string> Validation::fields(bool there) const {
  std::vector<double> values;
  for (const models::Figures& figures : figures_) {
    values.push_back(figures.shown());
  }
  if (of_kind_) {
    const auto own = of_kind_->values();
    values.insert(values.end(), own.begin(), own.end());
  }
  std::vector<std::string> fields;
  for (const double value : values) {
    fields.push_back(csv_number(there ? value : std::nan("")));
  }
  return fields;
}

std::string Validation::line() const {
  std::string line;
  for (std::size_t h = 0; h < figures_.size(); ++h) {
    line += fmt::format("  {} {:.5f}", model_.description().heads[h].name, figures_[h].shown());
  }
  if (of_kind_) {
    line += of_kind_->line();
  }
  return line;
}

}  // namespace epitaxy::train
