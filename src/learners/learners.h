#pragma once
/// \file
/// The table of learners.
#include <span>

#include "learners/learner.h"

namespace epitaxy::learners {

/// XGBoost's forest of independent trees, and its boosting (Chen and Guestrin, KDD 2016).
const Learner& random_forest();
const Learner& gradient_boosting();
/// Ridge regression with the kernel
///     (w T + (1 - w) G) C V K
/// T = sum min(a, b) / sum max(a, b) of the fragment counts (Ralaivola et al., Neural Netw. 18, 1093, 2005), G, C and V
/// Gaussians of standardized numbers, cheap values and given numbers, K of the number of categories that differ; what
/// has no columns is 1 (T, G alone).
const Learner& kernel_ridge();
/// Linear in standardized columns.
const Learner& ridge();
/// Dense layers (models::fingerprint_net) on standardized columns.
const Learner& network();
const Learner& fine_tune();

/// All of them, in the order in which their keys are listed.
std::span<const Learner* const> learners();
std::vector<std::string> learner_names();
/// Null where there is none of this name.
const Learner* find_learner(const std::string& name);
/// Throws InputError with the nearest name.
const Learner& learner(const std::string& name);

/// Whatever a trained learner, or an average of some, wrote. What wrote nothing predicts 0.
std::unique_ptr<Regressor> read_regressor(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
