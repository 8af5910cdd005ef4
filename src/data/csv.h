#pragma once
/// \file
/// Tables: CSV (RFC 4180: quotes, doubled quotes, line breaks in quotes; lines that end in LF, CRLF or CR; a byte order
/// mark), plain or gzip. Fields are separated by `,`, `;` or tabs.
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace epitaxy::data {

struct TableText;

/// A table in memory. Fields are views into one buffer, so a table can be moved but not copied. Blank lines are no
/// rows.
class CsvTable {
 public:
  /// The separator is recognized from the header. Throws InputError: missing or empty file, no rows, repeated column
  /// names, quotes that break off, bytes that are no text, truncated gzip (with the place), more than memory holds.
  static CsvTable read(const std::filesystem::path& path);
  /// The same of a file whose name promises tabs.
  static CsvTable read_tabs(const std::filesystem::path& path);

  /// A file of SMILES as chemists keep them (`.smi`, plain or gzip): no header; a SMILES in each line and, after white
  /// space, a name. Gives the columns `smiles` and `name`.
  static CsvTable read_smiles(const std::filesystem::path& path);

  /// A row that was read from another format.
  struct Record {
    std::size_t line = 0;
    std::vector<std::string> fields;
    std::string problem;
  };
  static CsvTable of(const std::filesystem::path& path, const TableText& text, std::vector<std::string> columns,
                     const std::vector<Record>& records);

  CsvTable(CsvTable&&) = default;
  CsvTable& operator=(CsvTable&&) = default;

  const std::vector<std::string>& columns() const { return columns_; }
  /// The index of a column; throws InputError that lists the columns and the nearest name.
  std::size_t column(const std::string& name) const;
  /// The same of a column whose fields are read as numbers. Throws InputError where these can be read in two ways:
  /// decimal commas and points.
  std::size_t number_column(const std::string& name) const;
  std::size_t rows() const { return lines_.size(); }
  /// The line number (from 1, the header is line 1) at which a row starts.
  std::size_t line(std::size_t row) const { return lines_[row]; }
  /// Fields of a row; short or long rows have a number of fields other than columns().size().
  std::size_t fields(std::size_t row) const { return starts_[row + 1] - starts_[row]; }
  /// A field with surrounding blanks removed; empty for a column the row does not have.
  std::string_view field(std::size_t row, std::size_t column) const;
  /// The same of a column of numbers: with a point for its decimal comma.
  std::string_view number_text(std::size_t row, std::size_t column) const;
  /// Why a row cannot be used: it has too few or too many fields, or its molecule could not be read. Empty if it can.
  std::string row_problem(std::size_t row) const;
  /// A row as CSV again.
  std::string row_text(std::size_t row) const;
  /// Hash of the table's text (after decompression).
  const std::string& hash() const { return hash_; }
  /// What was recognized and a user should know: a separator other than the comma, an encoding other than UTF-8, ...
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  CsvTable() = default;
  static CsvTable load(const std::filesystem::path& path);
  void parse(bool tabs);
  void parse_smiles();
  void name_columns(std::size_t line);
  void reserve_rows(std::string_view text, char separator);
  void note_returns(std::size_t count);
  void read_decimal_commas();

  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string_view, std::size_t> places_;  ///< Of columns, by name.
  std::string hash_;
  std::vector<std::string> notes_;
  char separator_ = ',';
  std::vector<char> buffer_;
  std::vector<char> numbers_;  ///< `buffer_` with points for decimal commas; empty where there are none.
  std::vector<bool> decimal_commas_;
  std::unordered_map<std::size_t, std::string> number_problems_;  ///< By column.
  std::unordered_map<std::size_t, std::string> problems_;         ///< By row.
  std::vector<std::string_view> fields_;
  std::vector<std::size_t> starts_;  ///< [rows + 1] of a row's fields in `fields_`.
  std::vector<std::size_t> lines_;   ///< [rows]
};

/// What else to say of a field that is no number: a decimal comma, characters that cannot be seen. Empty for most.
std::string number_hint(std::string_view field);

/// A number with the digits that give it back, an empty field for NaN.
std::string csv_number(double value);
/// Quotes a field when it needs it.
std::string csv_field(std::string_view text);

}  // namespace epitaxy::data
