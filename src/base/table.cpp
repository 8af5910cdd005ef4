#include "base/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::text {

namespace {

/// Characters, not bytes, of UTF-8.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(std::ranges::count_if(cell, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& cell, Align align, std::size_t width) {
  const std::string blanks(width - width_of(cell), ' ');
  return align == Align::left ? cell + blanks : blanks + cell;
}

}  // namespace

Table::Table(std::vector<Column> columns, std::size_t indent) : columns_(std::move(columns)), indent_(indent) {
  std::vector<std::string> titles;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
  }
  row(std::move(titles));
}

void Table::row(std::vector<std::string> cells, std::string remark) {
  check(cells.size() <= columns_.size(), "a cell has a column");
  rows_.push_back({std::move(cells), std::move(remark)});
}

void Table::line(std::string text) { rows_.push_back({{}, std::move(text), true}); }

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    widths.push_back(column.width);
  }
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row.cells[i]));
    }
  }
  return widths;
}

std::string Table::line_of(const Row& row, const std::vector<std::size_t>& widths) const {
  if (row.is_line) {
    return row.remark;
  }
  std::string line(indent_, ' ');
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    line += std::string(i > 0 ? columns_[i].gap : 0, ' ');
    line += padded(row.cells[i], columns_[i].align, widths[i]);
  }
  if (!row.remark.empty()) {
    line += ' ';
    line += row.remark;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::vector<std::string> Table::lines() const {
  const auto all = widths();
  std::vector<std::string> lines;
  for (const Row& row : rows_) {
    lines.push_back(line_of(row, all));
  }
  if (lines.front().empty()) {
    lines.erase(lines.begin());
  }
  return lines;
}

std::string Table::text() const { return join(lines(), "\n") + "\n"; }

std::string with_error(double value, double error, int decimals) {
  std::string result = fmt::format("{:.{}f}", value, decimals);
  if (!std::isnan(error)) {
    result += fmt::format(" +- {:.{}f}", error, decimals);
  }
  return result;
}

}  // namespace epitaxy::text
