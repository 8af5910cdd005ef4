#pragma once
/// \file
/// Chemical formulas: nested parentheses and brackets, decimal counts, hydrates and other adducts written with a dot
/// (`CuSO4.5H2O`, `CuSO4·5H2O`, `CuSO4*5H2O`).
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chem/text_error.h"

namespace epitaxy::chem {

/// What rows of a composition are known by.
struct CompositionKeys {
  /// The reduced composition, by which rows are duplicates: elements in order of symbol, counts as the smallest whole
  /// numbers in the same ratio, of which multiples have one. `O6Al4` gives `Al2O3`, `Fe0.5O` gives `FeO2`. Where the
  /// sum of these is above 100000, small ones count if no fraction of the total is off by more than 1e-6
  /// (`K0.333333O`: `KO3`); else the fractions rounded to 1e-6, and at least that (`Fe0.333211O0.666789`).
  std::string identity;
  /// By which rows stay together in splits: rounded fractions (of the total, or of one element) are the whole numbers
  /// of the smallest sum, at most 12, with which they agree within half a unit of their last decimal, at most 0.002.
  /// `Li0.3333Fe0.6667` gives `Fe2Li`, `Ga0.47In0.53` stays. It follows from the identity alone.
  std::string group;
};

/// Atoms of a formula unit by atomic number, ascending, each once, counts > 0.
struct Composition {
  std::vector<std::pair<int, double>> atoms;

  double total() const;  ///< Number of atoms in the formula unit.
  CompositionKeys keys() const;
  std::string reduced() const { return keys().identity; }
};

/// Why a formula was not understood; the message names the place in the text.
class FormulaError : public TextError {
 public:
  using TextError::TextError;
};

/// Throws FormulaError: empty, unknown element, unbalanced parentheses, more than 100 open ones, zero counts, a charge
/// (`Na+`, `SO4^2-`, `(2+)`), a missing value of a table (`NaN`), an exponent, a decimal comma. Subscripts are digits.
///
/// A dot can be a decimal point or join an adduct. It joins before a letter (`MgO.SiO2`) and before a whole or decimal
/// number of waters (`CuSO4.5H2O`, `CaSO4.0.5H2O`), unless only a zero stands before it (`Ga0.5H2O`). Decimal counts
/// and decimal waters in one formula (`La0.7Sr0.3MnO2.9.5H2O`) are an error, too, as O2.9 is meant, or 9.5. Between
/// other digits it is a decimal point (`Zn0.15Ga0.85As`, `Li1.5Fe2O4`), unless all dots could join substances of two
/// elements or more (`MgCl2.6NH3`, `Al2O3.2SiO2`): that has two readings and is an error. After a symbol or parenthesis
/// and before a number of anything but water (`CaO.2SiO2`) it is one, too; `*` and `·` always join.
Composition parse_formula(std::string_view formula);

}  // namespace epitaxy::chem
