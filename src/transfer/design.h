#pragma once
/// \file
/// Rows as the learner of a way reads them: features, and the cheap values where the way says so.
#include <vector>

#include "transfer/difference_data.h"

namespace epitaxy::transfer {

/// Features, and cheap values if the way reads those. cheap [rows, cheap columns].
learners::Matrix design_rows(const Way& way, const learners::Matrix& features, const std::vector<double>& cheap);
std::vector<learners::ColumnKind> design_kinds(const Way& way, const std::vector<learners::ColumnKind>& features,
                                               std::size_t cheap);

/// Some rows, ready to learn from or to predict.
struct Design {
  learners::Matrix rows;  ///< As the learner reads them.
  std::vector<learners::ColumnKind> kinds;
  std::vector<double> measured;
  std::vector<double> cheap;  ///< [rows, cheap columns]
  std::size_t cheap_columns = 0;
  std::vector<double> weights = {};  ///< [rows] how much each counts; empty: all the same.
  std::vector<bool> reads = {};      ///< [columns] that the learner may use; empty: all.

  std::span<const double> cheap_of(std::size_t i) const { return {cheap.data() + i * cheap_columns, cheap_columns}; }
  /// Those at some positions.
  Design pick(const std::vector<std::size_t>& positions) const;
};

/// Those of the first columns that belong to blocks of these kinds, and all further ones, which are given or hold cheap
/// values. Empty for no kinds: all.
std::vector<bool> columns_read(const DifferenceData& data, const std::vector<std::string>& kinds, std::size_t columns);

/// Rows of the training or test data at some positions.
Design make_design(const DifferenceData& data, const Way& way, const DifferenceRows& rows,
                   const std::vector<std::size_t>& positions);

}  // namespace epitaxy::transfer
