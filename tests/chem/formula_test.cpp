#include "chem/formula.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "chem/elements.h"

using namespace epitaxy::chem;

namespace {

using Counts = std::map<std::string, double>;

void check_counts(const std::string& formula, const Counts& expected) {
  BOOST_TEST_CONTEXT(formula) {
    const Composition composition = parse_formula(formula);
    BOOST_TEST(composition.atoms.size() == expected.size());
    int previous = 0;
    for (const auto& [number, count] : composition.atoms) {
      BOOST_TEST(number > previous);
      previous = number;
      const auto found = expected.find(std::string(symbol(number)));
      BOOST_REQUIRE(found != expected.end());
      BOOST_TEST(count == found->second, boost::test_tools::tolerance(1e-12));
    }
  }
}

void check_refused(const std::string& formula, const std::string& reason) {
  BOOST_TEST_CONTEXT(formula) {
    BOOST_CHECK_EXCEPTION(parse_formula(formula), FormulaError, [&](const FormulaError& error) {
      BOOST_TEST_MESSAGE(error.what());
      return std::string(error.what()).find(reason) != std::string::npos;
    });
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formula)

BOOST_AUTO_TEST_CASE(plain_formulas) {
  check_counts("C1Pt1", {{"C", 1}, {"Pt", 1}});
  check_counts("CO2", {{"C", 1}, {"O", 2}});
  check_counts("Co2", {{"Co", 2}});
  check_counts("CH3COOH", {{"C", 2}, {"H", 4}, {"O", 2}});
}

BOOST_AUTO_TEST_CASE(nested_groups) {
  check_counts("Lu(MnGe)6", {{"Lu", 1}, {"Mn", 6}, {"Ge", 6}});
  check_counts("Pb(NO3)2", {{"Pb", 1}, {"N", 2}, {"O", 6}});
  check_counts("[Co(NH3)6]Cl3", {{"Co", 1}, {"N", 6}, {"H", 18}, {"Cl", 3}});
  check_counts("K{Fe[(CN)2]3}0.5", {{"K", 1}, {"Fe", 0.5}, {"C", 3}, {"N", 3}});
}

BOOST_AUTO_TEST_CASE(decimal_counts) {
  check_counts("Zn0.15Ga0.85As0.85Se0.15", {{"Zn", 0.15}, {"Ga", 0.85}, {"As", 0.85}, {"Se", 0.15}});
  check_counts("Fe0.5O", {{"Fe", 0.5}, {"O", 1}});
  check_counts("Li1.5Fe2O4", {{"Li", 1.5}, {"Fe", 2}, {"O", 4}});
}

BOOST_AUTO_TEST_CASE(hydrates_and_adducts) {
  const Counts blue_vitriol = {{"Cu", 1}, {"S", 1}, {"O", 9}, {"H", 10}};
  check_counts("CuSO4.5H2O", blue_vitriol);
  check_counts("CuSO4\u00b75H2O", blue_vitriol);
  check_counts("CuSO4*5H2O", blue_vitriol);
  check_counts("CuSO4.5(H2O)", blue_vitriol);
  check_counts("Al2(SO4)3.18H2O", {{"Al", 2}, {"S", 3}, {"O", 30}, {"H", 36}});
  check_counts("CaSO4.0.5H2O", {{"Ca", 1}, {"S", 1}, {"O", 4.5}, {"H", 1}});
  check_counts("Sc2O3.H2O", {{"Sc", 2}, {"O", 4}, {"H", 2}});
  check_counts("MgO.SiO2", {{"Mg", 1}, {"Si", 1}, {"O", 3}});
  check_counts("CaO*2SiO2", {{"Ca", 1}, {"Si", 2}, {"O", 5}});
  check_counts("(CuSO4.5H2O)2", {{"Cu", 2}, {"S", 2}, {"O", 18}, {"H", 20}});
}

BOOST_AUTO_TEST_CASE(ambiguous_dots_are_refused) {
  check_refused("CaO.2SiO2", "character 4");
  check_refused("Fe.5O", "decimal point");
  check_refused("Fe.", "decimal point");
  check_refused("Fe1.2.3O", "decimal point");
}

BOOST_AUTO_TEST_CASE(unknown_elements) {
  check_refused("Xx2O", "unknown element 'Xx' at character 1");
  check_refused("NaJ", "unknown element 'J' at character 3");
  check_refused("D2O", "write H");
  check_refused("nacl", "capital letter");
}

BOOST_AUTO_TEST_CASE(charges) {
  for (const char* text : {"Na+", "SO4-2", "SO4^2-", "Ca(2+)", "[Fe(CN)6]4-", "Cl\u207b", "O2\u2212"}) {
    check_refused(text, "charges are not supported");
  }
}

BOOST_AUTO_TEST_CASE(malformed_texts) {
  check_refused("", "empty");
  check_refused("Fe(OH", "never closed at character 3");
  check_refused("FeOH)2", "closes nothing at character 5");
  check_refused("Fe(OH]2", "closes nothing");
  check_refused("Fe()2", "an element is missing");
  check_refused("123", "an element is missing");
  check_refused("H2O*", "an element is missing");
  check_refused("Fe0O", "not 0,");
  check_refused("Fe0.0O", "not 0.0,");
  check_refused("Fe99999999O", "at most 1000000");
  check_refused("(((((Fe999999)999999)999999)999999)999999)999999", "no reasonable number");
  check_refused("Fe O", "unexpected character at character 3");
  check_refused("Fe,O", "unexpected ','");
  check_refused("Fe\u2082O", "subscript digits are not supported, write 2");
  check_refused(std::string("Fe\0O", 4), "unexpected");
}

BOOST_AUTO_TEST_CASE(total_counts_atoms) {
  BOOST_TEST(parse_formula("Pb(NO3)2").total() == 9.0);
  BOOST_TEST(parse_formula("Fe0.5O").total() == 1.5);
}

BOOST_AUTO_TEST_CASE(reduced_composition) {
  const auto reduced = [](const char* text) { return parse_formula(text).reduced(); };
  BOOST_TEST(reduced("O6Al4") == "Al2O3");
  BOOST_TEST(reduced("C1Pt1") == "CPt");
  BOOST_TEST(reduced("Fe4") == "Fe");
  BOOST_TEST(reduced("Fe0.3") == "Fe");
  // Elements in order of symbol, not of atomic number: Cl before H before N.
  BOOST_TEST(reduced("NH4Cl") == "ClH4N");
  BOOST_TEST(reduced("CuSO4.5H2O") == "CuH10O9S");
}

BOOST_AUTO_TEST_CASE(decimals_share_the_key_of_whole_counts) {
  const auto reduced = [](const char* text) { return parse_formula(text).reduced(); };
  BOOST_TEST(reduced("Fe0.5O") == reduced("FeO2"));
  BOOST_TEST(reduced("Fe2.0000004O3") == "Fe2O3");
  BOOST_TEST(reduced("K0.333333O") == "KO3");
  // 0.15 : 0.85 = 3 : 17.
  BOOST_TEST(reduced("Zn0.15Ga0.85As0.85Se0.15") == "As17Ga17Se3Zn3");
  // No factor up to 1000 makes these whole; they are fractions of the total already.
  BOOST_TEST(reduced("Fe0.333211O0.666789") == "Fe0.333211O0.666789");
  BOOST_TEST(reduced("Fe0.666422O1.333578") == "Fe0.333211O0.666789");
}

BOOST_AUTO_TEST_SUITE_END()
