#pragma once
/// \file
/// Splits by group (reduced composition), so that no group is on both sides. A group's side is a function of the seed
/// and its name alone: it is the same in every data set that holds it, whatever the order of the rows.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::data {

/// A group's position in [0, 1), uniform over groups.
double group_position(std::uint64_t seed, std::string_view group);

/// The fold of each row, 0 to folds - 1; folds hold equal numbers of groups (within one).
/// Throws InputError when there are fewer groups than folds.
std::vector<int> group_folds(const std::vector<std::string>& groups, int folds, std::uint64_t seed);

}  // namespace epitaxy::data
