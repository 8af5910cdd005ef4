#include "data/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

bool is_ascii(char c) { return (c & 0x80) == 0; }

/// The first byte beyond ASCII from `begin`.
std::size_t skip_ascii(std::string_view text, std::size_t begin) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  for (std::uint64_t word = 0; begin + sizeof word <= text.size(); begin += sizeof word) {
    std::memcpy(&word, text.data() + begin, sizeof word);
    if ((word & kHighBits) != 0) {
      break;
    }
  }
  while (begin < text.size() && is_ascii(text[begin])) {
    ++begin;
  }
  return begin;
}

/// The bytes of the character that a text begins with; 0 when they are no UTF-8.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) {
      return 0;
    }
  }
  // Spellings that are too long, halves of pairs of UTF-16, and numbers that are too large.
  const bool wrong = size > 2 && ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                                  (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f));
  return wrong ? 0 : size;
}

/// What Windows-1252 has in place of the control characters 0x80 to 0x9f; 0 for none.
constexpr std::array<std::uint16_t, 32> kWindows = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                                    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

unsigned windows_code(char c) {
  const unsigned byte = static_cast<unsigned char>(c);
  return byte >= 0x80 && byte < 0xa0 ? kWindows[byte - 0x80] : byte;
}

void append_utf8(std::vector<char>& text, unsigned code) {
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text.insert(text.end(), {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))});
  } else {
    text.insert(text.end(), {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
                             static_cast<char>(0x80 | (code & 0x3f))});
  }
}

void from_windows(const fs::path& path, std::vector<char>& buffer) {
  std::vector<char> text;
  text.reserve(buffer.size() + buffer.size() / 8);
  for (const char& c : buffer) {
    const unsigned code = windows_code(c);
    if (code == 0 && c != '\0') {
      const std::string_view all(buffer.data(), buffer.size());
      fail_input("{}:{}: the byte 0x{:02x} is no character of UTF-8 or Windows-1252; save the file as UTF-8",
                 path.string(), line_of(all, static_cast<std::size_t>(&c - buffer.data())),
                 static_cast<unsigned char>(c));
    }
    append_utf8(text, code);
  }
  buffer = std::move(text);
}

}  // namespace

std::string make_utf8(const fs::path& path, std::vector<char>& buffer) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  const bool marked = std::string_view(buffer.data(), buffer.size()).starts_with(kMark);
  if (marked) {
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(kMark.size()));
  }
  const std::string_view text(buffer.data(), buffer.size());
  std::size_t good = text.size();  // the first character beyond ASCII, and the first byte that is part of none
  std::size_t bad = text.size();
  for (std::size_t place = skip_ascii(text, 0); place < text.size(); place = skip_ascii(text, place)) {
    const std::size_t size = character_size(text.substr(place));
    (size > 0 ? good : bad) = std::min(size > 0 ? good : bad, place);
    place += std::max<std::size_t>(size, 1);
  }
  if (bad == text.size()) {
    return "";
  }
  if (marked || good < text.size()) {
    fail_input("{}:{}: the byte 0x{:02x} is no character of UTF-8, as {} is written in; save the file as UTF-8",
               path.string(), line_of(text, bad), static_cast<unsigned char>(text[bad]),
               marked ? "its mark says it" : fmt::format("line {}", line_of(text, good)));
  }
  const std::size_t line = line_of(text, bad);
  from_windows(path, buffer);
  return fmt::format("{}: is not in UTF-8 (line {}); read as Windows-1252", path.string(), line);
}

std::size_t line_of(std::string_view text, std::size_t place) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < place; ++i) {
    line += text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) ? 1 : 0;
  }
  return line;
}

unsigned code_point(std::string_view text) {
  const std::size_t size = character_size(text);
  unsigned code = static_cast<unsigned char>(text[0]) & (size < 2 ? 0xffU : 0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  return code;
}

}  // namespace epitaxy::data
