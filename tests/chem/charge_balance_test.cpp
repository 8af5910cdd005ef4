#include "chem/charge_balance.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy::chem;

namespace {

double charge(const char* formula) { return least_charge(fractions_of(parse_formula(formula))); }

const auto kTolerance = boost::test_tools::tolerance(1e-9);

}  // namespace

BOOST_AUTO_TEST_SUITE(charge_balance_test)

BOOST_AUTO_TEST_CASE(salts_and_oxides_are_neutral) {
  for (const char* formula : {"NaCl", "Fe2O3", "FeO", "KClO4", "Ca3(PO4)2", "SrTiO3", "K2Cr2O7"}) {
    BOOST_TEST(charge(formula) < 1e-12, formula);
  }
}

// Sodium is +1. Fe3O4 has iron of +2 and +3; with one of them -2 or +1 of 7 atoms are left.
BOOST_AUTO_TEST_CASE(a_charge_that_is_left_is_told_per_atom) {
  BOOST_TEST(charge("Na") == 1.0, kTolerance);
  BOOST_TEST(charge("Na2Cl") == 1.0 / 3, kTolerance);
  BOOST_TEST(charge("Fe3O4") == 1.0 / 7, kTolerance);
}

BOOST_AUTO_TEST_CASE(formulas_of_many_elements_end) {
  const double least = charge("H2C3N5P7S11Cl13Ge17As19Se23Br29Sn31Sb37Te41I43Xe47Mn53");
  BOOST_TEST(least >= 0);
  BOOST_TEST(least < 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
