#pragma once
/// \file
/// Rows of numbers, and what their columns hold.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace epitaxy::features {

/// [rows, columns], row major.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;
  std::vector<std::string> texts = {};  ///< [rows] what the rows are of, for learners that read it; or empty.

  const float* row(std::size_t i) const { return values.data() + i * columns; }
  float* row(std::size_t i) { return values.data() + i * columns; }
};

/// The given rows of a matrix.
Matrix pick_rows(const Matrix& matrix, std::span<const std::size_t> rows);

/// What a column of a matrix holds. Files keep these numbers.
enum class ColumnKind {
  count,       ///< How often a fragment occurs.
  number,      ///< Anything else.
  cheap,       ///< A cheap model's value.
  coordinate,  ///< Of a space whose Euclidean distances count as they are; numbers to what knows no distances.
  given,       ///< A number that the user gave beside the text, such as a temperature.
  category,    ///< 1 in rows of one category that the user gave, such as a solvent, else 0.
};

}  // namespace epitaxy::features
