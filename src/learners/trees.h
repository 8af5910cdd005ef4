#pragma once
/// \file
/// Trees by XGBoost (Chen and Guestrin, KDD 2016), on one thread. Not for other layers.
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "learners/learner.h"

namespace epitaxy::learners {

/// How trees are grown.
struct TreePlan {
  bool is_forest = false;  ///< Trees of the same round, whose predictions have a spread.
  int rounds = 1;
  std::vector<std::pair<const char*, std::string>> parameters = {};  ///< By XGBoost's own names.

  template <typename T>
  void set(const char* name, const T& value) {
    parameters.emplace_back(name, fmt::format("{}", value));
  }
};

std::unique_ptr<Regressor> train_trees(const TreePlan& plan, const TrainingTable& table);
std::unique_ptr<Regressor> read_trees(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
