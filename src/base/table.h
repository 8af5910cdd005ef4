#pragma once
/// \file
/// Tables for people: text in aligned columns.
#include <cstddef>
#include <string>
#include <vector>

namespace epitaxy::text {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::right;
  std::size_t width = 0;  ///< At least; a column is as wide as its longest cell.
  std::size_t gap = 1;    ///< Blanks before it.
};

class Table {
 public:
  /// `indent` blanks begin each row.
  explicit Table(std::vector<Column> columns, std::size_t indent = 0);

  /// A row may have fewer cells than there are columns. `remark` follows its last cell, however long.
  void row(std::vector<std::string> cells, std::string remark = "");
  /// A line across all columns.
  void line(std::string text);

  /// The titles, if there are any, and the rows, without blanks at their ends.
  std::vector<std::string> lines() const;
  /// The same, each line ended.
  std::string text() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string remark;
    bool is_line = false;
  };

  std::vector<std::size_t> widths() const;
  std::string line_of(const Row& row, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::size_t indent_;
  std::vector<Row> rows_;  ///< First the titles.
};

/// "0.0640", and "0.0640 +- 0.0080" where the error is not NaN.
std::string with_error(double value, double error, int decimals);

}  // namespace epitaxy::text
