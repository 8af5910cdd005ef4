#pragma once
/// \file
/// What the jobs of difference learning learn from and are measured on: the same on every rank.
#include <string>
#include <vector>

#include "data/dataset.h"
#include "transfer/difference.h"

namespace epitaxy::transfer {

/// Rows of one data set that have everything.
struct DifferenceRows {
  data::DatasetIndex index;
  std::vector<std::size_t> rows;  ///< Of the data set.
  std::vector<double> measured;   ///< [rows]
  std::vector<double> cheap;      ///< [rows, cheap columns]; the first in the unit of the measured values.
  learners::Matrix features;      ///< [rows, columns]

  std::size_t count() const { return rows.size(); }
  const std::string& group(std::size_t i) const { return index.groups[rows[i]]; }
  std::span<const double> cheap_of(std::size_t i) const;
  /// What features are made of.
  const std::string& text(std::size_t i) const;
};

struct DifferenceData {
  DifferenceRows rows;
  DifferenceRows test;  ///< Empty without a test file.
  RowFeatures features;
  std::vector<std::string> cheap;        ///< Names.
  std::vector<std::string> cheap_units;  ///< As predictions expect them.
  std::string measured;
  std::string unit;
  FittedBaseline line;               ///< Measured against cheap, all rows: for the warning and the user.
  std::size_t without_measured = 0;  ///< Rows of both sets that lack a value ...
  std::size_t without_cheap = 0;
  std::size_t unreadable = 0;  ///< ... or have no features.
  std::size_t in_test = 0;     ///< Rows left out because a test row has the same group.
};

/// Reads everything; the ranks share the work on features. Warns when measured and cheap values seem to be in other
/// units. Throws InputError: files, targets, units that are not of the same kind, a constant column, too few groups for
/// the folds or the labels, features that do not fit the data. Collective.
DifferenceData load_difference_data(const parallel::Communicator& communicator, const DifferenceSettings& settings);

/// The line's slope beyond which (or below whose inverse) other units are suspected.
inline constexpr double kSuspiciousSlope = 2.5;

/// Positions of the rows that a job learns from and of those it predicts (of the test rows if there are such).
struct DifferenceSplit {
  std::vector<std::size_t> train;
  std::vector<std::size_t> held_out;
};

/// All rows but a fold's.
DifferenceSplit split_by_fold(const DifferenceData& data, const DifferenceSettings& settings, int fold,
                              std::uint64_t seed);
/// As many rows as `labels` says (0: all), those of one group together, by an order that the seed fixes; all test rows.
DifferenceSplit split_by_labels(const DifferenceData& data, const DifferenceSettings& settings, std::size_t labels,
                                std::uint64_t seed);

}  // namespace epitaxy::transfer
