#pragma once
/// \file
/// The text of a file that holds a table: unpacked, in UTF-8, of a size that can be held.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::data {

/// A longer line is none of a table.
inline constexpr std::size_t kLongestLine = 64'000'000;

struct TableText {
  std::vector<char> buffer;        ///< The text, without a byte order mark, and a zero behind it.
  std::string hash;                ///< Of the file's text as it was.
  std::vector<std::string> notes;  ///< What a user should know: an encoding other than UTF-8.
};

/// Of a plain or gzip file. Throws InputError: missing, a folder, cut off or damaged gzip (with the place), other
/// packed files, UTF-16, zero bytes, two encodings in one file, a line without end, more than memory can hold.
TableText read_table_text(const std::filesystem::path& path);

/// A text with what cannot be seen spelled out: `<U+00A0>` for a no-break space. For messages.
std::string shown(std::string_view text);
/// Without the white space around it, of which no-break spaces and the like are.
std::string_view trim_field(std::string_view text);

}  // namespace epitaxy::data
