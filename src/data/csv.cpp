#include "data/csv.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/csv_scanner.h"
#include "data/csv_separator.h"
#include "data/decimal_comma.h"
#include "data/table_text.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

/// A name of a column, in which no-break spaces are as good as others.
std::string column_name(std::string_view field) {
  std::string name(field);
  for (const std::string_view blank : {"\xc2\xa0", "\xe2\x80\xaf"}) {
    for (std::size_t place = name.find(blank); place != std::string::npos; place = name.find(blank)) {
      name.replace(place, blank.size(), " ");
    }
  }
  return name;
}

/// The first names of many.
std::string told_columns(const std::vector<std::string>& columns) {
  constexpr std::size_t kTold = 50;
  std::vector<std::string> told;
  for (std::size_t c = 0; c < std::min(columns.size(), kTold); ++c) {
    told.push_back(shown(columns[c]));
  }
  return text::join(told, ", ") + (columns.size() > kTold ? fmt::format(", and {} more", columns.size() - kTold) : "");
}

}  // namespace

CsvTable CsvTable::read(const fs::path& path) {
  CsvTable table = load(path);
  table.parse(false);
  return table;
}

CsvTable CsvTable::read_tabs(const fs::path& path) {
  CsvTable table = load(path);
  table.parse(true);
  return table;
}

CsvTable CsvTable::read_smiles(const fs::path& path) {
  CsvTable table = load(path);
  table.parse_smiles();
  return table;
}

CsvTable CsvTable::of(const fs::path& path, const TableText& text, std::vector<std::string> columns,
                      const std::vector<Record>& records) {
  CsvTable table;
  table.path_ = path;
  table.hash_ = text.hash;
  table.notes_ = text.notes;
  table.columns_ = std::move(columns);
  std::size_t size = 0;
  for (const Record& record : records) {
    for (const std::string& field : record.fields) {
      size += field.size();
    }
  }
  table.buffer_.reserve(size);
  table.starts_.push_back(0);
  for (const Record& record : records) {
    if (!record.problem.empty()) {
      table.problems_[table.lines_.size()] = record.problem;
    }
    table.lines_.push_back(record.line);
    for (const std::string& field : record.fields) {
      const std::size_t begin = table.buffer_.size();
      table.buffer_.insert(table.buffer_.end(), field.begin(), field.end());
      table.fields_.push_back(trim_field({table.buffer_.data() + begin, field.size()}));
    }
    table.starts_.push_back(table.fields_.size());
  }
  table.name_columns(1);
  return table;
}

CsvTable CsvTable::load(const fs::path& path) {
  CsvTable table;
  table.path_ = path;
  TableText text = read_table_text(path);
  table.buffer_ = std::move(text.buffer);
  table.hash_ = std::move(text.hash);
  table.notes_ = std::move(text.notes);
  return table;
}

/// Makes `places_` of the names of the columns, which stand in a line.
void CsvTable::name_columns(std::size_t line) {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (!places_.emplace(columns_[c], c).second && !columns_[c].empty()) {
      fail_input("{}:{}: the column '{}' occurs twice", path_.string(), line, columns_[c]);
    }
  }
}

/// Fields take more memory than their text, so their number is known before they are read.
void CsvTable::reserve_rows(std::string_view text, char separator) {
  const auto count = [&](char c) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), c)); };
  const std::size_t rows = count('\n') + 1;  // more where lines end in CR alone: then they grow
  const std::size_t fields = count(separator) + rows;
  const std::size_t bytes = fields * sizeof(std::string_view) + 2 * rows * sizeof(std::size_t);
  const std::string what = fmt::format("{}: a table of about {} rows and {} fields", path_.string(), rows, fields);
  require_memory(what, bytes);
  try {
    fields_.reserve(fields);
    starts_.reserve(rows + 1);
    lines_.reserve(rows);
  } catch (const std::bad_alloc&) {
    fail_input("{} needs about {} of memory, which are not there", what, told_bytes(bytes));
  }
}

