#include "data/units.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(conversions, *boost::unit_test::tolerance(1e-9)) {
  // The standard enthalpy of formation of Al2O3 (5 atoms) is -1675.7 kJ/mol: / 96.48533212 / 5 = -3.4734813 eV/atom.
  BOOST_TEST(unit_conversion("kJ/mol", "eV/atom")(-1675.7, 5) == -3.4734813327);
  BOOST_TEST(unit_conversion("kJ/mol", "eV/atom")(96.48533212 * 4, 2) == 2.0);
  BOOST_TEST(unit_conversion("kcal/mol", "eV/atom")(96.48533212 / 4.184, 2) == 0.5);
  BOOST_TEST(unit_conversion("J/mol", "eV/atom")(96485.33212, 1) == 1.0);
  BOOST_TEST(unit_conversion("kJ/mol_atom", "eV/atom")(96.48533212, 7) == 1.0);
  BOOST_TEST(unit_conversion("kcal/mol_atom", "kJ/mol_atom")(1, 7) == 4.184);
  BOOST_TEST(unit_conversion("meV/atom", "eV/atom")(250, 3) == 0.25);
  BOOST_TEST(unit_conversion("eV", "meV")(0.5, 3) == 500.0);
  BOOST_TEST(unit_conversion("eV/formula", "meV/atom")(0.5, 5) == 100.0);
}

BOOST_AUTO_TEST_CASE(conversions_of_molecules, *boost::unit_test::tolerance(1e-9)) {
  // The hydrogen atom: -1/2 Ha is -13.605693 eV, -313.7547 kcal/mol.
  BOOST_TEST(unit_conversion("Ha", "eV")(-0.5, 1) == -13.605693122994);
  BOOST_TEST(unit_conversion("Ha", "kcal/mol")(-0.5, 1) == -13.605693122994 * 96.48533212 / 4.184);
  BOOST_TEST(unit_conversion("eV", "Ha")(27.211386245988, 9) == 1.0);
  BOOST_TEST(unit_conversion("mHa", "meV")(1, 9) == 27.211386245988);
  BOOST_TEST(unit_conversion("kcal/mol", "eV")(96.48533212 / 4.184, 9) == 1.0);
  BOOST_TEST(unit_conversion("eV", "kJ/mol")(2, 9) == 2 * 96.48533212);
  BOOST_TEST(unit_conversion("cal/(mol K)", "J/(mol K)")(1, 9) == 4.184);
  for (const char* unit : {"D", "a03", "a02"}) {
    BOOST_TEST(unit_conversion(unit, unit)(1.25, 3) == 1.25);
  }
}

BOOST_AUTO_TEST_CASE(a_unit_stays_itself) {
  for (const char* unit : {"eV/atom", "K", "none", "furlong"}) {
    BOOST_TEST(unit_conversion(unit, unit)(1.25, 3) == 1.25);
  }
}

BOOST_AUTO_TEST_CASE(amounts_of_a_formula_unit) {
  for (const char* unit :
       {"kJ mol\u207b\u00b9", "kJ\u00b7mol\u207b\u00b9", "kJ mol\u22121", "eV per formula unit",
        "kJ per mole of formula", "kJ/mol", "kcal/mol", "J/mol", "eV/formula", "J/(mol K)", "cal/(mol K)", "J/mol/K",
        "kJ mol-1", "kJ mol^-1", "cm3/mol", "eV/f.u.", "eV/fu", "muB/formula unit"}) {
    BOOST_TEST_CONTEXT(unit) { BOOST_TEST(is_per_formula(unit)); }
  }
  for (const char* unit : {"eV/atom", "kJ/mol_atom", "kcal/mol_atom", "kJ/(mol atoms)", "kJ/mol-atom", "eV", "Ha", "K",
                           "D", "none", "mol/L", "furlong", "class"}) {
    BOOST_TEST_CONTEXT(unit) { BOOST_TEST(!is_per_formula(unit)); }
  }
}

BOOST_AUTO_TEST_CASE(logarithms_are_in_the_unit, *boost::unit_test::tolerance(1e-12)) {
  BOOST_TEST(transformed_unit(Transform::minus_log10, "M") == "-log10(M)");
  BOOST_TEST(transformed_unit(Transform::ln, "none") == "ln");
  BOOST_TEST(transformed_unit(Transform::none, "M") == "M");
  for (const std::string inner : {"M", "J/(mol K)", "none"}) {
    for (const Transform transform : {Transform::log10, Transform::minus_log10, Transform::ln}) {
      const TransformedUnit parsed = parse_unit(transformed_unit(transform, inner));
      BOOST_TEST(name_of(parsed.transform) == name_of(transform));
      BOOST_TEST(parsed.inner == inner);
      BOOST_TEST(undo(transform, apply(transform, 0.02)) == 0.02);
    }
  }
  BOOST_TEST(name_of(parse_unit("log10 M").transform) == "none");
  BOOST_TEST(unit_conversion("M", "-log10(M)")(1e-6, 1) == 6.0);
  BOOST_TEST(unit_conversion("eV", "log10(meV)")(10, 1) == 4.0);
  BOOST_TEST(unit_conversion("log10(M)", "log10(M)")(-3, 1) == -3.0);
  BOOST_CHECK_EXCEPTION(unit_conversion("M", "log10(ln(M))"), InputError, says("logarithm of a logarithm"));
  BOOST_TEST(is_per_formula("log10(kJ/mol)"));
  BOOST_TEST(scaled_amount("log10(kJ/mol)", 3, 0.1) == 2.0);
  BOOST_TEST(scaled_amount("kJ/mol", 3, 2) == 6.0);
}

BOOST_AUTO_TEST_CASE(what_does_not_convert) {
  BOOST_CHECK_EXCEPTION(unit_conversion("K", "eV"), InputError, says("'K'", "'eV'", "different things", "kcal/mol"));
  BOOST_CHECK_EXCEPTION(unit_conversion("eV/atom", "kJ/mol"), InputError, says("different things"));
  BOOST_CHECK_EXCEPTION(unit_conversion("eV", "eV/atom"), InputError, says("different things"));
  BOOST_CHECK_EXCEPTION(unit_conversion("eV/atom", "Ha"), InputError, says("different things"));
  BOOST_CHECK_EXCEPTION(unit_conversion("a03", "a02"), InputError, says("different things"));
  BOOST_CHECK_EXCEPTION(unit_conversion("D", "eV"), InputError, says("different things", "cal/(mol K)"));
  BOOST_CHECK_EXCEPTION(unit_conversion("none", "K"), InputError, says("different things"));
  BOOST_CHECK_EXCEPTION(unit_conversion("kJ/mole", "eV/atom"), InputError, says("unknown unit 'kJ/mole'", "'kJ/mol'"));
  BOOST_CHECK_EXCEPTION(unit_conversion("eV", "furlong"), InputError, says("unknown unit 'furlong'"));
}

BOOST_AUTO_TEST_SUITE_END()
