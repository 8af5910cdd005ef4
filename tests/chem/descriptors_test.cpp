#include "chem/descriptors.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"

using namespace epitaxy;
using namespace epitaxy::chem;

namespace {

/// Compared with two decimals, as published tables give them.
void check_descriptors(const char* smiles, const Descriptors& expected) {
  const Descriptors found = descriptors_of(smiles);
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST_CONTEXT(smiles << ": " << kDescriptors[i].key) { BOOST_TEST(std::abs(found[i] - expected[i]) < 0.006); }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(descriptors_test)

BOOST_AUTO_TEST_CASE(known_molecules_have_known_descriptors) {
  // Heavy atoms, weight from atomic weights, logP, TPSA (20.23 of a hydroxyl group), rings.
  check_descriptors("CCO", {3, 46.07, 0.00, 20.23, 0});
  check_descriptors("c1ccccc1", {6, 78.11, 1.69, 0, 1});
  check_descriptors("CC(=O)Oc1ccccc1C(=O)O", {13, 180.16, 1.31, 63.60, 1});  // aspirin
  check_descriptors("C1CC2CCC1C2", {7, 96.17, 2.20, 0, 2});
}

BOOST_AUTO_TEST_CASE(hydrogens_do_not_count_as_heavy_whether_written_or_not) {
  BOOST_TEST(descriptors_of("[CH3][OH]") == descriptors_of("CO"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_refused) {
  BOOST_CHECK_THROW(descriptors_of("C("), InputError);
  BOOST_CHECK_THROW(descriptors_of("C(C)(C)(C)(C)C"), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