void CsvTable::note_returns(std::size_t count) {
  if (count > 0) {
    notes_.push_back(fmt::format("{}: {} of its lines end in a carriage return alone (CR)", path_.string(), count));
  }
}

void CsvTable::parse(bool tabs) {
  const std::string_view text(buffer_.data(), buffer_.size() - 1);
  const auto declared = declared_separator(text);
  separator_ = declared ? *declared : find_separator(text, tabs);
  CsvScanner scanner(buffer_.data(), buffer_.data() + text.size(), separator_, path_);
  if (declared) {
    scanner.read_line();
  }
  if (!scanner.next_row()) {
    fail_input("{}: the file is empty", path_.string());
  }
  reserve_rows(text, separator_);
  const std::size_t header_line = scanner.line();
  scanner.read_row(fields_);
  std::ranges::transform(fields_, std::back_inserter(columns_), column_name);
  fields_.clear();
  name_columns(header_line);
  scanner.expect_columns(columns_.size());
  starts_.push_back(0);
  while (scanner.next_row()) {
    lines_.push_back(scanner.line());
    scanner.read_row(fields_);
    starts_.push_back(fields_.size());
  }
  if (lines_.empty()) {
    fail_input("{}: has a header but no rows", path_.string());
  }
  note_returns(scanner.bare_returns());
  if (const std::string long_fields = scanner.long_fields(); !long_fields.empty()) {
    notes_.push_back(fmt::format("{}: {}", path_.string(), long_fields));
  }
  if (separator_ != (tabs ? '\t' : ',')) {
    notes_.push_back(fmt::format("{}: fields are separated by {}", path_.string(), told_separator(separator_)));
  }
  if (separator_ != ',') {
    read_decimal_commas();
  }
}

void CsvTable::read_decimal_commas() {
  std::vector<DecimalMark> marks(columns_.size());
  for (std::size_t row = 0; row < rows(); ++row) {
    for (std::size_t c = 0; c < std::min(fields(row), columns_.size()); ++c) {
      marks[c].add(lines_[row], field(row, c));
    }
  }
  const bool any = std::ranges::any_of(marks, &DecimalMark::has_comma);
  // Where the comma is the decimal mark, fields are separated by semicolons, and points stand before thousands.
  const bool may_be_comma = separator_ == ';' && std::ranges::none_of(marks, &DecimalMark::has_clear_points);
  decimal_commas_.resize(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (const auto problem = marks[c].problem(separator_)) {
      number_problems_[c] = *problem;
    } else if (any && marks[c].has_doubtful_points()) {
      number_problems_[c] =
          marks[c].first_point() + ": a decimal point, or thousands, as other columns have decimal commas?";
    } else if (may_be_comma && marks[c].has_doubtful_points()) {
      number_problems_[c] = marks[c].first_point() + ": a decimal point, or thousands, as ';' separates the fields?";
    } else {
      decimal_commas_[c] = marks[c].has_comma();
    }
  }
  std::vector<std::string> told;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (decimal_commas_[c]) {
      told.push_back(columns_[c]);
    }
  }
  if (!told.empty()) {
    notes_.push_back(fmt::format("{}: decimal commas in: {}", path_.string(), told_columns(told)));
    numbers_ = buffer_;
  }
  for (std::size_t row = 0; row < rows() && !told.empty(); ++row) {
    for (std::size_t c = 0; c < std::min(fields(row), columns_.size()); ++c) {
      const std::string_view text = field(row, c);
      if (decimal_commas_[c] && looks_like_number(text)) {
        const auto begin = numbers_.begin() + (text.data() - buffer_.data());
        std::replace(begin, begin + static_cast<std::ptrdiff_t>(text.size()), ',', '.');
      }
    }
  }
}

