#include "data/table_text.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "data/encoding.h"
#include "data/unpacker.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

/// What is read at once: twice as much each time, up to the largest.
constexpr std::size_t kFirstChunk = std::size_t{1} << 16;
constexpr std::size_t kChunk = std::size_t{1} << 22;

/// Files that are no text, by their first bytes.
void check_kind(const fs::path& path, std::string_view text) {
  struct Kind {
    std::string_view start;
    const char* told;
  };
  static constexpr Kind kKinds[] = {
      {"\xff\xfe", "is a text in UTF-16; save it as UTF-8"},
      {"\xfe\xff", "is a text in UTF-16; save it as UTF-8"},
      {"PK\x03\x04", "is a workbook of Excel or another zip file; save the table as CSV"},
      {"\xd0\xcf\x11\xe0", "is an old workbook of Excel; save the table as CSV"},
      {"\x89HDF", "is an HDF5 file, not a table of text"},
      {"BZh", "is packed with bzip2; unpack it, or pack it with gzip"},
      {"\xfd"
       "7zXZ",
       "is packed with xz; unpack it, or pack it with gzip"},
      {"\x28\xb5\x2f\xfd", "is packed with zstd; unpack it, or pack it with gzip"},
  };
  for (const Kind& kind : kKinds) {
    if (text.starts_with(kind.start)) {
      fail_input("{}: {}", path.string(), kind.told);
    }
  }
}

/// Throws for a zero byte in the part of a text from `begin`.
void check_zeros(const fs::path& path, std::string_view text, std::size_t begin) {
  const std::size_t zero = text.find('\0', begin);
  if (zero == std::string_view::npos) {
    return;
  }
  const std::string_view start = text.substr(0, 1000);
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < start.size(); ++i) {
    zeros[i % 2] += start[i] == '\0' ? 1 : 0;
  }
  if (std::max(zeros[0], zeros[1]) > start.size() / 4 && std::min(zeros[0], zeros[1]) == 0) {
    fail_input("{}: is a text in UTF-16 without its mark, it seems (every other byte is zero); save it as UTF-8",
               path.string());
  }
  fail_input("{}:{}: is not a text file in UTF-8 (zero byte at position {})", path.string(), line_of(text, zero), zero);
}

/// Reads a file chunk by chunk, so that what is no table is noticed before it fills the memory.
class Reader {
 public:
  explicit Reader(const fs::path& path) : path_(path), file_(path) {}

  std::vector<char> read() {
    while (read_chunk()) {
      check_chunk();
    }
    check_end();
    text_.resize(size_ + 1);
    text_[size_] = '\0';
    return std::move(text_);
  }

 private:
  bool read_chunk() {
    make_room();
    const std::size_t got = file_.read(text_.data() + size_, chunk_);
    chunk_ = std::min(2 * chunk_, kChunk);
    before_ = size_;
    size_ += got;
    return got > 0;
  }

  /// For another chunk and the zero at the end. The size of a plain file is known; a packed one grows by halves.
  void make_room() {
    const std::size_t needed = size_ + chunk_ + 1;
    if (needed > text_.capacity()) {
      std::error_code unknown;
      const std::uintmax_t size = file_.is_packed() ? 0 : fs::file_size(path_, unknown);
      const std::size_t last_chunk = std::min(kChunk, 2 * (static_cast<std::size_t>(size) + kFirstChunk));
      const std::size_t known = unknown || size < size_ ? 0 : static_cast<std::size_t>(size) + last_chunk + 1;
      const std::size_t wanted = std::max({needed, known, size_ + size_ / 2});
      const std::string what = fmt::format("{}: its text", path_.string());
      require_memory(what, wanted);
      try {
        text_.reserve(wanted);
      } catch (const std::bad_alloc&) {
        fail_input("{} needs about {} of memory, which are not there", what, told_bytes(wanted));
      }
    }
    text_.resize(needed);
  }

