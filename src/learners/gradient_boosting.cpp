#include "learners/candidate_keys.h"
#include "learners/learners.h"
#include "learners/trees.h"

namespace epitaxy::learners {

namespace {

struct BoostingSettings {
  int trees = 300;
  int depth = 4;
  double rows = 0.5;      ///< Share of the rows that each tree is grown from, drawn without repetition.
  double columns = 0.3;   ///< Share of the columns that each tree looks at.
  double least_rows = 2;  ///< In a leaf.
  double learning_rate = 0.05;
  double leaf_penalty = 1;
};

class GradientBoosting final : public LearnerOf<BoostingSettings> {
 public:
  const char* name() const override { return "gradient_boosting"; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    return read_trees(file, group);
  }

 private:
  using S = BoostingSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    CandidateKeys<S> keys(k);
    keys.integer(&S::trees, {"trees", "number of trees"}, {1, 1e5});
    keys.integer(&S::depth, {"depth", "most splits between root and leaf"}, {1, 64});
    keys.number(&S::rows, {"rows", "share of the rows that each tree grows from"}, {0.01, 1});
    keys.number(&S::columns, {"columns", "share of the columns that each tree looks at"}, {1e-4, 1});
    keys.number(&S::least_rows, {"least_rows", "fewest rows in a leaf"}, {1, 1e6});
    keys.number(&S::learning_rate, {"learning_rate", "share of each tree's prediction that is added"}, {1e-4, 1});
    keys.number(&S::leaf_penalty, {"leaf_penalty", "on the squares of the leaves' values"}, {0, 1e6});
    return keys.candidates();
  }

  std::string describe_settings(const S& s) const override {
    return fmt::format("{} trees, learning_rate {}, depth {}, columns {}", s.trees, s.learning_rate, s.depth,
                       s.columns);
  }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& /*stop*/) const override {
    TreePlan plan{.rounds = s.trees};
    plan.set("subsample", s.rows);
    plan.set("min_child_weight", s.least_rows);
    plan.set("max_depth", s.depth);
    plan.set("tree_method", "hist");
    plan.set("colsample_bytree", s.columns);
    plan.set("eta", s.learning_rate);
    plan.set("lambda", s.leaf_penalty);
    return train_trees(plan, table);
  }
};

}  // namespace

const Learner& gradient_boosting() {
  static const GradientBoosting learner;
  return learner;
}

}  // namespace epitaxy::learners
