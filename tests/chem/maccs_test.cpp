#include "chem/maccs.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

/// The keys that a molecule has.
std::vector<unsigned> maccs_of(const std::string& smiles) {
  std::vector<float> values(kMaccsKeys, -1);
  maccs_keys(smiles, values.data());
  std::vector<unsigned> keys;
  for (unsigned key = 1; key <= kMaccsKeys; ++key) {
    const float value = values[key - 1];
    BOOST_TEST((value == 0 || value == 1));
    if (value == 1) {
      keys.push_back(key);
    }
  }
  return keys;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(maccs_test)

// An aromatic atom, a ring of six, a ring.
BOOST_AUTO_TEST_CASE(benzene_is_an_aromatic_ring_of_six) {
  BOOST_TEST(maccs_of("c1ccccc1") == (std::vector<unsigned>{162, 163, 165}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(keys_are_those_of_the_reference) {
  const auto reference = epitaxy::test::fixture("molecule_features.json");
  for (const auto& example : reference.at("molecules")) {
    const auto smiles = example.at("smiles").get<std::string>();
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(maccs_of(smiles) == example.at("maccs").get<std::vector<unsigned>>(),
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(ends_of_polymers_and_nothing_are_read) {
  BOOST_TEST(!maccs_of("*CC(*)c1ccccc1").empty());
  BOOST_TEST(maccs_of("").empty());
  BOOST_CHECK_THROW(maccs_of("C1CC"), epitaxy::InputError);
}

BOOST_AUTO_TEST_SUITE_END()
