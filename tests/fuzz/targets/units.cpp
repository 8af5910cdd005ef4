// Units: the first line is converted to the second.
#include "data/units.h"

#include <cmath>

#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_units(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  const std::string from(bytes.substr(0, line));
  const std::string to(line == std::string_view::npos ? bytes : bytes.substr(line + 1));
  const data::TransformedUnit parts = data::parse_unit(from);
  if (parts.transform != data::Transform::none) {
    const data::TransformedUnit again = data::parse_unit(data::transformed_unit(parts.transform, parts.inner));
    expect(again.transform == parts.transform && again.inner == parts.inner, "a unit is written as it is read", from);
  }
  data::is_per_formula(from);
  data::scaled_amount(from, 2.5, 2);
  data::unit_suffix(from);
  const data::UnitConversion there = data::unit_conversion(from, to);
  expect(std::isfinite(there.factor) && there.factor > 0, "a conversion has a factor", from + " to " + to);
  const double value = there(2.5, 3);
  if (there.transform == data::Transform::none && !there.divide_by_atoms) {
    const double back = data::unit_conversion(to, from)(value, 3);
    expect(std::abs(back - 2.5) < 1e-9, "a conversion can be undone", from + " to " + to);
  }
}

const Target kUnits("units", read_units);

}  // namespace

}  // namespace epitaxy::fuzz
