// Formulas. The identity is a formula of the same identity and group.
#include "chem/formula.h"

#include <cmath>

#include "chem/substance.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

/// An identity is a formula, too. Rounded fractions may be rounded again.
chem::CompositionKeys keys_of_identity(const std::string& identity) try {
  return chem::parse_formula(identity).keys();
} catch (const chem::FormulaError& error) {
  expect(false, "an identity is a formula", error.what());
  throw;
}

void read_formula(std::string_view bytes) {
  const chem::Composition composition = chem::parse_formula(bytes);
  expect(!composition.atoms.empty() && std::isfinite(composition.total()), "a formula has atoms");
  const chem::CompositionKeys keys = composition.keys();
  const chem::CompositionKeys again = keys_of_identity(keys.identity);
  if (keys.identity.find('.') == std::string::npos) {
    expect(again.identity == keys.identity, "an identity is its own", keys.identity + " " + again.identity);
    expect(again.group == keys.group, "a group follows from the identity", keys.group + " " + again.group);
  }
  chem::compositions().preparer(chem::compositions().default_rules())->prepare(bytes);
}

const Target kFormula("formula", read_formula);

}  // namespace

}  // namespace epitaxy::fuzz
