#pragma once
/// \file
/// Cuts the text of a table into fields, by RFC 4180.
#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

namespace epitaxy::data {

/// Works in place: quoted fields are unquoted where they stand. Lines end in LF, CRLF or CR; blank ones are no rows.
class CsvScanner {
 public:
  /// `begin` is the text, `end` the zero behind it.
  CsvScanner(char* begin, char* end, char separator, const std::filesystem::path& path);

  /// Moves to the next line that is not blank; false at the end.
  bool next_row();
  /// The number of the current line, from 1.
  std::size_t line() const { return line_; }
  /// Appends the fields of the current row, without the white space around them, and moves behind it. Throws InputError
  /// for quotes that break off: text behind a closing one, one in the middle of a field, one that is never closed or
  /// whose field runs over lines that look like rows.
  void read_row(std::vector<std::string_view>& fields);
  /// The current line as it is, without the white space around it; moves behind it.
  std::string_view read_line();

  /// From now on a field over several lines is suspicious when they have as many separators as a row of the table.
  void expect_columns(std::size_t columns) { columns_ = columns; }
  /// How many lines ended in CR alone so far.
  std::size_t bare_returns() const { return bare_returns_; }
  /// How many quoted fields ran over several lines so far, and the lines of the first of them; empty without one.
  std::string long_fields() const;

 private:
  std::string_view read_plain();
  std::string_view read_quoted(std::size_t column);
  void check_lines(std::string_view field, std::size_t first_line, std::size_t column) const;
  [[noreturn]] void fail_quoting(std::size_t line, std::size_t column, std::string_view problem) const;
  void end_line();

  char* place_;
  char* const end_;
  const char separator_;
  const std::filesystem::path& path_;
  std::array<bool, 256> stops_{};  ///< By character: whether it ends an unquoted field, or cannot be in one.
  std::size_t columns_ = 0;        ///< 0 until known.
  std::size_t line_ = 1;
  std::size_t bare_returns_ = 0;
  std::size_t long_fields_ = 0;
  std::size_t first_long_ = 0;      ///< Where the first of them begins, ...
  std::size_t first_long_end_ = 0;  ///< ... and ends.
};

}  // namespace epitaxy::data
