#pragma once
/// \file
/// Splits by group (reduced composition, molecule), so that no group is on both sides. A group's side is a function of
/// the seed, the purpose and its name alone: it is the same in every data set that holds it, whatever the order of the
/// rows.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace epitaxy::data {

/// The group of each row; views into the index of a data set.
using Groups = std::vector<std::string_view>;

/// Positions of rows to learn from and of others.
struct TrainHeldOut {
  std::vector<std::size_t> train;
  std::vector<std::size_t> held_out;
};

/// `folds` [rows]: rows of this fold are held out.
TrainHeldOut hold_out(const std::vector<int>& folds, int fold);

/// An order of groups, from which one split is cut.
class Split {
 public:
  /// Purposes: `split` (test and validation rows), `folds`, `inside` (parts of a training part), `labels` (those that
  /// are used), `validation` (part of these). `repetition`: the seed of a job; `part`: the fold that was cut before.
  explicit Split(std::uint64_t seed, Purpose purpose = Purpose::split, std::uint64_t repetition = 0,
                 std::uint64_t part = 0);

  /// A group's position in [0, 1), uniform over groups.
  double position(std::string_view group) const;

  /// The fold of each row, 0 to count - 1; folds hold equal numbers of groups (within one). Throws InputError when
  /// there are fewer groups than folds.
  std::vector<int> folds(const Groups& rows, int count) const;
  /// The same, cut from the groups of `among`; -1: in none of the folds.
  std::vector<int> folds(const Groups& rows, const Groups& among, int count) const;

  /// Folds that hold nearly equal numbers of rows where groups have many: the largest group first, each goes to the
  /// fold with fewest rows. Throws as `folds`.
  std::vector<int> even_folds(const Groups& rows, int count) const;

  /// The first `count` of the rows in the order of their groups, ascending: a subset of what a larger count gives.
  std::vector<std::size_t> first(const Groups& rows, std::size_t count) const;
  /// The same with all rows of the last group.
  std::vector<std::size_t> first_groups(const Groups& rows, std::size_t count) const;

  /// For the random numbers of what is learned on a split's parts.
  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
};

}  // namespace epitaxy::data
