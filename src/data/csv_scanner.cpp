#include "data/csv_scanner.h"

#include <algorithm>

#include "base/error.h"
#include "data/encoding.h"
#include "data/table_text.h"

namespace epitaxy::data {

namespace {

/// A quoted field over so many lines is refused when nearly all of them look like rows: at least three for tables of
/// three and more columns, more where a line of prose may look like a row.
constexpr std::size_t fewest_suspicious(std::size_t columns) { return columns >= 3 ? 3 : columns == 2 ? 10 : 100; }
constexpr std::size_t kMostLinesOfName = 10;

}  // namespace

CsvScanner::CsvScanner(char* begin, char* end, char separator, const std::filesystem::path& path)
    : place_(begin), end_(end), separator_(separator), path_(path) {
  for (const char c : {separator, '\n', '\r', '\0'}) {
    stops_[static_cast<unsigned char>(c)] = true;
  }
  // In tables separated by tabs both customs, of Excel and of the type text/tab-separated-values, take it as it is.
  stops_['"'] = separator != '\t';
}

bool CsvScanner::next_row() {
  for (;;) {
    const char* c = place_;
    while ((*c == ' ' || *c == '\t') && *c != separator_) {
      ++c;
    }
    if (c != end_ && !is_line_end(*c)) {
      return true;
    }
    place_ += c - place_;
    if (place_ == end_) {
      return false;
    }
    end_line();
  }
}

void CsvScanner::end_line() {
  if (place_ == end_) {
    return;
  }
  const bool returns = *place_ == '\r';
  ++place_;
  if (returns && *place_ == '\n') {
    ++place_;
  } else {
    bare_returns_ += returns ? 1 : 0;
  }
  ++line_;
}

void CsvScanner::read_row(std::vector<std::string_view>& fields) {
  std::size_t column = 1;
  for (;; ++column) {
    fields.push_back(trim_field(*place_ == '"' ? read_quoted(column) : read_plain()));
    if (*place_ != separator_) {
      break;
    }
    ++place_;
  }
  if (*place_ == '"') {
    fail_quoting(line_, column, "holds a quote, but does not start with it");
  }
  end_line();
}

std::string_view CsvScanner::read_line() {
  const char* const start = place_;
  while (place_ != end_ && !is_line_end(*place_)) {
    ++place_;
  }
  const std::string_view line(start, static_cast<std::size_t>(place_ - start));
  end_line();
  return trim_field(line);
}

std::string_view CsvScanner::read_plain() {
  const char* const start = place_;
  while (!stops_[static_cast<unsigned char>(*place_)]) {
    ++place_;
  }
  return {start, static_cast<std::size_t>(place_ - start)};
}

std::string_view CsvScanner::read_quoted(std::size_t column) {
  const std::size_t first_line = line_;
  char* const start = ++place_;
  char* write = start;
  for (;; ++place_) {
    if (place_ == end_) {
      fail_quoting(first_line, column, "starts with a quote that is never closed");
    }
    if (*place_ == '"') {
      ++place_;
      if (*place_ != '"') {
        break;
      }
    }
    line_ += *place_ == '\n' || (*place_ == '\r' && place_[1] != '\n') ? 1 : 0;
    *write++ = *place_;
  }
  const std::string_view field(start, static_cast<std::size_t>(write - start));
  if (line_ > first_line + 1) {
    check_lines(field, first_line, column);
  }
  if (line_ > first_line && long_fields_++ == 0) {
    first_long_ = first_line;
    first_long_end_ = line_;
  }
  if (*place_ != separator_ && place_ != end_ && !is_line_end(*place_)) {
    fail_quoting(first_line, column,
                 line_ == first_line ? "goes on behind its closing quote"
                                     : "starts with a quote; the next one, lines below, is followed by text");
  }
  return field;
}

/// Throws when the lines inside a quoted field (without the first and the last, which have a quote) look like rows.
void CsvScanner::check_lines(std::string_view field, std::size_t first_line, std::size_t column) const {
  const std::size_t lines = line_ - first_line - 1;
  if (columns_ == 0) {
    if (lines >= kMostLinesOfName) {
      fail_quoting(first_line, column, fmt::format("is the name of a column, and runs over {} lines", lines + 2));
    }
    return;
  }
  if (lines < fewest_suspicious(columns_)) {
    return;
  }
  std::size_t alike = 0;
  for (std::size_t begin = field.find_first_of("\r\n");;) {
    begin += field[begin] == '\r' && begin + 1 < field.size() && field[begin + 1] == '\n' ? 2 : 1;
    const std::size_t end = field.find_first_of("\r\n", begin);
    if (end == std::string_view::npos) {
      break;
    }
    const auto separators = std::ranges::count(field.substr(begin, end - begin), separator_);
    alike += static_cast<std::size_t>(separators) + 1 == columns_ ? 1 : 0;
    begin = end;
  }
  if (10 * alike >= 9 * lines) {
    fail_quoting(
        first_line, column,
        fmt::format("starts with a quote that is closed in line {} only, and the lines between look like rows", line_));
  }
}

void CsvScanner::fail_quoting(std::size_t line, std::size_t column, std::string_view problem) const {
  fail_input(
      "{}:{}: field {} {}; put the whole field in quotes, \"like this\", and write each quote inside it twice (\"\"), "
      "or remove the quote",
      path_.string(), line, column, problem);
}

std::string CsvScanner::long_fields() const {
  return long_fields_ == 0   ? ""
         : long_fields_ == 1 ? fmt::format("a quoted field runs over lines {} to {}", first_long_, first_long_end_)
                             : fmt::format("{} quoted fields run over several lines, the first over {} to {}",
                                           long_fields_, first_long_, first_long_end_);
}

}  // namespace epitaxy::data
