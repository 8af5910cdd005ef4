#include "chem/functional_groups.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

using GroupCounts = std::map<std::string, float>;

/// Those groups that a molecule has.
GroupCounts groups_of(const std::string& smiles) {
  const auto& names = functional_group_names();
  std::vector<float> values(names.size(), -1);
  functional_group_counts(smiles, values.data());
  GroupCounts counts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (values[i] != 0) {
      counts[names[i]] = values[i];
    }
  }
  return counts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(functional_groups_test)

BOOST_AUTO_TEST_CASE(groups_of_simple_molecules_are_found) {
  BOOST_TEST((groups_of("c1ccccc1") == GroupCounts{{"fr_benzene", 1}}));
  BOOST_TEST((groups_of("CCO") == GroupCounts{{"fr_Al_OH", 1}, {"fr_Al_OH_noTert", 1}}));
  BOOST_TEST((groups_of("CC(=O)O") == GroupCounts{{"fr_Al_COO", 1}, {"fr_COO", 1}, {"fr_COO2", 1}, {"fr_C_O", 1}}));
  BOOST_TEST(groups_of("OCC(O)CO").at("fr_Al_OH") == 3);
  BOOST_TEST(groups_of("*OC(=O)CCCC(=O)*").at("fr_C_O") == 2);
  BOOST_TEST(groups_of("").empty());
}

BOOST_AUTO_TEST_CASE(counts_are_those_of_the_reference) {
  const auto reference = epitaxy::test::fixture("molecule_features.json");
  const auto& names = functional_group_names();
  BOOST_TEST(names == reference.at("groups").get<std::vector<std::string>>(), boost::test_tools::per_element());
  BOOST_TEST(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  for (const auto& example : reference.at("molecules")) {
    const auto smiles = example.at("smiles").get<std::string>();
    BOOST_TEST_CONTEXT(smiles) { BOOST_TEST((groups_of(smiles) == example.at("groups").get<GroupCounts>())); }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_refused) { BOOST_CHECK_THROW(groups_of("C1CC"), epitaxy::InputError); }

BOOST_AUTO_TEST_SUITE_END()
