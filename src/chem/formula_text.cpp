#include "chem/formula_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "chem/formula.h"

namespace epitaxy::chem {

namespace {

constexpr std::size_t kLongestInMessages = 80;
constexpr std::array<std::string_view, 4> kMinusSigns{"-", "\u2212", "\u2013", "\u2010"};

bool starts_at(std::string_view text, std::size_t place, std::string_view what) {
  return text.substr(std::min(place, text.size())).starts_with(what);
}

bool is_digit_at(std::string_view text, std::size_t place) {
  return place < text.size() && text::is_digit(text[place]);
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u; }

/// The digit of a subscript, U+2080 to U+2089, at a place; nothing else is 3 bytes that begin so.
bool is_subscript_at(std::string_view text, std::size_t place) {
  return starts_at(text, place, "\xe2\x82") && place + 2 < text.size() &&
         static_cast<unsigned char>(text[place + 2]) >= 0x80 && static_cast<unsigned char>(text[place + 2]) <= 0x89;
}

std::string with_digits(std::string_view text) {
  if (text.find('\xe2') == std::string_view::npos) {
    return std::string(text);
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_subscript_at(text, i)) {
      result += static_cast<char>('0' + (static_cast<unsigned char>(text[i + 2]) - 0x80));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// What tables write for a value that is not there, in the spellings they use: InF and NoNe are formulas.
void refuse_words(std::string_view text) {
  constexpr std::string_view kMissing[] = {"nan",  "NaN",  "NAN",  "none", "None", "NONE",
                                           "null", "Null", "NULL", "NA",   "N/A",  "n/a"};
  constexpr std::string_view kInfinite[] = {"inf", "Inf", "INF", "infinity", "Infinity", "INFINITY"};
  if (std::ranges::find(kMissing, text) != std::end(kMissing)) {
    throw FormulaError(
        fmt::format("{} is read as a missing value{}", text, text == "NaN" ? "; sodium nitride is written Na1N1" : ""));
  }
  if (std::ranges::find(kInfinite, text) != std::end(kInfinite)) {
    throw FormulaError(
        fmt::format("{} is read as infinity{}", text, text == "INF" ? "; as a formula it is written I1N1F1" : ""));
  }
}

/// `1e-5` and `1E5` at the `e`.
bool is_exponent(std::string_view text, std::size_t place) {
  if (place == 0 || !text::is_digit(text[place - 1]) || (text[place] != 'e' && text[place] != 'E')) {
    return false;
  }
  std::size_t next = place + 1;
  for (const std::string_view sign : {"+", "-", "\u2212"}) {
    if (starts_at(text, next, sign)) {
      next += sign.size();
      break;
    }
  }
  return is_digit_at(text, next);
}

void refuse_numbers_of_other_forms(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ',' && text::is_digit(text[i - 1]) && is_digit_at(text, i + 1)) {
      fail_formula(text, i, "a decimal comma: write a point, as in Al0.65Ga0.35N,");
    }
    if (is_exponent(text, i)) {
      fail_formula(text, i, "an exponent: write the count without, as in 0.00001 for 1e-5,");
    }
  }
}

/// Signs that have a meaning of their own get a reason of their own.
void refuse_unsupported_signs(std::string_view text) {
  if (text.find_first_of("+-^\xe2") == std::string_view::npos) {
    return;
  }
  for (const std::string_view sign : {"+", "-", "^", "\u2212", "\u2013", "\u2010", "\u207a", "\u207b"}) {
    const std::size_t place = text.find(sign);
    if (place == std::string_view::npos) {
      continue;
    }
    const bool minus = std::ranges::find(kMinusSigns, sign) != kMinusSigns.end();
    const std::size_t after = place + sign.size();
    if (minus && ((after < text.size() && text::is_lower(text[after])) || starts_at(text, after, "\u03b4"))) {
      fail_formula(text, place, fmt::format("variable counts are not supported, write a number: '{}'", sign));
    }
    fail_formula(text, place, fmt::format("charges are not supported: '{}'", sign));
  }
}

/// A piece between dots: is it a substance, perhaps with a number before it (`2SiO2`)?
class Piece {
 public:
  /// `in_mixture`: the formula begins with a number, as `80TeO2.20ZnO`, so that any whole number may be one of pieces.
  Piece(std::string_view text, bool in_mixture) : text_(text), in_mixture_(in_mixture) {}

  bool is_substance() {
    std::size_t letters = 0;
    if (!is_coefficient(number_at(0))) {
      return false;
    }
    for (std::size_t i = digits_at(0); i < text_.size(); ++i) {
      letters += text::is_upper(text_[i]) ? 1 : 0;
      const std::size_t digits = digits_at(i);
      if (digits > 0 && !is_count(number_at(i))) {
        return false;
      }
      i += digits > 0 ? digits - 1 : 0;
    }
    return letters >= 2 || is_small_molecule();
  }

