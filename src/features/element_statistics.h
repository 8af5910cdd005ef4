#pragma once
/// \file
/// Compositions by what is known of their elements, after Ward et al., npj Comput. Mater. 2, 16028 (2016). Other than
/// fractions alone, these say what unseen elements have in common with seen ones.
#include <span>
#include <string>
#include <vector>

#include "chem/fractions.h"

namespace epitaxy::features {

/// In this order:
/// - of each property of elements (chem/element_properties.h), the elements weighted by their fractions: `mean`,
///   `deviation` (mean absolute one from the mean), `minimum`, `maximum`, `range`, as in `mean covalent_radius`;
/// - `number elements`, and the 2-, 3- and 5-norm of the fractions: `norm2 fraction`, ...;
/// - the shares of s, p, d, f electrons among the valence electrons: `share s_electrons`, ...;
/// - the ionic character 1 - exp(-(x_A - x_B)^2 / 4) of pairs of elements by Pauling's electronegativities:
///   `mean ionic_character` over all pairs of atoms, also of equal ones, and `maximum ionic_character`;
/// - `least charge` (chem/charge_balance.h), and `neutral charge`: 1 where that is below 0.001 per atom, else 0.
const std::vector<std::string>& element_statistics_names();

/// Fills `values` [names]. Fractions that are the same have the same bits here.
void element_statistics(std::span<const chem::ElementFraction> fractions, float* values);

}  // namespace epitaxy::features
