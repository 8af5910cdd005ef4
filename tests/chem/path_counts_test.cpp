#include "chem/path_counts.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

constexpr std::pair<PathKind, const char*> kKinds[] = {
    {PathKind::atom_pairs, "atom_pairs"}, {PathKind::torsions, "torsions"}, {PathKind::paths, "paths"}};

std::vector<float> path_counts_of(const std::string& smiles, PathKind kind, unsigned bits = 1024) {
  std::vector<float> counts(bits, -1);
  path_counts(smiles, kind, bits, counts.data());
  return counts;
}

float number_of(const std::string& smiles, PathKind kind) {
  const auto counts = path_counts_of(smiles, kind);
  return std::accumulate(counts.begin(), counts.end(), 0.0F);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(path_counts_test)

BOOST_AUTO_TEST_CASE(what_lies_along_bonds_is_counted) {
  BOOST_TEST(number_of("CCO", PathKind::atom_pairs) == 3);
  BOOST_TEST(number_of("c1ccccc1", PathKind::atom_pairs) == 15);
  BOOST_TEST(number_of("CCO", PathKind::torsions) == 0);
  BOOST_TEST(number_of("CCCO", PathKind::torsions) == 1);
  BOOST_TEST(number_of("c1ccccc1", PathKind::torsions) == 6);
  BOOST_TEST(number_of("CCO", PathKind::paths) == 3);        // two of one bond, one of two
  BOOST_TEST(number_of("CC(=O)O", PathKind::paths) == 7);    // 3, 3, and the branched one of all three bonds
  BOOST_TEST(number_of("c1ccccc1", PathKind::paths) == 30);  // six of each length from 1 to 5
}

BOOST_AUTO_TEST_CASE(counts_are_those_of_the_reference) {
  const auto reference = epitaxy::test::fixture("molecule_features.json");
  const auto bits = reference.at("bits").get<unsigned>();
  for (const auto& example : reference.at("molecules")) {
    const auto smiles = example.at("smiles").get<std::string>();
    for (const auto& [kind, name] : kKinds) {
      std::vector<float> expected(bits, 0);
      for (const auto& [bit, count] : example.at(name).get<std::vector<std::pair<std::size_t, float>>>()) {
        expected[bit] = count;
      }
      BOOST_TEST_CONTEXT(smiles << ": " << name) {
        BOOST_TEST(path_counts_of(smiles, kind, bits) == expected, boost::test_tools::per_element());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(ends_of_polymers_and_nothing_are_read) {
  for (const auto& [kind, name] : kKinds) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(number_of("*CC(*)c1ccccc1", kind) > 0);
      BOOST_TEST(number_of("", kind) == 0);
      BOOST_CHECK_THROW(number_of("C1CC", kind), epitaxy::InputError);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
