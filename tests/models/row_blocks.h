#pragma once
/// \file
/// Blocks of rows for executors.
#include <cstddef>
#include <span>
#include <vector>

#include "models/row_block.h"

namespace epitaxy::test {

/// Rows of any lengths; one without values is absent.
template <typename T>
models::RowBlock rows_of(const std::vector<std::vector<T>>& rows) {
  models::RowBlock block;
  for (const std::vector<T>& row : rows) {
    block.append(std::span<const T>(row));
  }
  return block;
}

/// Rows of `width` values, one after the other.
template <typename T>
models::RowBlock rows_of(const std::vector<T>& values, std::size_t width) {
  models::RowBlock block;
  for (std::size_t first = 0; first < values.size(); first += width) {
    block.append(std::span<const T>(values).subspan(first, width));
  }
  return block;
}

}  // namespace epitaxy::test
