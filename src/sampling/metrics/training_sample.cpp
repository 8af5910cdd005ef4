#include "sampling/metrics/training_sample.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/hash.h"

namespace epitaxy::sampling {

TrainingSample sample_training(const data::DatasetIndex& training, std::size_t most) {
  TrainingSample sample;
  std::unordered_set<std::string> seen;
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t row = 0; row < training.groups.size(); ++row) {
    if (!seen.insert(training.groups[row]).second) {
      continue;
    }
    Hasher hasher;
    hasher.add(training.groups[row]);
    order.emplace_back(hasher.hex(), sample.molecules.size());
    sample.molecules.push_back(training.groups[row]);
    sample.rows.push_back(row);
  }
  const std::size_t both = std::min(order.size(), 2 * most);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(both), order.end());
  for (std::size_t i = 0; i < both; ++i) {
    (i < most ? sample.first : sample.second).push_back(order[i].second);
  }
  return sample;
}

}  // namespace epitaxy::sampling