void CsvTable::parse_smiles() {
  columns_ = {"smiles", "name"};
  name_columns(1);
  starts_.push_back(0);
  CsvScanner scanner(buffer_.data(), buffer_.data() + buffer_.size() - 1, '\0', path_);
  while (scanner.next_row()) {
    lines_.push_back(scanner.line());
    const std::string_view line = scanner.read_line();
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    fields_.push_back(line.substr(0, end));
    fields_.push_back(trim_field(line.substr(end)));
    if (fields_.back().starts_with('|')) {
      problems_[lines_.size() - 1] =
          "the extension of CXSMILES ('|...|') is not read, which may tell of radicals or stereo groups";
    }
    starts_.push_back(fields_.size());
  }
  if (lines_.empty()) {
    fail_input("{}: the file is empty", path_.string());
  }
  note_returns(scanner.bare_returns());
}

std::size_t CsvTable::column(const std::string& name) const {
  const auto found = places_.find(name);
  if (found != places_.end()) {
    return found->second;
  }
  constexpr std::size_t kCompared = 1000;
  const std::vector<std::string> first(
      columns_.begin(), columns_.begin() + static_cast<std::ptrdiff_t>(std::min(columns_.size(), kCompared)));
  const auto nearest = text::nearest(name, first);
  std::string separators;
  if (separator_ == ',' && std::ranges::any_of(columns_, [](const std::string& other) {
        return other.find_first_of(";\t|") != std::string::npos;
      })) {
    separators =
        ". Its fields are read as separated by ','. If they are by ';' or tabs, take the commas out of the header, or "
        "write a first line 'sep=;'; other separators, such as '|', are not read";
  }
  fail_input("{}: has no column '{}'{}; its columns are: {}{}", path_.string(), name,
             nearest ? " (did you mean '" + shown(*nearest) + "'?)" : "", told_columns(columns_), separators);
}

std::size_t CsvTable::number_column(const std::string& name) const {
  const std::size_t index = column(name);
  if (const auto found = number_problems_.find(index); found != number_problems_.end()) {
    fail_input(
        "{}: the numbers in column '{}' can be read in two ways ({}); write them with points, like 1234.5, in a "
        "table separated by commas",
        path_.string(), name, found->second);
  }
  return index;
}

std::string_view CsvTable::number_text(std::size_t row, std::size_t column) const {
  const std::string_view text = field(row, column);
  return column >= decimal_commas_.size() || !decimal_commas_[column] || text.empty()
             ? text
             : std::string_view(numbers_.data() + (text.data() - buffer_.data()), text.size());
}

std::string CsvTable::row_problem(std::size_t row) const {
  if (const auto found = problems_.find(row); found != problems_.end()) {
    return found->second;
  }
  return fields(row) == columns_.size() ? ""
                                        : fmt::format("has {} fields, the header has {}", fields(row), columns_.size());
}

std::string_view CsvTable::field(std::size_t row, std::size_t column) const {
  return column < fields(row) ? fields_[starts_[row] + column] : std::string_view();
}

std::string CsvTable::row_text(std::size_t row) const {
  std::string text;
  for (std::size_t column = 0; column < fields(row); ++column) {
    if (column > 0) {
      text += ',';
    }
    text += csv_field(field(row, column));
  }
  return text;
}

std::string number_hint(std::string_view field) {
  const std::size_t comma = field.find(',');
  if (comma != std::string_view::npos && looks_like_number(field)) {
    std::string point(field);
    point[comma] = '.';
    if (text::to_double(point)) {
      return fmt::format(" (with a decimal comma, or thousands? write a point: {})", point);
    }
  }
  for (const std::string_view dash : {"\xe2\x88\x92", "\xe2\x80\x93", "\xe2\x80\x92", "\xef\xb9\xa3", "\xef\xbc\x8d"}) {
    const std::string minus = '-' + std::string(field.starts_with(dash) ? field.substr(dash.size()) : "");
    if (text::to_double(minus)) {
      return fmt::format(" (its minus sign is not that of numbers; write {})", minus);
    }
  }
  const std::string all = shown(field);
  return all == field ? "" : fmt::format(" (it is {})", all);
}

std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string csv_field(std::string_view text) {
  const bool quote = text.find_first_of(",\"\r\n") != std::string_view::npos || text != text::trim(text);
  if (!quote) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace epitaxy::data
