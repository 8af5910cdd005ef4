#pragma once
/// \file
/// Small helpers for text: splitting, numbers, nearest names, durations, variables in paths.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::text {

std::string_view trim(std::string_view s);

/// Of ASCII, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
/// Always at least one part: "a,,b" gives "a", "", "b" and an empty text one empty part.
std::vector<std::string> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// A whole number or a real number; nothing when any character is left over. "nan" and "inf" are read as such.
std::optional<double> to_double(std::string_view s);
std::optional<long long> to_integer(std::string_view s);

/// The candidate with the smallest edit distance to `name`, if that is small enough to be a misspelling.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

/// True when `name` matches a pattern in which `*` stands for any characters and `?` for one.
bool matches(std::string_view pattern, std::string_view name);

/// Whether these are UTF-8: no stray bytes, no overlong forms, no surrogates.
bool is_utf8(std::string_view s);

/// ASCII letters as small ones.
std::string lower(std::string text);

/// "1 h 02 min", "3 min 20 s", "4.1 s".
std::string duration(double seconds);

/// A path with HOME for a `~/` at its beginning, which a shell leaves in `--output=~/x`. Throws InputError without
/// HOME.
std::string expand_home(std::string_view path);

/// Expands `${NAME}` and `${NAME:-default}` from `values` and then the environment; a default may hold variables itself
/// and also serves when the variable is empty. EPITAXY_DATA defaults to `data`. `~/` at the beginning is HOME, as
/// in `expand_home`. Throws InputError for a variable that is neither set nor has a default.
std::string expand_variables(std::string_view s, const std::map<std::string, std::string>& values = {});

}  // namespace epitaxy::text
