#include "chem/more_descriptors.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

float more_value(const std::string& smiles, const std::string& name) {
  const auto* const found = std::ranges::find(kMoreDescriptors, name);
  BOOST_REQUIRE((found != kMoreDescriptors.end()));
  return more_descriptors(smiles)[static_cast<std::size_t>(found - kMoreDescriptors.begin())];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(more_descriptors_test)

// All atoms of benzene are alike: up to radius 1 there are two fragments, an atom and one with its neighbors.
BOOST_AUTO_TEST_CASE(benzene_has_little_variety) {
  BOOST_TEST(more_value("c1ccccc1", "FpDensityMorgan1") == 2.0F / 6);
  BOOST_TEST(more_value("c1ccccc1", "FpDensityMorgan2") == 3.0F / 6);
  BOOST_TEST(more_value("c1ccccc1", "MaxPartialCharge") == more_value("c1ccccc1", "MinPartialCharge"));
}

BOOST_AUTO_TEST_CASE(the_matrix_of_one_atom_is_its_property) {
  BOOST_TEST(more_value("C", "BCUT2D_MWHI") == 12.011F, boost::test_tools::tolerance(1e-5F));
  BOOST_TEST(more_value("C", "BCUT2D_MWLOW") == 12.011F, boost::test_tools::tolerance(1e-5F));
}

BOOST_AUTO_TEST_CASE(extremes_of_charges_belong_together) {
  const std::string acid = "CC(=O)O";
  BOOST_TEST(more_value(acid, "MinPartialCharge") < 0);
  BOOST_TEST(more_value(acid, "MaxPartialCharge") > 0);
  BOOST_TEST(more_value(acid, "MaxAbsPartialCharge") == -more_value(acid, "MinPartialCharge"));
  BOOST_TEST(more_value(acid, "MinAbsPartialCharge") == more_value(acid, "MaxPartialCharge"));
}

BOOST_AUTO_TEST_CASE(numbers_are_those_of_the_reference) {
  const auto reference = epitaxy::test::fixture("molecule_features.json");
  const std::vector<std::string> names(kMoreDescriptors.begin(), kMoreDescriptors.end());
  BOOST_TEST(names == reference.at("more").get<std::vector<std::string>>(), boost::test_tools::per_element());
  for (const auto& example : reference.at("molecules")) {
    const auto values = more_descriptors(example.at("smiles").get<std::string>());
    const auto expected = epitaxy::test::floats(example.at("more"));
    for (std::size_t i = 0; i < values.size(); ++i) {
      BOOST_TEST_CONTEXT(example.at("smiles") << ": " << names[i]) {
        BOOST_TEST(std::abs(values[i] - expected.at(i)) <= 1e-5 * (1 + std::abs(expected[i])));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_defined_is_zero) {
  for (const char* smiles : {"*CC(*)c1ccccc1", "[*][Si](C)(C)O[*]", "[H][H]", "[Na+]", "C[Hg]C", "N->[Pt](Cl)Cl", ""}) {
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(std::ranges::all_of(more_descriptors(smiles), [](float x) { return std::isfinite(x); }));
    }
  }
  const std::string polymer = "*CC(*)c1ccccc1";
  BOOST_TEST(more_value(polymer, "MaxPartialCharge") == 0);
  BOOST_TEST(more_value(polymer, "BCUT2D_CHGHI") == 0);
  BOOST_TEST(more_value(polymer, "BCUT2D_MWHI") > 12);
  BOOST_TEST(more_value(polymer, "FpDensityMorgan1") == 1.5);
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_refused) {
  BOOST_CHECK_THROW(more_descriptors("C1CC"), epitaxy::InputError);
}

BOOST_AUTO_TEST_SUITE_END()
