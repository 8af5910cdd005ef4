#include "data/target_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace epitaxy::data {

namespace {

/// Of R, pandas and spreadsheets, in small letters.
constexpr std::string_view kMarkers[] = {"",    "-",        "na",   "n/a",  "nan",    "null",    "none",    "#n/a",
                                         "#na", "#n/a n/a", "<na>", "-nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"};
constexpr std::size_t kLongestMarker = 8;

struct Mark {
  std::string_view text;
  FieldKind kind;
};

/// Before a number; the longer ones first.
constexpr Mark kPrefixes[] = {{">=", FieldKind::above},  {">>", FieldKind::above},     {">", FieldKind::above},
                              {"≥", FieldKind::above},   {"<=", FieldKind::below},     {"<<", FieldKind::below},
                              {"<", FieldKind::below},   {"≤", FieldKind::below},      {"~", FieldKind::about},
                              {"≈", FieldKind::about},   {"∼", FieldKind::about},      {"ca.", FieldKind::about},
                              {"ca ", FieldKind::about}, {"approx.", FieldKind::about}};

/// Between two numbers; error bars first, as they hold a minus.
constexpr Mark kInfixes[] = {{"+/-", FieldKind::error_bar}, {"+-", FieldKind::error_bar}, {"±", FieldKind::error_bar},
                             {" to ", FieldKind::range},    {"..", FieldKind::range},     {"–", FieldKind::range},
                             {"—", FieldKind::range},       {"~", FieldKind::range},      {"-", FieldKind::range}};

std::optional<double> finite_number(std::string_view text) {
  const auto number = text::to_double(text::trim(text));
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// The two numbers around a mark at one of its places; a minus may also be a sign, or part of an exponent.
std::optional<UnusualField> around(std::string_view field, const Mark& mark) {
  for (std::size_t place = field.find(mark.text, 1); place != std::string_view::npos;
       place = field.find(mark.text, place + 1)) {
    const auto first = finite_number(field.substr(0, place));
    const auto second = finite_number(field.substr(place + mark.text.size()));
    if (!first || !second) {
      continue;
    }
    if (mark.kind == FieldKind::error_bar && *second >= 0) {
      return UnusualField{mark.kind, *first};
    }
    if (mark.kind == FieldKind::range && *first <= *second) {
      return UnusualField{mark.kind, *first + (*second - *first) / 2};
    }
  }
  return std::nullopt;
}

}  // namespace

MissingMarkers::MissingMarkers(const std::vector<std::string>& own) {
  for (const std::string& marker : own) {
    own_.push_back(text::lower(std::string(text::trim(marker))));
    if (const auto number = finite_number(marker)) {
      numbers_.push_back(*number);
    }
  }
}

bool MissingMarkers::is_own(std::string_view field) const {
  if (own_.empty()) {
    return false;
  }
  const auto number = numbers_.empty() ? std::nullopt : finite_number(field);
  return std::ranges::find(own_, text::lower(std::string(field))) != own_.end() ||
         (number && std::ranges::find(numbers_, *number) != numbers_.end());
}

bool MissingMarkers::holds(std::string_view field) const {
  return (field.size() <= kLongestMarker &&
          std::ranges::find(kMarkers, text::lower(std::string(field))) != std::end(kMarkers)) ||
         is_own(field);
}

UnusualField read_unusual(std::string_view field, const MissingMarkers& markers) {
  if (markers.holds(field)) {
    return {FieldKind::missing};
  }
  const std::string small = text::lower(std::string(field));
  const std::string_view text = small;
  for (const Mark& mark : kPrefixes) {
    if (text.starts_with(mark.text)) {
      const auto number = finite_number(text.substr(mark.text.size()));
      return number ? UnusualField{mark.kind, *number} : UnusualField{};
    }
  }
  for (const Mark& mark : kInfixes) {
    if (const auto found = around(text, mark)) {
      return *found;
    }
  }
  return {};
}

bool accepts(Censored policy, FieldKind kind) {
  switch (kind) {
    case FieldKind::above:
    case FieldKind::below:
      return policy == Censored::bound;
    case FieldKind::range:
      return policy == Censored::middle;
    case FieldKind::error_bar:
    case FieldKind::about:
      return policy != Censored::reject;
    default:
      return false;
  }
}

std::string reason_of(const std::string& column, std::string_view field, FieldKind kind) {
  switch (kind) {
    case FieldKind::missing:
      return field.empty() ? fmt::format("'{}' is missing", column)
                           : fmt::format("'{}' is missing: '{}'", column, field);
    case FieldKind::above:
    case FieldKind::below:
      return fmt::format("'{}' is a bound and not a number: '{}'; `censored: bound` takes the bound", column, field);
    case FieldKind::range:
      return fmt::format("'{}' is a range and not a number: '{}'; `censored: middle` takes its middle", column, field);
    case FieldKind::error_bar:
      return fmt::format("'{}' has an error bar: '{}'; `censored: bound` or `middle` takes the value before it", column,
                         field);
    case FieldKind::about:
      return fmt::format("'{}' is about a number: '{}'; `censored: bound` or `middle` takes the number", column, field);
    case FieldKind::other:
      break;
  }
  return fmt::format("'{}' is not a number: '{}'", column, field);
}

}  // namespace epitaxy::data
