#include "data/split.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"

namespace epitaxy::data {

namespace {

/// Seeds of one purpose lie this far apart. Primes, so that those of different purposes differ.
std::uint64_t distance(Purpose purpose) {
  switch (purpose) {
    case Purpose::split:
      return 0;
    case Purpose::folds:
      return 7919;
    case Purpose::inside:
      return 104729;
    case Purpose::labels:
      return 15485863;
    case Purpose::validation:
      return 32452843;
    default:
      fail("random numbers of this purpose split nothing");
  }
}

/// Rows by the position of their group, then by their own.
std::vector<std::pair<double, std::size_t>> ordered(const Split& split, const Groups& rows) {
  std::vector<std::pair<double, std::size_t>> order;
  order.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    order.emplace_back(split.position(rows[i]), i);
  }
  std::ranges::sort(order);
  return order;
}

std::vector<std::size_t> ascending(const std::vector<std::pair<double, std::size_t>>& order, std::size_t count) {
  std::vector<std::size_t> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back(order[i].second);
  }
  std::ranges::sort(rows);
  return rows;
}

void refuse_few_groups(std::size_t groups, int folds) {
  if (groups < static_cast<std::size_t>(folds)) {
    fail_input("{} distinct groups (substances) cannot be cut into {} folds: choose fewer folds", groups, folds);
  }
}

}  // namespace

TrainHeldOut hold_out(const std::vector<int>& folds, int fold) {
  TrainHeldOut parts;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    (folds[i] == fold ? parts.held_out : parts.train).push_back(i);
  }
  return parts;
}

Split::Split(std::uint64_t seed, Purpose purpose, std::uint64_t repetition, std::uint64_t part)
    : seed_(seed + distance(purpose) * (repetition + 1) + part) {}

double Split::position(std::string_view group) const {
  std::uint64_t h = 14695981039346656037ull ^ (seed_ * 0x9e3779b97f4a7c15ull);
  for (const char c : group) {
    h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  }
  // The finalizer of SplitMix64 spreads FNV's bits.
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
  h ^= h >> 31;
  return static_cast<double>(h >> 11) * 0x1.0p-53;
}

std::vector<int> Split::even_folds(const Groups& rows, int count) const {
  std::map<std::string_view, std::size_t> sizes;
  for (const std::string_view group : rows) {
    ++sizes[group];
  }
  refuse_few_groups(sizes.size(), count);
  struct Group {
    std::size_t size;
    double position;
    std::string_view name;
  };
  std::vector<Group> groups;
  for (const auto& [name, size] : sizes) {
    groups.push_back({size, position(name), name});
  }
  std::ranges::sort(groups, [](const Group& a, const Group& b) {
    return a.size != b.size ? a.size > b.size : std::tie(a.position, a.name) < std::tie(b.position, b.name);
  });
  std::vector<std::size_t> filled(static_cast<std::size_t>(count), 0);
  std::map<std::string_view, int> fold_of;
  for (const Group& group : groups) {
    const auto least = std::ranges::min_element(filled);
    *least += group.size;
    fold_of[group.name] = static_cast<int>(least - filled.begin());
  }
  std::vector<int> result;
  for (const std::string_view group : rows) {
    result.push_back(fold_of[group]);
  }
  return result;
}

std::vector<int> Split::folds(const Groups& rows, int count) const { return folds(rows, rows, count); }

std::vector<int> Split::folds(const Groups& rows, const Groups& among, int count) const {
  std::map<std::string_view, int> fold_of;
  for (const std::string_view group : among) {
    fold_of.emplace(group, 0);
  }
  refuse_few_groups(fold_of.size(), count);
  std::vector<std::pair<double, std::string_view>> order;
  for (const auto& [group, fold] : fold_of) {
    order.emplace_back(position(group), group);
  }
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    fold_of[order[i].second] = static_cast<int>(i * static_cast<std::size_t>(count) / order.size());
  }
  std::vector<int> result;
  for (const std::string_view group : rows) {
    const auto found = fold_of.find(group);
    result.push_back(found != fold_of.end() ? found->second : -1);
  }
  return result;
}

std::vector<std::size_t> Split::first(const Groups& rows, std::size_t count) const {
  return ascending(ordered(*this, rows), std::min(count, rows.size()));
}

std::vector<std::size_t> Split::first_groups(const Groups& rows, std::size_t count) const {
  const auto order = ordered(*this, rows);
  std::size_t last = std::min(count, order.size());
  while (last > 0 && last < order.size() && order[last].first == order[last - 1].first) {
    ++last;
  }
  return ascending(order, last);
}

}  // namespace epitaxy::data
