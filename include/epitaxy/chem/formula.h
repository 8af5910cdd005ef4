#pragma once
/// \file
/// Chemical formulas: nested parentheses and brackets, decimal counts, hydrates written with a dot
/// (`CuSO4.5H2O`, `CuSO4·5H2O`, `CuSO4*5H2O`).
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace epitaxy::chem {

/// Atoms of a formula unit by atomic number, ascending, each once, counts > 0.
struct Composition {
  std::vector<std::pair<int, double>> atoms;

  double total() const;  ///< Number of atoms in the formula unit.
  /// The reduced composition, the key by which rows are grouped: elements in order of symbol, whole counts divided by
  /// their greatest common divisor, other counts as fractions of the total rounded to 1e-6. `O6Al4` gives `Al2O3`.
  std::string reduced() const;
};

/// Why a formula was not understood; the message names the place in the text.
class FormulaError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws FormulaError: empty, unknown element, unbalanced parentheses, zero counts, a charge (`Na+`, `SO4^2-`, `(2+)`).
/// A dot between digits is a decimal point (`Ga0.85`) unless it starts a hydrate part (`.5H2O` after a complete group
/// is read as a hydrate only if a letter or an integer followed by a letter comes next and the left part ends in a
/// count or symbol; `CuSO4.5H2O` is copper sulfate pentahydrate, `Zn0.15Ga0.85As` are decimals).
Composition parse_formula(std::string_view formula);

}  // namespace epitaxy::chem
