#pragma once
/// \file
/// The mean of several learners' predictions, each of which learned by itself.
#include "learners/regressor.h"

namespace epitaxy::learners {

/// Its name in the input and in files, beside those of the learners.
inline constexpr const char* kAverage = "average";

/// What files of the version before hold; they are written as members of a model now.
std::unique_ptr<Regressor> read_average(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
