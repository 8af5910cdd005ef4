#pragma once
/// \file
/// Compositions as points of a space in which compositions of similar elements are near each other.
#include <span>
#include <string>
#include <vector>

#include "chem/fractions.h"

namespace epitaxy::features {

/// `map H`, `map He`, ...: one for each of the 86 elements.
const std::vector<std::string>& element_map_names();

/// exp(-mean_p |e_ip - e_jp| / 2) for elements i and j, given by their columns among the 86. e are twelve properties of
/// elements (chem/element_properties.h), standardized over the 86 and clipped to 3 deviations.
double element_similarity(int i, int j);

/// Fills `values` [86] with phi_j = sum_i x_i L_ij, where L L^T is the matrix K of `element_similarity`. So the squared
/// Euclidean distance of two compositions is (x - y)^T K (x - y): the squared maximum mean discrepancy of their atoms
/// (Gretton et al., J. Mach. Learn. Res. 13, 723, 2012). Fractions that are the same have the same bits here.
void element_map(std::span<const chem::ElementFraction> fractions, float* values);

}  // namespace epitaxy::features
