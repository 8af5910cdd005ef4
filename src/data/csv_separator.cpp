#include "data/csv_separator.h"

#include <algorithm>
#include <vector>

#include "data/encoding.h"

namespace epitaxy::data {

namespace {

constexpr std::size_t kRows = 20;

/// How many fields the first records of a text have that are not blank, the header first; without the last one when
/// its end was not seen.
std::vector<std::size_t> count_fields(std::string_view text, char separator, std::size_t records) {
  std::vector<std::size_t> counts;
  std::size_t fields = 1;
  bool quoted = false;
  bool blank = true;
  for (std::size_t i = 0; i <= text.size() && counts.size() < records; ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (quoted && i < text.size()) {
      quoted = c != '"';
    } else if (is_line_end(c)) {
      if (!blank) {
        counts.push_back(fields);
      }
      fields = 1;
      blank = true;
    } else {
      quoted = c == '"';
      fields += c == separator ? 1 : 0;
      blank = blank && (c == ' ' || (c == '\t' && separator != '\t'));
    }
  }
  return counts;
}

/// How many of the first rows have as many fields as the header, which has several: 0 to 1.
double agreement(std::string_view text, char separator) {
  const std::vector<std::size_t> counts = count_fields(text, separator, kRows + 1);
  if (counts.empty() || counts.front() < 2) {
    return 0;
  }
  const auto rows = static_cast<double>(counts.size() - 1);
  return rows == 0 ? 1 : static_cast<double>(std::count(counts.begin() + 1, counts.end(), counts.front())) / rows;
}

bool in_header(std::string_view text, char separator) {
  const auto counts = count_fields(text, separator, 1);
  return !counts.empty() && counts.front() > 1;
}

}  // namespace

char find_separator(std::string_view text, bool tabs) {
  constexpr double kMost = 0.5;
  const bool semicolon = in_header(text, ';');
  const bool tab = in_header(text, '\t');
  if (tabs && (tab || (!semicolon && !in_header(text, ',')))) {
    return '\t';
  }
  if (!semicolon && !tab) {
    return ',';
  }
  const double by_comma = agreement(text, ',');
  const double by_semicolon = semicolon ? agreement(text, ';') : 0;
  const double by_tab = tab ? agreement(text, '\t') : 0;
  const double best = std::max({by_comma, by_semicolon, by_tab});
  return best == by_comma || best < kMost ? ',' : best == by_semicolon ? ';' : '\t';
}

std::optional<char> declared_separator(std::string_view text) {
  constexpr std::string_view kStart = "sep=";
  const bool declared =
      text.size() > kStart.size() + 1 && text.starts_with(kStart) && is_line_end(text[kStart.size() + 1]);
  const char separator = declared ? text[kStart.size()] : '\0';
  return separator == ',' || separator == ';' || separator == '\t' ? std::optional(separator) : std::nullopt;
}

std::string_view told_separator(char separator) {
  return separator == ',' ? "','" : separator == ';' ? "';'" : "a tab";
}

}  // namespace epitaxy::data
