#include "chem/descriptor_list.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "base/error.h"
#include "chem/descriptors.h"
#include "fixtures/fixture.h"

using namespace epitaxy;
using namespace epitaxy::chem;

namespace {

float value_of(const char* smiles, const std::string& name) {
  const auto& names = descriptor_list_names();
  const auto found = std::ranges::find(names, name);
  BOOST_REQUIRE((found != names.end()));
  return descriptor_list(smiles).at(static_cast<std::size_t>(found - names.begin()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(descriptor_list_test)

BOOST_AUTO_TEST_CASE(numbers_are_those_of_the_reference) {
  const auto reference = test::fixture("descriptor_list.json");
  const auto& names = descriptor_list_names();
  BOOST_TEST(reference.at("names").get<std::vector<std::string>>() == names, boost::test_tools::per_element());
  for (const auto& example : reference.at("molecules")) {
    const auto expected = test::floats(example[1]);
    const auto values = descriptor_list(example[0].get<std::string>());
    BOOST_REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      BOOST_TEST_CONTEXT(example[0] << ": " << names[i]) {
        BOOST_TEST(std::abs(values[i] - expected[i]) <= 1e-4 * (1 + std::abs(expected[i])));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(names_are_distinct) {
  const auto& names = descriptor_list_names();
  BOOST_TEST(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

BOOST_AUTO_TEST_CASE(the_short_list_agrees) {
  const auto few = descriptors_of("CC(=O)Oc1ccccc1C(=O)O");
  BOOST_TEST(value_of("CC(=O)Oc1ccccc1C(=O)O", "tpsa") == static_cast<float>(few[3]));
  BOOST_TEST(value_of("CC(=O)Oc1ccccc1C(=O)O", "CrippenClogP") == static_cast<float>(few[2]));
}

BOOST_AUTO_TEST_CASE(every_number_is_finite) {
  for (const char* smiles : {"*CC(*)c1ccccc1", "[*][Si](C)(C)O[*]", "[H][H]", "C", "[Na+]", "F"}) {
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(std::ranges::all_of(descriptor_list(smiles), [](float x) { return std::isfinite(x); }));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_refused) {
  BOOST_CHECK_THROW(descriptor_list("[[*]]"), InputError);
  BOOST_CHECK_THROW(descriptor_list("C(C)(C)(C)(C)C"), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
