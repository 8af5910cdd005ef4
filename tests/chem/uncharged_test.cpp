#include "chem/uncharged.h"

#include <boost/test/unit_test.hpp>

using epitaxy::chem::uncharged_smiles;

BOOST_AUTO_TEST_SUITE(uncharged)

BOOST_AUTO_TEST_CASE(charged_atoms_become_plain_ones) {
  BOOST_TEST(uncharged_smiles("C[NH3+]") == "CN");
  BOOST_TEST(uncharged_smiles("CC(=O)[O-]") == "CC(=O)O");
  BOOST_TEST(uncharged_smiles("c1cc[nH+]cc1") == "c1ccncc1");
  BOOST_TEST(uncharged_smiles("[O-2]") == "O");
  BOOST_TEST(uncharged_smiles("[C@H](F)(Cl)[O--]") == "[C@H](F)(Cl)O");
}

BOOST_AUTO_TEST_CASE(what_has_no_net_charge_gives_nothing) {
  for (const char* smiles : {"CCO", "C[N+](=O)[O-]", "[NH3+]CC(=O)[O-]", "C-C", "", "[2H]C"}) {
    BOOST_TEST_CONTEXT(smiles) { BOOST_TEST(uncharged_smiles(smiles).empty()); }
  }
}

BOOST_AUTO_TEST_CASE(ions_of_other_elements_and_broken_texts_give_nothing) {
  for (const char* smiles : {"[Na+]", "[Si+]", "C[NH3+"}) {
    BOOST_TEST_CONTEXT(smiles) { BOOST_TEST(uncharged_smiles(smiles).empty()); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
