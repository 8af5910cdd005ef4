#include <cmath>

#include "learners/candidate_keys.h"
#include "learners/learners.h"
#include "learners/trees.h"

namespace epitaxy::learners {

namespace {

/// The exact search for splits is faster than histograms on so few rows.
constexpr std::size_t kExactRows = 5000;
/// The exact search has no unlimited depth.
constexpr int kDeepest = 64;

struct ForestSettings {
  int trees = 100;
  int depth = 0;        ///< Largest; 0: as deep as rows allow.
  double rows = 0.632;  ///< Share of the rows that each tree is grown from, drawn without repetition.
  /// Share of the columns that each node looks at: its square root for the tree, and of these again for the node.
  double columns = 0.2;
  double least_rows = 2;  ///< In a leaf.
};

class RandomForest final : public LearnerOf<ForestSettings> {
 public:
  const char* name() const override { return "random_forest"; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    return read_trees(file, group);
  }

 private:
  using S = ForestSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    CandidateKeys<S> keys(k);
    keys.integer(&S::trees, {"trees", "number of trees"}, {1, 1e5});
    keys.integer(&S::depth, {"depth", "most splits between root and leaf; 0: any"}, {0, 64});
    keys.number(&S::rows, {"rows", "share of the rows that each tree grows from"}, {0.01, 1});
    keys.number(&S::columns, {"columns", "share of the columns that each node looks at"}, {1e-4, 1});
    keys.number(&S::least_rows, {"least_rows", "fewest rows in a leaf"}, {1, 1e6});
    return keys.candidates();
  }

  std::string describe_settings(const S& s) const override {
    return fmt::format("{} trees, columns {}, least_rows {}", s.trees, s.columns, s.least_rows);
  }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& /*stop*/) const override {
    TreePlan plan{.is_forest = true};
    plan.set("subsample", s.rows);
    plan.set("min_child_weight", s.least_rows);
    plan.set("max_depth", s.depth == 0 ? kDeepest : s.depth);
    plan.set("tree_method", table.rows.rows <= kExactRows ? "exact" : "hist");
    plan.set("num_parallel_tree", s.trees);
    // One half of the choice by tree: columns that a tree does not use cost no time.
    plan.set("colsample_bytree", std::sqrt(s.columns));
    plan.set("colsample_bynode", std::sqrt(s.columns));
    plan.set("eta", 1);
    plan.set("lambda", 0);
    return train_trees(plan, table);
  }
};

}  // namespace

const Learner& random_forest() {
  static const RandomForest learner;
  return learner;
}

}  // namespace epitaxy::learners
