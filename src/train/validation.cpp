#include "train/validation.h"

#include <cmath>

#include "base/error.h"
#include "base/regression_metrics.h"

namespace epitaxy::train {

Validation::Validation(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                       const std::vector<RowReference>& rows, ChooseBy choose_by,
                       const std::optional<MoleculeEvaluationSettings>& molecules)
    : model_(model),
      choose_by_(std::move(choose_by)),
      properties_(communicator, model, arithmetic, data, rows),
      metrics_(model.description().heads.size()) {
  if (molecules && data.is_molecular()) {
    molecules_ = std::make_unique<MoleculeEvaluation>(communicator, models::molecule_model(model, "the training"),
                                                      arithmetic, data, rows, *molecules);
  }
}

double Validation::evaluate(const float* weights, std::int64_t epoch) {
  metrics_ = properties_.evaluate(weights);
  if (molecules_) {
    molecule_metrics_ = molecules_->evaluate(weights);
  }
  if (choose_by_ == "last") {
    return -static_cast<double>(epoch);
  }
  if (choose_by_ == "reconstruction") {
    check(molecule_metrics_.has_value(), "only molecules are reconstructed");
    return -molecule_metrics_->exact;
  }
  double sum = 0;
  double count = 0;
  for (std::size_t h = 0; h < metrics_.size(); ++h) {
    if ((choose_by_ == "mean" || choose_by_ == model_.description().heads[h].name) && metrics_[h].count > 0) {
      sum += metrics_[h].mae;
      count += 1;
    }
  }
  return count > 0 ? sum / count : 0;
}

std::vector<std::string> Validation::columns() const {
  std::vector<std::string> columns;
  for (const auto& head : model_.description().heads) {
    columns.push_back(fmt::format("validation_mae_{}_{}", head.name, unit_suffix(head.unit)));
  }
  if (molecules_) {
    for (const char* name : {"exact_reconstruction", "token_accuracy", "divergence_nats", "active_units",
                             "prior_rdkit_valid", "prior_valid", "prior_unique", "prior_novel"}) {
      columns.emplace_back(name);
    }
  }
  return columns;
}

std::vector<std::string> Validation::fields(bool there) const {
  std::vector<double> values;
  for (const statistics::RegressionMetrics& metrics : metrics_) {
    values.push_back(metrics.mae);
  }
  if (molecules_) {
    const MoleculeMetrics m = molecule_metrics_.value_or(MoleculeMetrics{});
    const PointShares prior = shares_of(m.prior);
    for (const double value : {m.exact, m.token_accuracy, m.divergence, static_cast<double>(m.active_units),
                               prior.rdkit_valid, prior.valid, prior.unique, prior.novel}) {
      values.push_back(value);
    }
  }
  std::vector<std::string> fields;
  for (const double value : values) {
    fields.push_back(csv_number(there ? value : std::nan("")));
  }
  return fields;
}

std::string Validation::line() const {
  std::string line;
  for (std::size_t h = 0; h < metrics_.size(); ++h) {
    line += fmt::format("  {} {:.5f}", model_.description().heads[h].name, metrics_[h].mae);
  }
  if (molecule_metrics_) {
    const MoleculeMetrics& m = *molecule_metrics_;
    const PointShares prior = shares_of(m.prior);
    line +=
        fmt::format("  exact {:.1f} %, KL {:.1f} nats in {} units; prior: {:.1f} % valid ({:.1f} % by RDKit's rule)",
                    100 * m.exact, m.divergence, m.active_units, 100 * prior.valid, 100 * prior.rdkit_valid);
  }
  return line;
}

}  // namespace epitaxy::train
