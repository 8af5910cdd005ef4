#include "chem/spellings.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "base/error.h"
#include "chem/molecule_check.h"
#include "chem/molecule_standard.h"

using namespace epitaxy;
using namespace epitaxy::chem;

BOOST_AUTO_TEST_SUITE(spellings_test)

BOOST_AUTO_TEST_CASE(spellings_differ_and_mean_the_same_molecule) {
  const std::string smiles = "CC1CC(=N)OC1C#N";
  const auto texts = spellings(smiles, 20);
  BOOST_TEST(texts.size() == 20u);
  BOOST_TEST(std::set<std::string>(texts.begin(), texts.end()).size() > 5u);
  for (const std::string& text : texts) {
    BOOST_TEST(check_smiles(text).canonical == check_smiles(smiles).canonical);
  }
  BOOST_TEST(spellings(smiles, 20) == texts, boost::test_tools::per_element());
  BOOST_CHECK_THROW(spellings("C1CC", 2), InputError);
}

BOOST_AUTO_TEST_CASE(spellings_keep_stereo) {
  const MoleculeRules keep{.keep_stereo = true};
  for (const std::string smiles : {"C/C=C\\[C@H](N)O", "C[C@@H]1CC[C@H](O)CC1"}) {
    for (const std::string& text : spellings(smiles, 10)) {
      BOOST_TEST(standardize_molecule(text, keep).smiles == standardize_molecule(smiles, keep).smiles, text);
    }
  }
}

BOOST_AUTO_TEST_CASE(smiles_are_read_back_from_each_representation) {
  BOOST_TEST(smiles_from("selfies", "[C][C][=O]") == "CC=O");
  BOOST_TEST(smiles_from("tokens", "CC=O") == "CC=O");
  BOOST_TEST(smiles_from("selfies", "[what]").empty());
}

BOOST_AUTO_TEST_SUITE_END()
