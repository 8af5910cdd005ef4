#include <boost/test/unit_test.hpp>
#include <string>

#include "base/text.h"
#include "chem/elements.h"
#include "chem/formula.h"
#include "fixtures/fixture.h"

using namespace epitaxy;

namespace {

void check_amounts(const std::string& formula, const nlohmann::json& expected) {
  const chem::Composition composition = chem::parse_formula(formula);
  BOOST_TEST(composition.atoms.size() == expected.size());
  for (const auto& [number, count] : composition.atoms) {
    const std::string symbol(chem::symbol(number));
    BOOST_REQUIRE(expected.contains(symbol));
    BOOST_TEST(count == expected.at(symbol).get<double>(), boost::test_tools::tolerance(1e-9));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formula_reference)

BOOST_AUTO_TEST_CASE(amounts_are_those_of_pymatgen) {
  const auto examples = test::fixture("formulas.json").at("formulas");
  for (const auto& example : examples) {
    const auto text = example.at(0).get<std::string>();
    const std::string formula(text::trim(text));
    BOOST_TEST_CONTEXT(formula) {
      if (example.at(1).is_null()) {
        BOOST_CHECK_THROW(chem::parse_formula(formula), chem::FormulaError);
      } else {
        check_amounts(formula, example.at(1));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
