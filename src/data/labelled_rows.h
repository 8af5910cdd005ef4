#pragma once
/// \file
/// The rows of a data set that a stage works with, and why it leaves the others out.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace epitaxy::data {

/// Why a row is left out.
enum class LeftOut : std::uint8_t {
  unlabelled,    ///< It has no label.
  incomplete,    ///< It has a label, but not every other value that is needed.
  unreadable,    ///< The model cannot read it, or it has no features.
  excluded,      ///< Its group is one that must not be learned from.
  in_test,       ///< Its group is in the test set.
  test,          ///< It is a test row itself, or lies on the test's side of the split.
  out_of_range,  ///< All its labels are out of range.
  unused         ///< No job learns from it.
};

/// Some rows of a data set, in its order. Copies share the index.
class LabelledRows {
 public:
  /// Of no data set.
  LabelledRows() : LabelledRows(DatasetIndex{}) {}
  /// All rows.
  explicit LabelledRows(DatasetIndex index);

  const DatasetIndex& index() const { return *index_; }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  /// Numbers in the data set.
  const std::vector<std::size_t>& rows() const { return rows_; }
  std::size_t row(std::size_t i) const { return rows_[i]; }
  const std::string& group(std::size_t i) const { return index_->groups[rows_[i]]; }
  /// As prepared.
  const std::string& text(std::size_t i) const { return index_->texts[rows_[i]]; }
  /// As the user wrote it.
  const std::string& source(std::size_t i) const { return index_->source[rows_[i]]; }
  /// In the source file.
  std::int64_t line(std::size_t i) const { return index_->lines[rows_[i]]; }
  /// Of all rows, or of those at some positions.
  Groups groups() const;
  Groups groups(const std::vector<std::size_t>& positions) const;
  /// A target with its unit, its classes and the values of these rows, NaN = none.
  Target labels(const std::string& target) const;

  /// Leaves out the rows at positions for which `out` holds. Returns the positions of those that stay.
  std::vector<std::size_t> leave_out(LeftOut why, const std::function<bool(std::size_t position)>& out);
  /// The same; returns the rows that are taken out.
  LabelledRows take_out(LeftOut why, const std::function<bool(std::size_t position)>& out);
  void leave_out_groups(LeftOut why, const std::set<std::string>& groups);
  /// Leaves out rows without a label of any of these targets, or without one of all of them.
  void need_any(LeftOut why, const std::vector<std::string>& targets);
  void need_all(LeftOut why, const std::vector<std::string>& targets);
  /// How many were left out for this reason, which was the first for each of them.
  std::size_t left_out(LeftOut why) const { return left_out_[static_cast<std::size_t>(why)]; }

 private:
  std::shared_ptr<const DatasetIndex> index_;
  std::vector<std::size_t> rows_;
  std::array<std::size_t, 8> left_out_{};  ///< By reason.
};

/// Groups of the rows.
std::set<std::string> distinct_groups(const LabelledRows& rows);

}  // namespace epitaxy::data
