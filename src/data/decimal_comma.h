#pragma once
/// \file
/// Numbers with a decimal comma, in tables whose fields are not separated by commas.
#include <optional>
#include <string>
#include <string_view>

namespace epitaxy::data {

/// Whether a field may be a number as people write it: digits, marks, signs, an exponent, `<`, `~`.
bool looks_like_number(std::string_view field);

/// How the numbers of a column are written: it is shown its fields one after another.
class DecimalMark {
 public:
  void add(std::size_t line, std::string_view field);

  bool has_comma() const { return comma_.line > 0; }  ///< 0,65 or 1,234
  /// It has points, and each could stand before thousands: 1.234.
  bool has_doubtful_points() const { return point_.line > 0 && !clear_point_; }
  std::string first_point() const { return told(point_); }

  /// It has points, and one could not: 0.65, 12.5.
  bool has_clear_points() const { return clear_point_; }

  /// Why its commas can be read in two ways: points beside them, several marks in one number, and, unless the fields
  /// are separated by `;` (as where the comma is the decimal mark), nothing but three digits behind each.
  std::optional<std::string> problem(char separator) const;

 private:
  struct Example {
    std::size_t line = 0;  ///< 0: none.
    std::string text;
  };
  void add_number(std::size_t line, std::string_view number);
  static std::string told(const Example& example);

  Example comma_;
  Example point_;
  Example several_;  ///< 1.234,5 or 1,234,567
  bool clear_comma_ = false;
  bool clear_point_ = false;
};

}  // namespace epitaxy::data
