#include "chem/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "chem/elements.h"
#include "chem/formula_text.h"

#include "base/text.h"

namespace epitaxy::chem {

namespace {

constexpr double kLargestCount = 1e6;
/// Of open parentheses; each costs another look at what is in it.
constexpr std::size_t kDeepest = 100;

bool is_opening(char c) { return c == '(' || c == '[' || c == '{'; }
char closing(char opening) { return opening == '(' ? ')' : opening == '[' ? ']' : '}'; }

/// An open parenthesis (or the whole formula) and the adduct part that is being read in it.
struct Level {
  char opening;
  std::size_t opened_at;
  std::size_t first_atom;
  std::size_t part_first_atom;
  double part_coefficient = 1;      ///< Of the current part: 5 in `.5H2O`.
  std::size_t part_begins_at = 0;   ///< Its coefficient.
  std::optional<bool> dots_join{};  ///< Could all dots from here to the end of the level join parts?
};

class Parser {
 public:
  /// `text` as `plain_formula` writes it.
  explicit Parser(std::string_view text) : text_(text) {}

  Composition parse() {
    levels_.push_back({'\0', 0, 0, 0});
    start_part();
    while (place_ < text_.size()) {
      read_item();
    }
    if (levels_.size() > 1) {
      fail(levels_.back().opened_at, fmt::format("'{}' is never closed", levels_.back().opening));
    }
    end_part();
    return merged();
  }

 private:
  [[noreturn]] void fail(std::size_t place, const std::string& what) const { fail_formula(text_, place, what); }

  void read_item() {
    const char c = text_[place_];
    if (text::is_upper(c)) {
      read_element();
    } else if (is_opening(c)) {
      if (levels_.size() > kDeepest) {
        fail(place_, fmt::format("more than {} parentheses are open", kDeepest));
      }
      levels_.push_back({c, place_, atoms_.size(), atoms_.size()});
      ++place_;
      start_part();
    } else if (c == ')' || c == ']' || c == '}') {
      close_level(c);
    } else if (const std::size_t length = separator_length(); length > 0) {
      end_part();
      place_ += length;
      start_part();
    } else {
      fail_unexpected();
    }
  }

  [[noreturn]] void fail_unexpected() const {
    const char c = text_[place_];
    if (text::is_lower(c)) {
      fail(place_, fmt::format("an element symbol starts with a capital letter: '{}'", c));
    }
    if (c == '.') {
      fail(place_, "the dot may be a decimal point or join two parts (write 0.5 for the one, '*' for the other):");
    }
    fail(place_, fmt::format("unexpected {}", character_name(text_, place_)));
  }

  void read_element() {
    const std::size_t start = place_;
    const bool two = start + 1 < text_.size() && text::is_lower(text_[start + 1]);
    const std::string_view name = text_.substr(start, two ? 2 : 1);
    const auto number = atomic_number(name);
    if (!number) {
      const bool hydrogen = name == "D" || name == "T";
      fail(start,
           fmt::format("unknown element '{}'{}", name, hydrogen ? " (isotopes are not told apart, write H)" : ""));
    }
    place_ += name.size();
    atoms_.emplace_back(*number, read_count(true));
  }

  void close_level(char c) {
    const Level level = levels_.back();
    if (levels_.size() == 1 || closing(level.opening) != c) {
      fail(place_, fmt::format("'{}' closes nothing", c));
    }
    end_part();
    levels_.pop_back();
    ++place_;
    scale(level.first_atom, read_count(true));
  }

  void scale(std::size_t first, double factor) {
    for (std::size_t i = first; i < atoms_.size(); ++i) {
      atoms_[i].second *= factor;
    }
  }

  void start_part() {
    levels_.back().part_first_atom = atoms_.size();
    levels_.back().part_begins_at = place_;
    levels_.back().dots_join.reset();
    levels_.back().part_coefficient = read_count(false);
  }

  void end_part() {
    if (levels_.back().part_first_atom == atoms_.size()) {
      fail(std::min(place_, text_.size() - 1), "an element is missing");
    }
    scale(levels_.back().part_first_atom, levels_.back().part_coefficient);
  }

  /// The number at `place`, its length 0 when there is none.
  std::size_t number_length(std::size_t place, bool decimal) const {
    std::size_t end = place;
    while (end < text_.size() && text::is_digit(text_[end])) {
      ++end;
    }
    if (decimal && end > place && end + 1 < text_.size() && text_[end] == '.' && text::is_digit(text_[end + 1])) {
      end += 1 + number_length(end + 1, false);
    }
    return end - place;
  }

