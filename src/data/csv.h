#pragma once
/// \file
/// Tables: CSV (RFC 4180: quotes, doubled quotes, line breaks in quotes; CRLF; a byte order mark), plain or gzip.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::data {

/// A table in memory. Fields are views into one buffer, so a table can be moved but not copied. Blank lines are no
/// rows.
class CsvTable {
 public:
  /// Throws InputError: missing or empty file, no rows, repeated column names, a quote that is never closed, bytes that
  /// are no text, truncated gzip (with the place).
  static CsvTable read(const std::filesystem::path& path);

  /// A file of SMILES as chemists keep them (`.smi`, plain or gzip): no header; a SMILES in each line and, after white
  /// space, a name. Gives the columns `smiles` and `name`.
  static CsvTable read_smiles(const std::filesystem::path& path);

  CsvTable(CsvTable&&) = default;
  CsvTable& operator=(CsvTable&&) = default;

  const std::vector<std::string>& columns() const { return columns_; }
  /// The index of a column; throws InputError that lists the columns and the nearest name.
  std::size_t column(const std::string& name) const;
  std::size_t rows() const { return lines_.size(); }
  /// The line number (from 1, the header is line 1) at which a row starts.
  std::size_t line(std::size_t row) const { return lines_[row]; }
  /// Fields of a row; short or long rows have a number of fields other than columns().size().
  std::size_t fields(std::size_t row) const { return starts_[row + 1] - starts_[row]; }
  /// A field with surrounding blanks removed; empty for a column the row does not have.
  std::string_view field(std::size_t row, std::size_t column) const;
  /// A row as CSV again.
  std::string row_text(std::size_t row) const;
  /// Hash of the table's text (after decompression).
  const std::string& hash() const { return hash_; }

 private:
  CsvTable() = default;
  static CsvTable load(const std::filesystem::path& path);
  void parse();
  void parse_smiles();

  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::string hash_;
  std::vector<char> buffer_;
  std::vector<std::string_view> fields_;
  std::vector<std::size_t> starts_;  ///< [rows + 1] of a row's fields in `fields_`.
  std::vector<std::size_t> lines_;   ///< [rows]
};

/// A number with the digits that give it back, an empty field for NaN.
std::string csv_number(double value);
/// Quotes a field when it needs it.
std::string csv_field(std::string_view text);

}  // namespace epitaxy::data
