#pragma once
/// \file
/// What the jobs of difference learning learn from and are measured on: the same on every rank.
#include <string>
#include <vector>

#include "data/labelled_rows.h"
#include "transfer/difference.h"
#include "transfer/row_input.h"

namespace epitaxy::transfer {

/// Rows of one data set that have everything.
struct DifferenceRows {
  data::LabelledRows set;
  std::vector<double> measured;           ///< [rows]
  std::vector<double> cheap;              ///< [rows, cheap columns]; the first in the unit of the measured values.
  std::vector<double> given;              ///< [rows, given columns]
  std::vector<double> weights;            ///< [rows] how much each counts in training and choice; empty: all the same.
  learners::Matrix features;              ///< [rows, columns] of the text, then what is given.
  std::vector<std::string> split_groups;  ///< [rows] those of one are never on both sides.
  std::vector<double> times;              ///< [rows] of a split by order; empty otherwise.

  std::size_t count() const { return set.size(); }
  const std::string& group(std::size_t i) const { return set.group(i); }
  std::span<const double> cheap_of(std::size_t i) const;
  std::span<const double> given_of(std::size_t i) const;
  /// Of all rows, or of those at some positions.
  SplitUnits units() const { return {{split_groups.begin(), split_groups.end()}, times}; }
  SplitUnits units(const std::vector<std::size_t>& positions) const;
  /// [positions]; empty: all the same.
  std::vector<double> weights_of(const std::vector<std::size_t>& positions) const;
  /// What features are made of.
  const std::string& text(std::size_t i) const;
};

struct DifferenceData {
  DifferenceRows rows;
  DifferenceRows test;  ///< Of a test file, or kept back; otherwise empty.
  RowFeatures features;
  std::vector<std::string> cheap;  ///< Names.
  std::vector<RowInput> inputs;    ///< What rows need, cheap values first; nothing is known of them yet.
  std::string measured;
  std::string unit;
  std::vector<std::string> classes;  ///< Their two names, where these are learned.
  FittedBaseline line;               ///< Measured against cheap, all rows: for the warning and the user.

  /// Rows of both sets: `unlabelled` without the measured value, `incomplete` without an input, `unreadable` without
  /// features, `in_test` because a test row has the same group.
  std::size_t left_out(data::LeftOut why) const { return rows.set.left_out(why) + test.set.left_out(why); }
  bool has_given() const { return inputs.size() > cheap.size(); }
  /// [columns of DifferenceRows::features]
  std::vector<learners::ColumnKind> kinds() const;
};

/// Reads everything; the ranks share the work on features. Warns when measured and cheap values seem to be in other
/// units. Throws InputError: files, targets, units that are not of the same kind, a constant column, too few groups for
/// the folds or the labels, features that do not fit the data, molecules that were prepared by different rules.
/// Collective.
DifferenceData load_difference_data(const parallel::Communicator& communicator, const DifferenceSettings& settings);

/// 0, 1, ... of all rows.
std::vector<std::size_t> all_positions(const DifferenceRows& rows);
/// [rows] of an input, by its number.
std::vector<double> input_values(const DifferenceData& data, std::size_t input, const std::vector<std::size_t>& rows);
/// What rows need, with the values that some rows have.
std::vector<RowInput> learned_inputs(const DifferenceData& data, const std::vector<std::size_t>& rows);

/// Rows that jobs learn from and those they predict, by fold.
std::vector<data::TrainHeldOut> split_by_folds(const DifferenceData& data, const DifferenceSettings& settings,
                                               std::uint64_t seed);
/// As many rows as `labels` says (0: all), those of one group together, by an order that the seed fixes; all test rows.
data::TrainHeldOut split_by_labels(const DifferenceData& data, const DifferenceSettings& settings, std::size_t labels,
                                   std::uint64_t seed);

}  // namespace epitaxy::transfer