  /// True when `5H2O`, `0.5H2O` or `H2O` and nothing that changes it stands at `place`.
  bool water_at(std::size_t place) const {
    std::string_view rest = text_.substr(std::min(place + number_length(place, true), text_.size()));
    for (const std::string_view water : {"H2O", "(H2O)"}) {
      if (rest.substr(0, water.size()) == water) {
        rest.remove_prefix(water.size());
        return rest.empty() ||
               (!text::is_digit(rest[0]) && !text::is_upper(rest[0]) && !text::is_lower(rest[0]) && rest[0] != '(');
      }
    }
    return false;
  }

  /// Are there two readings of the dots in the current part and what follows in its level?
  bool dots_may_join() {
    Level& level = levels_.back();
    if (!level.dots_join) {
      level.dots_join = dots_could_join(text_.substr(level.part_begins_at));
    }
    return *level.dots_join;
  }

  /// In `La0.7Sr0.3MnO2.9.5H2O` at the count behind O, whose whole part has a length: after other decimal counts the
  /// first dot may be a point, and the second one join.
  bool may_be_decimal(std::size_t whole) const {
    const std::size_t after = place_ + whole + 1;
    return decimal_counts_ && text_[after - 1] == '.' && text_[after] != '0' &&
           number_length(after, true) > number_length(after, false);
  }

  /// Of a count at the current place, whose whole part has a length.
  [[noreturn]] void fail_two_readings(std::size_t whole) const {
    const std::size_t after = place_ + whole + 1;
    const std::size_t joined = after + number_length(after, true);
    fail(place_, fmt::format("'{}' may be a count, or its dot joins '{}' to what is before (write '*' for the dot that "
                             "joins, or put the element with the decimal count last)",
                             text_.substr(place_, whole + 1 + number_length(after, false)),
                             shortened_formula(text_.substr(after, text_.find_first_of(".*", joined) - after))));
  }

  /// The length of the sign that joins an adduct at the current place, 0 when there is none.
  std::size_t separator_length() const {
    if (const std::size_t length = join_sign_length(text_, place_); length > 0) {
      return length;
    }
    if (text_[place_] != '.' || place_ + 1 == text_.size()) {
      return 0;
    }
    const char next = text_[place_ + 1];
    return text::is_upper(next) || is_opening(next) || water_at(place_ + 1) ? 1 : 0;
  }

  /// The number at the current place, 1 when there is none. A count may be followed by a dot that joins waters.
  double read_count(bool adduct_may_follow) {
    std::size_t length = number_length(place_, false);
    if (length == 0) {
      return 1;
    }
    const std::string_view digits = text_.substr(place_, length);
    const bool zero = digits.find_first_not_of('0') == std::string_view::npos;
    const bool water_follows = adduct_may_follow && !zero && water_at(place_ + length + 1);
    if (!water_follows) {
      length = number_length(place_, true);
    }
    const bool is_decimal = length > digits.size();
    if (adduct_may_follow && ((is_decimal && dots_may_join()) || (water_follows && may_be_decimal(digits.size())))) {
      fail_two_readings(digits.size());
    }
    double count = 0;
    const char* const begin = text_.data() + place_;
    const auto [end, error] = std::from_chars(begin, begin + length, count, std::chars_format::fixed);
    if (error != std::errc() || end != begin + length || !(count > 0) || count > kLargestCount) {
      fail(place_, fmt::format("a count has to be above 0 and at most 1000000, not {},", text_.substr(place_, length)));
    }
    decimal_counts_ |= adduct_may_follow && is_decimal;
    place_ += length;
    return count;
  }

  Composition merged() const {
    std::array<double, kLargestAtomicNumber + 1> counts{};
    for (const auto& [number, count] : atoms_) {
      counts[static_cast<std::size_t>(number)] += count;
    }
    Composition composition;
    for (std::size_t number = 1; number <= kLargestAtomicNumber; ++number) {
      if (counts[number] > 0) {
        composition.atoms.emplace_back(static_cast<int>(number), counts[number]);
      }
    }
    if (composition.atoms.empty() || composition.total() > kLargestCount) {
      throw FormulaError(
          fmt::format("the counts of '{}' add up to no reasonable number of atoms", shortened_formula(text_)));
    }
    return composition;
  }

  std::string_view text_;
  std::size_t place_ = 0;
  std::vector<std::pair<int, double>> atoms_;
  std::vector<Level> levels_;
  bool decimal_counts_ = false;  ///< Before the current place.
};

}  // namespace

Composition parse_formula(std::string_view formula) { return Parser(plain_formula(formula)).parse(); }

}  // namespace epitaxy::chem
