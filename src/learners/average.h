#pragma once
/// \file
/// The mean of several learners' predictions, each of which learned by itself.
#include "learners/regressor.h"

namespace epitaxy::learners {

/// Its name in the input and in files, beside those of the learners.
inline constexpr const char* kAverage = "average";

std::unique_ptr<Regressor> average_regressors(std::vector<std::shared_ptr<const Regressor>> members);
std::unique_ptr<Regressor> read_average(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
