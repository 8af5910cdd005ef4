#include "data/csv.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

std::size_t count_lines(const char* begin, const char* end) {
  return static_cast<std::size_t>(std::count(begin, end, '\n')) + 1;
}

/// The text of a plain or gzip file; zlib passes plain files through.
std::vector<char> read_text(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    fail_input("{}: no such file", path.string());
  }
  if (fs::is_directory(path, ignored)) {
    fail_input("{}: is a folder, not a CSV file", path.string());
  }
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) {
    fail_input("{}: cannot be opened ({})", path.string(), std::strerror(errno));
  }
  constexpr unsigned kChunk = 1U << 22;
  gzbuffer(file.get(), 1U << 17);
  std::vector<char> text;
  int got = 0;
  std::size_t size = 0;
  do {
    text.resize(size + kChunk);
    got = gzread(file.get(), text.data() + size, kChunk);
    size += static_cast<std::size_t>(std::max(got, 0));
  } while (got > 0);
  text.resize(size);

  int status = Z_OK;
  const char* const reason = gzerror(file.get(), &status);
  if (status == Z_BUF_ERROR) {
    fail_input("{}: the gzip file is cut off (its text ends after {} bytes, in line {}); copy it again", path.string(),
               size, count_lines(text.data(), text.data() + size));
  }
  if (status != Z_OK && status != Z_STREAM_END) {
    fail_input("{}: cannot be read after {} bytes of text (line {}): {}", path.string(), size,
               count_lines(text.data(), text.data() + size), reason);
  }
  return text;
}

/// Cuts a text into fields, in place: quoted fields are unquoted where they stand.
class Scanner {
 public:
  Scanner(std::vector<char>& text, const fs::path& path)
      : place_(text.data()), end_(text.data() + text.size()), path_(path) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (std::string_view(place_, text.size()).substr(0, 3) == kByteOrderMark) {
      place_ += kByteOrderMark.size();
    }
  }

  /// Moves to the next line that is not blank; false at the end.
  bool next_row() {
    while (place_ < end_) {
      const char* const stop = line_end();
      if (!std::all_of(static_cast<const char*>(place_), stop, is_blank)) {
        return true;
      }
      place_ += stop - place_ + (stop < end_ ? 1 : 0);
      ++line_;
    }
    return false;
  }

  std::size_t line() const { return line_; }

  /// Appends the fields of the current row and moves behind it.
  void read_row(std::vector<std::string_view>& fields) {
    bool more = true;
    while (more) {
      fields.push_back(text::trim(place_ < end_ && *place_ == '"' ? read_quoted() : read_plain()));
      more = place_ < end_ && *place_ == ',';
      place_ += place_ < end_ ? 1 : 0;
    }
    ++line_;
  }

  /// The current line as it is, without the blanks around it; moves behind it.
  std::string_view read_line() {
    const char* const stop = line_end();
    const std::string_view line(place_, static_cast<std::size_t>(stop - place_));
    place_ += stop - place_ + (stop < end_ ? 1 : 0);
    ++line_;
    return text::trim(line);
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  const char* line_end() const {
    const void* const found = std::memchr(place_, '\n', static_cast<std::size_t>(end_ - place_));
    return found == nullptr ? end_ : static_cast<const char*>(found);
  }

  std::string_view read_plain() {
    const char* const start = place_;
    while (place_ < end_ && *place_ != ',' && *place_ != '\n') {
      ++place_;
    }
    return {start, static_cast<std::size_t>(place_ - start)};
  }

  std::string_view read_quoted() {
    const std::size_t first_line = line_;
    char* const start = ++place_;
    char* write = start;
    for (;; ++place_) {
      if (place_ == end_) {
        fail_input("{}:{}: a quoted field is never closed", path_.string(), first_line);
      }
      if (*place_ == '"') {
        ++place_;
        if (place_ == end_ || *place_ != '"') {
          break;
        }
      }
      line_ += *place_ == '\n' ? 1 : 0;
      *write++ = *place_;
    }
    // Text after the closing quote belongs to the field as it stands.
    while (place_ < end_ && *place_ != ',' && *place_ != '\n') {
      *write++ = *place_++;
    }
    return {start, static_cast<std::size_t>(write - start)};
  }

  char* place_;
  char* end_;
  const fs::path& path_;
  std::size_t line_ = 1;
};

}  // namespace

CsvTable CsvTable::read(const fs::path& path) {
  CsvTable table = load(path);
  table.parse();
  return table;
}

CsvTable CsvTable::read_smiles(const fs::path& path) {
  CsvTable table = load(path);
  table.parse_smiles();
  return table;
}

CsvTable CsvTable::load(const fs::path& path) {
  CsvTable table;
  table.path_ = path;
  table.buffer_ = read_text(path);
  const auto zero = std::find(table.buffer_.begin(), table.buffer_.end(), '\0');
  if (zero != table.buffer_.end()) {
    fail_input("{}: is not a text file in UTF-8 (zero byte at position {})", path.string(),
               zero - table.buffer_.begin());
  }
  Hasher hasher;
  hasher.add_bytes(table.buffer_.data(), table.buffer_.size());
  table.hash_ = hasher.hex();
  return table;
}

void CsvTable::parse() {
  Scanner scanner(buffer_, path_);
  if (!scanner.next_row()) {
    fail_input("{}: the file is empty", path_.string());
  }
  scanner.read_row(fields_);
  columns_.assign(fields_.begin(), fields_.end());
  fields_.clear();
  for (auto name = columns_.begin(); name != columns_.end(); ++name) {
    if (!name->empty() && std::find(columns_.begin(), name, *name) != name) {
      fail_input("{}:1: the column '{}' occurs twice", path_.string(), *name);
    }
  }
  starts_.push_back(0);
  while (scanner.next_row()) {
    lines_.push_back(scanner.line());
    scanner.read_row(fields_);
    starts_.push_back(fields_.size());
  }
  if (lines_.empty()) {
    fail_input("{}: has a header but no rows", path_.string());
  }
}

void CsvTable::parse_smiles() {
  columns_ = {"smiles", "name"};
  starts_.push_back(0);
  Scanner scanner(buffer_, path_);
  while (scanner.next_row()) {
    lines_.push_back(scanner.line());
    const std::string_view line = scanner.read_line();
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    fields_.push_back(line.substr(0, end));
    fields_.push_back(text::trim(line.substr(end)));
    starts_.push_back(fields_.size());
  }
  if (lines_.empty()) {
    fail_input("{}: the file is empty", path_.string());
  }
}

std::size_t CsvTable::column(const std::string& name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) {
    const auto nearest = text::nearest(name, columns_);
    fail_input("{}: has no column '{}'{}; its columns are: {}", path_.string(), name,
               nearest ? " (did you mean '" + *nearest + "'?)" : "", text::join(columns_, ", "));
  }
  return static_cast<std::size_t>(found - columns_.begin());
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
