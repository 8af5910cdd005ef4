#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "models/fingerprint_net/fingerprint_net.h"

namespace epitaxy::models {

namespace {

// A count that is not 0: its column, and the count in the low bits.
constexpr unsigned kCountBits = 12;
constexpr std::uint32_t kLargestCount = (1U << kCountBits) - 1;

}  // namespace

ColumnRows::ColumnRows(std::vector<features::ColumnKind> columns) : columns_(std::move(columns)) {
  check(columns_.size() < (1U << (32 - kCountBits)), "a row has fewer than a million columns");
  for (std::uint32_t j = 0; j < columns_.size(); ++j) {
    if (columns_[j] != features::ColumnKind::count) {
      numbers_.push_back(j);
    }
  }
}

void ColumnRows::append(std::span<const float> values, RowBlock& rows) const {
  check(values.size() == columns_.size(), "a row has a value for each column");
  std::vector<std::uint32_t> row;
  row.reserve(numbers_.size() + 64);
  for (const std::uint32_t j : numbers_) {
    row.push_back(std::bit_cast<std::uint32_t>(values[j]));
  }
  for (std::uint32_t j = 0; j < values.size(); ++j) {
    if (columns_[j] == features::ColumnKind::count && values[j] != 0) {
      const auto count = static_cast<std::uint32_t>(std::lround(values[j]));
      row.push_back(j << kCountBits | std::min(count, kLargestCount));
    }
  }
  if (row.empty()) {
    row.push_back(0);  // a row without any count is there all the same
  }
  rows.append(std::span<const std::uint32_t>(row));
}

void ColumnRows::read(const RowBlock& rows, std::size_t row, float* values) const {
  const auto entries = rows.row<std::uint32_t>(row);
  check(entries.size() >= numbers_.size(), "a row has all columns that are no counts");
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    values[numbers_[i]] = std::bit_cast<float>(entries[i]);
  }
  for (const std::uint32_t entry : entries.subspan(numbers_.size())) {
    const std::uint32_t column = entry >> kCountBits;
    check(column < columns_.size(), "a count is of a column");
    if (const std::uint32_t count = entry & kLargestCount; count > 0) {
      values[column] = static_cast<float>(count);
    }
  }
}

}  // namespace epitaxy::models
