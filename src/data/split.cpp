#include "data/split.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace epitaxy::data {

double group_position(std::uint64_t seed, std::string_view group) {
  std::uint64_t h = 14695981039346656037ull ^ (seed * 0x9e3779b97f4a7c15ull);
  for (const char c : group) {
    h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  }
  // The finalizer of SplitMix64 spreads FNV's bits.
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
  h ^= h >> 31;
  return static_cast<double>(h >> 11) * 0x1.0p-53;
}

std::vector<int> group_folds(const std::vector<std::string>& groups, int folds, std::uint64_t seed) {
  std::map<std::string, int> fold_of;
  for (const auto& group : groups) {
    fold_of.emplace(group, 0);
  }
  if (static_cast<int>(fold_of.size()) < folds) {
    fail_input("{} distinct compositions cannot be cut into {} folds: choose fewer folds", fold_of.size(), folds);
  }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [group, fold] : fold_of) {
    order.emplace_back(group_position(seed, group), group);
  }
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    fold_of[order[i].second] = static_cast<int>(i * folds / order.size());
  }
  std::vector<int> result;
  for (const auto& group : groups) {
    result.push_back(fold_of[group]);
  }
  return result;
}

}  // namespace epitaxy::data
