#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "chem/molecule_standard.h"
#include "chem/selfies.h"
#include "chem/spellings.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs fixture_pairs(const std::string& name) { return epitaxy::test::fixture("selfies.json").at(name).get<Pairs>(); }

/// Canonical with stereo.
std::string isomer(std::string_view smiles) {
  return standardize_molecule(smiles, {.keep_stereo = true, .radicals = Radicals::keep}).smiles;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(selfies_stereo_test)

BOOST_AUTO_TEST_CASE(stereo_has_the_symbols_of_the_reference) {
  const auto examples = fixture_pairs("stereo");
  BOOST_TEST(examples.size() > 40);
  for (const auto& [smiles, selfies] : examples) {
    BOOST_TEST(selfies_of(smiles) == selfies, smiles);
    BOOST_TEST(isomer(smiles_of(selfies)) == isomer(smiles), smiles);
  }
  BOOST_TEST(selfies_of("C/C=C/C") != selfies_of("C/C=C\\C"));
}

BOOST_AUTO_TEST_CASE(random_symbols_with_stereo_decode_as_the_reference_decodes_them) {
  for (const auto& [selfies, smiles] : fixture_pairs("decoded_stereo")) {
    BOOST_TEST(smiles_of(selfies) == smiles, selfies);
  }
}

// In canonical SMILES and random ones; what cannot be kept is refused.
BOOST_AUTO_TEST_CASE(isomers_come_back_from_selfies_or_have_none) {
  const char* molecules[] = {"C[C@H](N)C(=O)O",
                             "C/C=C/[C@@H](O)C#N",
                             "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
                             "C[C@]12CC[C@H]3[C@@H](CCC4=CC(=O)CC[C@]34C)[C@@H]1CC[C@@H]2O",
                             "C[C@@]12CC[C@@H](C1(C)C)C(=O)C2",
                             "CN1[C@H]2CC[C@@H]1[C@@H](C(=O)OC)[C@@H](OC(=O)c1ccccc1)C2",
                             "O=C1/C=C/CCCCCCCCCC1",
                             "C/C(=N\\O)/C=C/c1ccccc1",
                             "C[S@](=O)c1ccc(/C=C/Cl)cc1"};
  std::size_t refused = 0;
  for (const char* molecule : molecules) {
    BOOST_TEST(isomer(smiles_of(selfies_of(isomer(molecule)))) == isomer(molecule), molecule);
    for (const std::string& spelling : spellings(molecule, 20)) {
      try {
        const std::string selfies = selfies_of(spelling);
        BOOST_TEST(isomer(smiles_of(selfies)) == isomer(molecule), selfies);
      } catch (const SelfiesError& error) {
        BOOST_TEST_MESSAGE(error.what());
        ++refused;
      }
    }
  }
  BOOST_TEST(refused < 5);
  // The ring bond is written behind a branch that closes another one at the same atom.
  BOOST_CHECK_EXCEPTION(selfies_of("FC2C[C@]1(OC1)2"), SelfiesError,
                        [](const SelfiesError& error) { return std::string(error.what()).find("the stereo of") == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
