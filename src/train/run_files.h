#pragma once
/// \file
/// The tables that stages write: `metrics.csv`, `predictions.csv`, and names with units.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>
#include "data/csv.h"
#include "data/units.h"

namespace epitaxy::train {

using data::unit_suffix;

/// A table that grows by a line an epoch and can be cut back to an epoch on resuming.
class EpochTable {
 public:
  /// Keeps the rows of epochs up to `last_epoch` of a table with the same columns; starts anew otherwise.
  EpochTable(std::filesystem::path path, std::vector<std::string> columns, std::int64_t last_epoch);
  /// Appends a row, whose first field is the epoch, and flushes it. Throws Error when the disk is full.
  void append(const std::vector<std::string>& fields);

 private:
  std::filesystem::path path_;
};

/// A CSV written at once and atomically.
class CsvWriter {
 public:
  explicit CsvWriter(const std::vector<std::string>& columns) { row(columns); }
  void row(const std::vector<std::string>& fields);  ///< Fields are quoted as needed.
  void write(const std::filesystem::path& path) const;

 private:
  std::string text_;
};

using data::csv_number;

}  // namespace epitaxy::train
