#pragma once
/// \file
/// How the characters of a text are written as bytes.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::data {

/// Makes UTF-8, without a byte order mark, of the text of a file (a zero stands behind it). A text that has no
/// character of UTF-8 beyond ASCII, but other bytes, is taken for Windows-1252 (of which Latin-1 is a part), and that
/// is returned as a note. Throws InputError for bytes that are neither, and for both in one file, with the line.
std::string make_utf8(const std::filesystem::path& path, std::vector<char>& buffer);

constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// The line, from 1, of a place in a text. Lines end in LF, CRLF or CR.
std::size_t line_of(std::string_view text, std::size_t place);

/// The number of the first character of a text in UTF-8.
unsigned code_point(std::string_view text);

}  // namespace epitaxy::data
