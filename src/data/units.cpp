#include "data/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

enum class Measure {
  energy_per_atom,
  energy_per_formula,
  energy,
  temperature,
  dipole,
  polarizability,
  area,
  heat_capacity,
  number
};

struct Unit {
  std::string_view name;
  Measure measure;
  double size;  ///< In eV for energies, in J/(mol K) for heat capacities.
};

constexpr double kKilojoulePerMole = 1 / 96.48533212;
constexpr double kCalorie = 4.184;  // In J.
constexpr double kKilocaloriePerMole = kCalorie * kKilojoulePerMole;
constexpr double kHartree = 27.211386245988;  // CODATA 2018.

constexpr std::array kUnits = {
    Unit{"eV/atom", Measure::energy_per_atom, 1},
    Unit{"meV/atom", Measure::energy_per_atom, 1e-3},
    Unit{"kJ/mol_atom", Measure::energy_per_atom, kKilojoulePerMole},
    Unit{"kcal/mol_atom", Measure::energy_per_atom, kKilocaloriePerMole},
    Unit{"eV/formula", Measure::energy_per_formula, 1},
    Unit{"kJ/mol", Measure::energy_per_formula, kKilojoulePerMole},
    Unit{"kcal/mol", Measure::energy_per_formula, kKilocaloriePerMole},
    Unit{"J/mol", Measure::energy_per_formula, 1e-3 * kKilojoulePerMole},
    Unit{"eV", Measure::energy, 1},
    Unit{"meV", Measure::energy, 1e-3},
    Unit{"Ha", Measure::energy, kHartree},
    Unit{"mHa", Measure::energy, 1e-3 * kHartree},
    Unit{"K", Measure::temperature, 1},
    Unit{"D", Measure::dipole, 1},
    Unit{"a03", Measure::polarizability, 1},
    Unit{"a02", Measure::area, 1},
    Unit{"J/(mol K)", Measure::heat_capacity, 1},
    Unit{"cal/(mol K)", Measure::heat_capacity, kCalorie},
    Unit{"none", Measure::number, 1},
};

const Unit* find_unit(const std::string& name) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? nullptr : &*found;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const Unit& unit : kUnits) {
    names.emplace_back(unit.name);
  }
  return names;
}

const Unit& known_unit(const std::string& name) {
  const Unit* const unit = find_unit(name);
  if (unit == nullptr) {
    const std::vector<std::string> names = known_names();
    const auto nearest = text::nearest(name, names);
    fail_input("unknown unit '{}'{}; known units: {} (any other unit has to stay as it is)", name,
               nearest ? " (did you mean '" + *nearest + "'?)" : "", text::join(names, ", "));
  }
  return *unit;
}

}  // namespace

double apply(Transform transform, double value) {
  switch (transform) {
    case Transform::log10:
      return std::log10(value);
    case Transform::minus_log10:
      return -std::log10(value);
    case Transform::ln:
      return std::log(value);
    case Transform::none:
      break;
  }
  return value;
}

double undo(Transform transform, double value) {
  switch (transform) {
    case Transform::log10:
      return std::pow(10.0, value);
    case Transform::minus_log10:
      return std::pow(10.0, -value);
    case Transform::ln:
      return std::exp(value);
    case Transform::none:
      break;
  }
  return value;
}

std::string transformed_unit(Transform transform, const std::string& inner) {
  if (transform == Transform::none) {
    return inner;
  }
  return inner == "none" ? name_of(transform) : fmt::format("{}({})", name_of(transform), inner);
}

TransformedUnit parse_unit(const std::string& unit) {
  for (const Named<Transform>& entry : kTransforms) {
    const std::string open = std::string(entry.name) + "(";
    if (entry.value != Transform::none && unit == entry.name) {
      return {entry.value, "none"};
    }
    if (entry.value != Transform::none && unit.starts_with(open) && unit.ends_with(')')) {
      return {entry.value, unit.substr(open.size(), unit.size() - open.size() - 1)};
    }
  }
  return {Transform::none, unit};
}

UnitConversion unit_conversion(const std::string& from, const std::string& to) {
  if (from == to) {
    return {};
  }
  if (const TransformedUnit transformed = parse_unit(to); transformed.transform != Transform::none) {
    UnitConversion conversion = unit_conversion(from, transformed.inner);
    if (conversion.transform != Transform::none) {
      fail_input("'{}' is a logarithm of a logarithm", to);
    }
    conversion.transform = transformed.transform;
    return conversion;
  }
  const Unit& source = known_unit(from);
  const Unit& target = known_unit(to);
  const bool to_atom = source.measure == Measure::energy_per_formula && target.measure == Measure::energy_per_atom;
  // A mole of formula units, or of molecules, and one of them.
  const auto is_whole = [](const Unit& unit) {
    return unit.measure == Measure::energy_per_formula || unit.measure == Measure::energy;
  };
  const bool whole = is_whole(source) && is_whole(target);
  if (source.measure != target.measure && !to_atom && !whole) {
    fail_input("'{}' cannot be converted to '{}': they measure different things; known units: {}", from, to,
               text::join(known_names(), ", "));
  }
  return {source.size / target.size, to_atom, Transform::none};
}

double scaled_amount(const std::string& unit, double value, double factor) {
  const Transform transform = parse_unit(unit).transform;
  return transform == Transform::none ? value * factor : apply(transform, undo(transform, value) * factor);
}

bool is_per_formula(const std::string& whole) {
  const std::string unit = parse_unit(whole).inner;
  if (const Unit* const known = find_unit(unit)) {
    return known->measure == Measure::energy_per_formula || known->measure == Measure::heat_capacity;
  }
  std::string text = text::lower(unit);
  std::erase_if(text, [](char c) { return c == ' ' || c == '(' || c == ')' || c == '.' || c == '_' || c == '^'; });
  const auto spell = [&](std::string_view other, std::string_view plain) {
    for (std::size_t at = text.find(other); at != std::string::npos; at = text.find(other, at + plain.size())) {
      text.replace(at, other.size(), plain);
    }
  };
  spell("\u207b", "-");
  spell("\u2212", "-");
  spell("\u00b9", "1");
  spell("\u00b7", "");
  spell("per", "/");
  const auto holds = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  const bool per_atom = holds("atom") || holds("molat") || holds("g-at");
  return !per_atom && (holds("/mol") || holds("mol-1") || holds("/kmol") || holds("/formula") || holds("/fu"));
}

std::string unit_suffix(const std::string& unit) {
  std::string suffix;
  for (const char c : unit) {
    suffix += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return suffix;
}

}  // namespace epitaxy::data
