#pragma once
/// \file
/// The training molecules that a campaign is compared with. Not for other layers.
#include <string>
#include <vector>

#include "data/dataset.h"

namespace epitaxy::sampling {

/// Distinct molecules of a data set, and two disjoint random samples of them that depend on the molecules alone.
struct TrainingSample {
  std::vector<std::string> molecules;  ///< In the order of their first rows.
  std::vector<std::size_t> first;      ///< Numbers of molecules, at most as many as asked for.
  std::vector<std::size_t> second;     ///< The same; fewer or none when there are not enough.
  std::vector<std::size_t> rows;       ///< [molecules] first row of each.
};

TrainingSample sample_training(const data::DatasetIndex& training, std::size_t most);

}  // namespace epitaxy::sampling
