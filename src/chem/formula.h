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

/// Atoms of a formula unit by atomic number, ascending, each once, counts > 0.
struct Composition {
  std::vector<std::pair<int, double>> atoms;

  double total() const;  ///< Number of atoms in the formula unit.
  /// The reduced composition, the key by which rows are grouped: elements in order of symbol, counts as the smallest
  /// whole numbers in the same ratio. `O6Al4` gives `Al2O3`, `Fe0.5O` gives `FeO2`. Counts within 1e-6 of a whole
  /// number count as whole; where no factor up to 1000 makes them whole, they are fractions of the total rounded to
  /// 1e-6 (`Fe0.333211O0.666789`).
  std::string reduced() const;
};

/// Why a formula was not understood; the message names the place in the text.
class FormulaError : public TextError {
 public:
  using TextError::TextError;
};

/// Throws FormulaError: empty, unknown element, unbalanced parentheses, zero counts, a charge (`Na+`, `SO4^2-`,
/// `(2+)`).
///
/// A dot can be a decimal point or join an adduct. It joins before a letter (`MgO.SiO2`) and before a whole or decimal
/// number of waters (`CuSO4.5H2O`, `CaSO4.0.5H2O`), unless only a zero stands before it (`Ga0.5H2O`). Between other
/// digits it is a decimal point (`Zn0.15Ga0.85As`, `Li1.5Fe2O4`). After a symbol or parenthesis and before a number of
/// anything but water (`CaO.2SiO2`) it could be either, so it is an error; `*` and `·` always join.
Composition parse_formula(std::string_view formula);

}  // namespace epitaxy::chem
