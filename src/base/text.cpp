#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/error.h"

namespace epitaxy::text {

namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

/// Without a leading plus, which from_chars does not take; "+-1" stays as it is and is refused later.
std::string_view without_plus(std::string_view s) {
  return s.size() > 1 && s[0] == '+' && s[1] != '-' && s[1] != '+' ? s.substr(1) : s;
}

/// Edit distance in which a swap of two neighbors counts once (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t substituted = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

bool is_name(std::string_view s) {
  return !s.empty() && std::isdigit(static_cast<unsigned char>(s[0])) == 0 &&
         std::ranges::all_of(s, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// The place of the `}` that closes the `${` whose content starts at `begin`.
std::size_t closing_brace(std::string_view s, std::size_t begin) {
  int depth = 1;
  for (std::size_t i = begin; i < s.size(); ++i) {
    if (s.substr(i, 2) == "${") {
      ++depth;
    } else if (s[i] == '}' && --depth == 0) {
      return i;
    }
  }
  fail_input("'{}' has a '${{' without its '}}'", s);
}

/// What stands for `${content}`.
std::string variable(std::string_view content, const std::map<std::string, std::string>& values) {
  const std::size_t dash = content.find(":-");
  const std::string name(content.substr(0, dash));
  if (!is_name(name)) {
    fail_input("'${{{}}}' is not a variable: write ${{NAME}} or ${{NAME:-default}}", content);
  }
  const auto found = values.find(name);
  const char* in_environment = std::getenv(name.c_str());
  const bool is_set = found != values.end() || in_environment != nullptr;
  const std::string value = found != values.end() ? found->second : is_set ? in_environment : "";
  if (!value.empty()) {
    return value;
  }
  if (dash != std::string_view::npos) {
    return expand_variables(content.substr(dash + 2), values);
  }
  if (name == "EPITAXY_DATA") {
    return "data";
  }
  if (!is_set) {
    fail_input("the environment variable {0} is not set: set it, or write ${{{0}:-default}}", name);
  }
  return value;
}

}  // namespace

std::string_view trim(std::string_view s) {
  const std::size_t first = s.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view{} : s.substr(first, s.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view s, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = s.find(separator, begin);
    parts.emplace_back(s.substr(begin, end - begin));
    if (end == std::string_view::npos) {
      return parts;
    }
    begin = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    result += i == 0 ? std::string_view{} : separator;
    result += parts[i];
  }
  return result;
}

std::optional<double> to_double(std::string_view s) {
  const std::string_view digits = without_plus(s);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(digits).c_str(), nullptr);
    return std::abs(value) < 1 ? std::optional(value) : std::nullopt;  // too small is as good as zero, too large is not
  }
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<long long> to_integer(std::string_view s) {
  const std::string_view digits = without_plus(s);
  long long value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string wanted = lower(std::string(name));
  std::optional<std::string> best;
  std::size_t limit = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, lower(candidate));
    // Short names that share no letter are not misspellings of one another.
    if (distance < limit && distance < std::max(name.size(), candidate.size())) {
      best = candidate;
      limit = distance;
    }
  }
  return best;
}

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t covered = 0;  // the last star stands for name[..covered)
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      covered = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++covered;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(s[at]); };
    const unsigned char lead = byte(i);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > s.size()) {
      return false;
    }
    unsigned code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) {
        return false;
      }
      code = code << 6 | (byte(i + k) & 0x3FU);
    }
    if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000) || (code >= 0xD800 && code < 0xE000) ||
        code > 0x10FFFF) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) {
    return "unknown";
  }
  if (seconds < 59.95) {
    return fmt::format("{:.1f} s", std::max(seconds, 0.0));
  }
  const auto whole_seconds = std::llround(seconds);
  if (whole_seconds < 3600) {
    return fmt::format("{} min {:02} s", whole_seconds / 60, whole_seconds % 60);
  }
  const auto minutes = std::llround(seconds / 60);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

namespace {

/// For a path that begins with it.
std::string home_of(std::string_view path) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    fail_input("'{}' begins with the home folder, but HOME is not set: write the whole path", path);
  }
  return home;
}

bool is_in_home(std::string_view path) { return path.starts_with("~/"); }

}  // namespace

std::string expand_home(std::string_view path) {
  return is_in_home(path) ? home_of(path) + std::string(path.substr(1)) : std::string(path);
}

std::string expand_variables(std::string_view s, const std::map<std::string, std::string>& values) {
  std::string result = is_in_home(s) ? home_of(s) : "";
  std::size_t i = result.empty() ? 0 : 1;
  while (i < s.size()) {
    if (s.substr(i, 2) == "${") {
      const std::size_t end = closing_brace(s, i + 2);
      result += variable(s.substr(i + 2, end - i - 2), values);
      i = end + 1;
    } else {
      result += s[i++];
    }
  }
  return result;
}

}  // namespace epitaxy::text
