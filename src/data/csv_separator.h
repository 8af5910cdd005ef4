#pragma once
/// \file
/// Which character separates the fields of a table.
#include <optional>
#include <string_view>

namespace epitaxy::data {

/// `,`, `;` or a tab: one that the header holds and by which the most of the first rows have as many fields as the
/// header; a comma rather than another. A tab where the name of the file promises one (`tabs`) and the header holds it.
char find_separator(std::string_view text, bool tabs);

/// The separator that a first line like `sep=;`, as Excel knows it, declares.
std::optional<char> declared_separator(std::string_view text);

/// As messages name it: `','`, `a tab`.
std::string_view told_separator(char separator);

}  // namespace epitaxy::data
