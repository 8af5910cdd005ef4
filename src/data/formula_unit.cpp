#include "data/formula_unit.h"

#include <cmath>

namespace epitaxy::data {

double formula_reduction(const chem::Preparer& preparer, const std::string& text, const std::string& identity) {
  constexpr double kRounding = 1e-5;  // fractions in an identity are rounded
  if (text == identity) {
    return 1;
  }
  try {
    const double factor = preparer.prepare(identity).atoms / preparer.prepare(text).atoms;
    return std::abs(factor - 1) < kRounding ? 1 : factor;
  } catch (const chem::TextError&) {
    return 1;
  }
}

}  // namespace epitaxy::data
