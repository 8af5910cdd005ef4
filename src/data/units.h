#pragma once
/// \file
/// Units of target values. Known ones, by what they measure:
/// energy per atom: eV/atom, meV/atom, kJ/mol_atom, kcal/mol_atom; energy per formula unit or molecule: eV/formula,
/// kJ/mol, kcal/mol, J/mol; energy: eV, meV, Ha, mHa; temperature: K; dipole moment: D; polarizability: a03 (cubes of
/// the Bohr radius); area: a02; heat capacity: cal/(mol K), J/(mol K); a plain number: none.
#include <string>

#include "base/names.h"

namespace epitaxy::data {

/// Logarithms of values.
enum class Transform { none, log10, minus_log10, ln };
inline constexpr Named<Transform> kTransforms[] = {
    {Transform::none, "none"}, {Transform::log10, "log10"}, {Transform::minus_log10, "-log10"}, {Transform::ln, "ln"}};
constexpr std::span<const Named<Transform>> names(Transform) { return kTransforms; }

/// Not finite of values that are not positive.
double apply(Transform transform, double value);
double undo(Transform transform, double value);

/// A unit that says which logarithm of which unit it is: `-log10(M)`; of plain numbers `log10`.
struct TransformedUnit {
  Transform transform = Transform::none;
  std::string inner;
};
std::string transformed_unit(Transform transform, const std::string& inner);
TransformedUnit parse_unit(const std::string& unit);

/// How values in one unit become values in another.
struct UnitConversion {
  double factor = 1;
  bool divide_by_atoms = false;  ///< From a formula unit to an atom.
  Transform transform = Transform::none;

  /// `atoms` is the number of atoms in the formula unit.
  double operator()(double value, double atoms) const { return apply(transform, linear(value, atoms)); }
  /// Before the transform.
  double linear(double value, double atoms) const { return value * factor / (divide_by_atoms ? atoms : 1.0); }
};

/// Throws InputError, listing the known units, when the two do not measure the same thing. Energies per formula unit
/// convert to energies per atom, and to energies (of one molecule) and back; any other unit, known or not, converts to
/// itself, and to its logarithms.
UnitConversion unit_conversion(const std::string& from, const std::string& to);

/// Whether values are of a mole of formula units (kJ/mol, eV/formula, J/(mol K), and such texts of units that are not
/// known), so that Fe4O6 has twice the value of Fe2O3.
bool is_per_formula(const std::string& unit);

/// A value of that many formula units more or less, in a unit that is per formula unit or a logarithm of one.
double scaled_amount(const std::string& unit, double value, double factor);

/// A unit as it stands in key and column names: `eV/atom` -> `eV_atom`.
std::string unit_suffix(const std::string& unit);

}  // namespace epitaxy::data
