#include "features/columns.h"

namespace epitaxy::features {

Matrix pick_rows(const Matrix& matrix, std::span<const std::size_t> rows) {
  Matrix result{rows.size(), matrix.columns, {}};
  result.values.reserve(rows.size() * matrix.columns);
  for (const std::size_t row : rows) {
    result.values.insert(result.values.end(), matrix.row(row), matrix.row(row) + matrix.columns);
  }
  for (const std::size_t row : rows) {
    if (!matrix.texts.empty()) {
      result.texts.push_back(matrix.texts[row]);
    }
  }
  return result;
}

}  // namespace epitaxy::features