 private:
  /// Of one element, as solvates and mixtures hold it; `H20` is water with a zero for its O.
  bool is_small_molecule() const {
    static constexpr std::string_view kMolecules[] = {"H2", "N2",  "O2", "F2", "Cl2", "Br2", "I2", "S8",
                                                      "P4", "C60", "He", "Ne", "Ar",  "Kr",  "Xe", "H20"};
    return std::ranges::find(kMolecules, text_.substr(digits_at(0))) != std::end(kMolecules);
  }

  std::size_t digits_at(std::size_t place) const {
    std::size_t end = place;
    while (is_digit_at(text_, end)) {
      ++end;
    }
    return end - place;
  }
  std::string_view number_at(std::size_t place) const { return text_.substr(place, digits_at(place)); }

  bool is_coefficient(std::string_view number) const {
    // Others are decimals as tables have them: Cu6.33S7O4.
    const bool is_round = number.size() > 1 && number.back() == '0';
    return number.empty() || (is_count(number) && (number.size() == 1 || is_round || in_mixture_ ||
                                                   (number.size() == 2 && number <= "24")));
  }
  static bool is_count(std::string_view number) { return number != "1" && number[0] != '0'; }

  std::string_view text_;
  bool in_mixture_;
};

/// The code of the character at a place and its length; of a byte that begins none, the byte.
std::pair<unsigned, std::size_t> character_at(std::string_view text, std::size_t place) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned first = byte(place);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (length == 1 || place + length > text.size()) {
    return {first, 1};
  }
  unsigned code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[place + i])) {
      return {first, 1};
    }
    code = (code << 6u) | (byte(place + i) & 0x3fu);
  }
  return {code, length};
}

}  // namespace

std::string plain_formula(std::string_view text) {
  if (text.empty()) {
    throw FormulaError("the formula is empty");
  }
  std::string plain = with_digits(text);
  refuse_words(plain);
  refuse_numbers_of_other_forms(plain);
  refuse_unsupported_signs(plain);
  return plain;
}

bool dots_could_join(std::string_view part) {
  const bool in_mixture = is_digit_at(part, 0);
  int depth = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  for (; end < part.size() && depth >= 0; ++end) {
    const char c = part[end];
    depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
    const std::size_t sign = c == '.' ? 1 : join_sign_length(part, end);
    if (depth == 0 && sign > 0) {
      if (!Piece(part.substr(begin, end - begin), in_mixture).is_substance()) {
        return false;
      }
      begin = end + sign;
      end += sign - 1;
    }
  }
  end -= depth < 0 ? 1 : 0;
  return Piece(part.substr(begin, end - begin), in_mixture).is_substance();
}

std::size_t join_sign_length(std::string_view text, std::size_t place) {
  for (const std::string_view sign : {"*", "\u00b7", "\u2022", "\u22c5"}) {
    if (starts_at(text, place, sign)) {
      return sign.size();
    }
  }
  return 0;
}

std::string character_name(std::string_view text, std::size_t place) {
  const auto [code, length] = character_at(text, place);
  if (code == ' ') {
    return "space";
  }
  if (code > ' ' && code <= '~') {
    return fmt::format("'{}'", static_cast<char>(code));
  }
  constexpr std::pair<unsigned, const char*> kNames[] = {
      {0x09, "tab"},          {0xa0, "no-break space"},     {0x202f, "narrow no-break space"},
      {0x2009, "thin space"}, {0x200b, "zero-width space"}, {0xfeff, "byte order mark"},
      {0xb9, "superscript"},  {0xb2, "superscript"},        {0xb3, "superscript"}};
  const auto* known = std::ranges::find(kNames, code, &std::pair<unsigned, const char*>::first);
  const bool superscript = code >= 0x2070 && code <= 0x207f;
  const char* name = known != std::end(kNames) ? known->second : superscript ? "superscript" : "character";
  return length == 1 && code >= 0x80 ? fmt::format("byte 0x{:02x}", code) : fmt::format("{} (U+{:04X})", name, code);
}

std::string shortened_formula(std::string_view text) {
  if (text.size() <= kLongestInMessages) {
    return std::string(text);
  }
  std::size_t end = kLongestInMessages;
  while (end > 0 && continues(text[end])) {
    --end;
  }
  return std::string(text.substr(0, end)) + "...";
}

void fail_formula(std::string_view text, std::size_t place, const std::string& what) {
  const auto characters = std::ranges::count_if(text.substr(0, place), [](char byte) { return !continues(byte); });
  throw FormulaError(fmt::format("{} at character {} of '{}'", what, characters + 1, shortened_formula(text)));
}

}  // namespace epitaxy::chem
