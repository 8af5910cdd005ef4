#pragma once
/// \file
/// `fingerprint_net`: columns of numbers (fragment counts, descriptors) -> dense layers -> heads. Columns are
/// standardized by their mean and deviation over the training rows, which are part of the model.
#include <span>
#include <vector>

#include "features/block.h"
#include "features/columns.h"
#include "features/scaling.h"
#include "models/dense_net/dense_settings.h"
#include "models/kind.h"

namespace epitaxy::models {

struct FingerprintSettings {
  std::vector<features::Block> blocks;  ///< What the columns are; empty: those of a table that others make.
  DenseSettings dense{{512, 256}, false, 0};
  std::vector<features::ColumnKind> columns;  ///< [features]
  features::Scaling scaling;                  ///< [features]
};

/// Rows of numbers as rows of a model: numbers as they are, of counts only those that are not 0. Standardized inputs
/// are cut at +-kLargestInput, so that a row far from all others does not leave the range in which the network has
/// learned.
class ColumnRows {
 public:
  static constexpr double kLargestInput = 10;

  explicit ColumnRows(std::vector<features::ColumnKind> columns);
  std::size_t columns() const { return columns_.size(); }

  /// values [columns]; counts are whole numbers, above 4095 taken for that.
  void append(std::span<const float> values, RowBlock& rows) const;
  /// The reverse; values [columns] are zero before.
  void read(const RowBlock& rows, std::size_t row, float* values) const;

 private:
  std::vector<features::ColumnKind> columns_;
  std::vector<std::uint32_t> numbers_;  ///< Columns that are no counts.
};

}  // namespace epitaxy::models
