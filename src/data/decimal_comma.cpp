#include "data/decimal_comma.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

constexpr std::string_view kOfNumber = "0123456789.,";

/// 1,234 and 12.345, where the mark may stand before thousands.
bool may_be_thousands(std::string_view number, std::size_t mark) {
  return mark >= 1 && mark <= 3 && number[0] != '0' && number.size() == mark + 4;
}

}  // namespace

bool looks_like_number(std::string_view field) {
  constexpr std::string_view kOthers = "+-eE<>=~ ()/";
  return field.find_first_of("0123456789") != std::string_view::npos && std::ranges::all_of(field, [&](char c) {
           return kOfNumber.find(c) != std::string_view::npos || kOthers.find(c) != std::string_view::npos ||
                  (c & 0x80) != 0;
         });
}

void DecimalMark::add(std::size_t line, std::string_view field) {
  if (!looks_like_number(field)) {
    return;
  }
  for (std::size_t begin = field.find_first_of(kOfNumber); begin != std::string_view::npos;) {
    const std::size_t end = std::min(field.find_first_not_of(kOfNumber, begin), field.size());
    add_number(line, field.substr(begin, end - begin));
    begin = field.find_first_of(kOfNumber, end);
  }
}

void DecimalMark::add_number(std::size_t line, std::string_view number) {
  const auto note = [&](Example& example) {
    if (example.line == 0) {
      example = {line, std::string(number)};
    }
  };
  const std::size_t mark = number.find_first_of(".,");
  if (mark == std::string_view::npos) {
    return;
  }
  if (number.find_first_of(".,", mark + 1) != std::string_view::npos) {
    note(several_);
    return;
  }
  const bool is_comma = number[mark] == ',';
  note(is_comma ? comma_ : point_);
  (is_comma ? clear_comma_ : clear_point_) |= !may_be_thousands(number, mark);
}

std::string DecimalMark::told(const Example& example) {
  return fmt::format("'{}' in line {}", example.text, example.line);
}

std::optional<std::string> DecimalMark::problem(char separator) const {
  if (!has_comma()) {
    return std::nullopt;
  }
  for (const Example& other : {point_, several_}) {
    if (other.line > 0) {
      return fmt::format("{} beside {}", told(comma_), told(other));
    }
  }
  if (separator != ';' && !clear_comma_) {
    return fmt::format("{}: a decimal comma, or thousands?", told(comma_));
  }
  return std::nullopt;
}

}  // namespace epitaxy::data
