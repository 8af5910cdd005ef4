#include <nlohmann/json.hpp>

#include "models/kinds.h"
#include "train/kind_evaluation.h"
#include "train/molecule_figures.h"

namespace epitaxy::train {

namespace {

class MoleculeVaeEvaluation final : public KindEvaluation {
 public:
  MoleculeVaeEvaluation(const EvaluationCase& c, const MoleculeEvaluationSettings& settings)
      : model_(models::molecule_model(c.model, "the training")),
        data_(c.data),
        rows_(c.rows),
        evaluation_(c.communicator, model_, c.arithmetic, c.data, c.rows, settings) {}

  void evaluate(const float* weights) override { metrics_ = evaluation_.evaluate(weights); }
  double figure(const std::string& /*choice*/) const override { return -metrics_.exact; }

  std::vector<std::string> columns() const override {
    return {"exact_reconstruction", "token_accuracy", "divergence_nats", "active_units",
            "prior_rdkit_valid",    "prior_valid",    "prior_unique",    "prior_novel"};
  }
  std::vector<double> values() const override {
    const PointShares prior = shares_of(metrics_.prior);
    return {metrics_.exact,      metrics_.token_accuracy,
            metrics_.divergence, static_cast<double>(metrics_.active_units),
            prior.rdkit_valid,   prior.valid,
            prior.unique,        prior.novel};
  }
  std::string line() const override {
    const PointShares prior = shares_of(metrics_.prior);
    return fmt::format("  exact {:.1f} %, KL {:.1f} nats in {} units; prior: {:.1f} % valid ({:.1f} % by RDKit's rule)",
                       100 * metrics_.exact, metrics_.divergence, metrics_.active_units, 100 * prior.valid,
                       100 * prior.rdkit_valid);
  }

  nlohmann::ordered_json summary(const float* weights) const override {
    const LatentOrder order = latent_order(data_, rows_, evaluation_.means());
    return {{"molecules", to_json(metrics_)},
            {"latent_order", to_json(order, head_directions(model_, weights, order))}};
  }
  void log(const std::string& set, const float* weights) const override {
    const LatentOrder order = latent_order(data_, rows_, evaluation_.means());
    log_molecules(set, metrics_);
    log_latent_order(set, order, head_directions(model_, weights, order));
  }

 private:
  const models::MoleculeModel& model_;
  const TrainingData& data_;
  const std::vector<RowReference>& rows_;
  MoleculeEvaluation evaluation_;
  MoleculeMetrics metrics_;
};

class MoleculeVaeEvaluationKind final : public EvaluationKind {
 public:
  const models::Kind& kind() const override { return models::molecule_vae(); }
  std::any default_settings() const override { return MoleculeEvaluationSettings{}; }
  void keys(config::Keys& k, std::any& settings) const override {
    auto& s = std::any_cast<MoleculeEvaluationSettings&>(settings);
    k.integer(s.decoded_rows, {"decoded_rows", "validation molecules that are reconstructed after each epoch"},
              {0, 1e8});
    k.integer(s.points, {"points", "standard-normal points that are decoded after each epoch"}, {0, 1e8});
    k.integer(s.final_points, config::Key("final_points", "points that are decoded at the end").output(), {0, 1e8});
    k.integer(s.seed, {"seed", "of the points"}, {0, 1e9});
  }
  std::vector<std::string> choices() const override { return {"reconstruction"}; }
  std::string default_choice() const override { return "last"; }

  std::unique_ptr<KindEvaluation> make(const EvaluationCase& c, const std::any& settings) const override {
    auto s = std::any_cast<const MoleculeEvaluationSettings&>(settings);
    if (c.at_end) {
      s.decoded_rows = c.rows.size();
      s.points = s.final_points;
      s.random_strings = !models::representation_of(c.model.description()).notation.empty();
    }
    return std::make_unique<MoleculeVaeEvaluation>(c, s);
  }
};

}  // namespace

const EvaluationKind& molecule_vae_evaluation() {
  static const MoleculeVaeEvaluationKind kind;
  return kind;
}

}  // namespace epitaxy::train