  void check_chunk() {
    const std::string_view text(text_.data(), size_);
    if (before_ == 0) {
      check_kind(path_, text);
    }
    check_zeros(path_, text, before_);
    const auto last = std::find_if(text.rbegin(), text.rend() - static_cast<std::ptrdiff_t>(before_), is_line_end);
    line_start_ = last.base() - text.begin() > static_cast<std::ptrdiff_t>(before_)
                      ? static_cast<std::size_t>(last.base() - text.begin())
                      : line_start_;
    if (size_ - line_start_ > kLongestLine) {
      fail_input("{}:{}: the line has more than {}: this is no table", path_.string(), line_of(text, line_start_),
                 told_bytes(kLongestLine));
    }
  }

  void check_end() {
    if (!file_.is_cut_off() && file_.problem().empty()) {
      return;
    }
    const std::size_t lines = line_of({text_.data(), size_}, size_);
    if (file_.is_cut_off()) {
      fail_input("{}: the gzip file is cut off (its text ends after {} bytes, in line {}); copy it again",
                 path_.string(), size_, lines);
    }
    fail_input("{}: cannot be read after {} bytes of text (line {}): {}", path_.string(), size_, lines,
               file_.problem());
  }

  const fs::path& path_;
  Unpacker file_;
  std::vector<char> text_;
  std::size_t size_ = 0;
  std::size_t chunk_ = kFirstChunk;
  std::size_t before_ = 0;      ///< Where the last chunk starts.
  std::size_t line_start_ = 0;  ///< Of the line in which the text ends.
};

}  // namespace

TableText read_table_text(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    fail_input("{}: no such file", path.string());
  }
  if (fs::is_directory(path, ignored)) {
    fail_input("{}: is a folder, not a file with a table", path.string());
  }
  TableText result;
  result.buffer = Reader(path).read();
  Hasher hasher;
  hasher.add_bytes(result.buffer.data(), result.buffer.size() - 1);
  result.hash = hasher.hex();
  if (const std::string note = make_utf8(path, result.buffer); !note.empty()) {
    result.notes.push_back(note);
  }
  return result;
}

namespace {

/// Characters that look like a blank, or like nothing.
constexpr std::string_view kUnseen[] = {"\xc2\xa0",     "\xe2\x80\xaf", "\xe2\x80\x87", "\xe2\x80\x89",
                                        "\xe3\x80\x80", "\xef\xbb\xbf", "\xe2\x80\x8b", "\xe2\x81\xa0"};

bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_seen(char c) { return c > ' ' && c < '\x7f'; }

/// How many bytes at the begin of a text are white space; likewise at its end.
std::size_t white_begin(std::string_view text) {
  const auto found = std::ranges::find_if(kUnseen, [&](std::string_view white) { return text.starts_with(white); });
  return found != std::end(kUnseen) ? found->size() : !text.empty() && is_white(text.front()) ? 1 : 0;
}
std::size_t white_end(std::string_view text) {
  const auto found = std::ranges::find_if(kUnseen, [&](std::string_view white) { return text.ends_with(white); });
  return found != std::end(kUnseen) ? found->size() : !text.empty() && is_white(text.back()) ? 1 : 0;
}

}  // namespace

std::string_view trim_field(std::string_view text) {
  if (text.empty() || (is_seen(text.front()) && is_seen(text.back()))) {
    return text;
  }
  while (const std::size_t white = white_begin(text)) {
    text.remove_prefix(white);
  }
  while (const std::size_t white = white_end(text)) {
    text.remove_suffix(white);
  }
  return text;
}

std::string shown(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(kUnseen, [&](std::string_view white) { return text.starts_with(white); });
    const auto first = static_cast<unsigned char>(text.front());
    if (found != std::end(kUnseen)) {
      result += fmt::format("<U+{:04X}>", code_point(*found));
      text.remove_prefix(found->size());
    } else {
      result += first < ' ' || first == 0x7f ? fmt::format("<U+{:04X}>", first) : std::string(1, text.front());
      text.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace epitaxy::data
