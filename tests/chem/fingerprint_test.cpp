#include "chem/fingerprint.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

std::vector<float> counts_of(const std::string& smiles, const MorganSettings& settings) {
  std::vector<float> counts(settings.bits, -1);
  morgan_counts(smiles, settings, counts.data());
  return counts;
}

bool has_bit(const FingerprintBits& words, std::size_t bit) { return (words[bit / 64] >> (bit % 64) & 1) != 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint_test)

BOOST_AUTO_TEST_CASE(fingerprints_are_those_of_the_reference) {
  const auto examples = epitaxy::test::fixture("morgan.json").at("fingerprints");
  for (const auto& example : examples) {
    const auto smiles = example[0].get<std::string>();
    const auto counts = example[3].get<std::vector<std::pair<std::size_t, float>>>();
    MorganSettings settings{.radius = example[1], .bits = example[2], .counts = true};
    std::vector<float> expected(settings.bits, 0);
    for (const auto& [bit, count] : counts) {
      expected[bit] = count;
    }
    BOOST_TEST_CONTEXT(smiles << ", radius " << settings.radius << ", bits " << settings.bits) {
      BOOST_TEST(counts_of(smiles, settings) == expected, boost::test_tools::per_element());
      settings.counts = false;
      const auto zero_or_one = counts_of(smiles, settings);
      const auto words = morgan_bits(smiles, settings);
      BOOST_TEST(words.size() == settings.bits / 64);
      for (std::size_t bit = 0; bit < settings.bits; ++bit) {
        BOOST_TEST(zero_or_one[bit] == (expected[bit] > 0 ? 1.0F : 0.0F));
        BOOST_TEST(has_bit(words, bit) == (expected[bit] > 0));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(fragments_of_features_are_those_of_the_reference) {
  const auto reference = epitaxy::test::fixture("molecule_features.json");
  const MorganSettings settings{2, reference.at("bits"), true, MorganInvariants::features};
  for (const auto& example : reference.at("molecules")) {
    const auto smiles = example.at("smiles").get<std::string>();
    std::vector<float> expected(settings.bits, 0);
    for (const auto& [bit, count] : example.at("morgan_features").get<std::vector<std::pair<std::size_t, float>>>()) {
      expected[bit] = count;
    }
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(counts_of(smiles, settings) == expected, boost::test_tools::per_element());
    }
  }
}

// Chlorine and bromine are halogens.
BOOST_AUTO_TEST_CASE(features_see_what_atoms_do_rather_than_what_they_are) {
  const MorganSettings atoms{.radius = 0, .bits = 128, .counts = false};
  const MorganSettings features{.radius = 0, .bits = 128, .counts = false, .invariants = MorganInvariants::features};
  BOOST_TEST((morgan_bits("CCCl", features) == morgan_bits("CCBr", features)));
  BOOST_TEST((morgan_bits("CCCl", atoms) != morgan_bits("CCBr", atoms)));
}

BOOST_AUTO_TEST_CASE(similarities_are_those_of_the_reference) {
  const auto examples = epitaxy::test::fixture("morgan.json").at("tanimoto");
  for (const auto& example : examples) {
    const auto a = morgan_bits(example[0].get<std::string>(), {});
    const auto b = morgan_bits(example[1].get<std::string>(), {});
    BOOST_TEST(tanimoto(a, b) == example[2].get<double>(), boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(similarity_counts_common_bits) {
  const std::vector<std::uint64_t> a{0b1011, 0}, b{0b0110, 1}, none{0, 0};
  BOOST_TEST(tanimoto(a, b) == 1.0 / 5);
  BOOST_TEST(tanimoto(a, a) == 1.0);
  BOOST_TEST(tanimoto(a, none) == 0.0);
  BOOST_TEST(tanimoto(none, none) == 1.0);
}

BOOST_AUTO_TEST_CASE(the_spelling_of_a_molecule_does_not_matter) {
  for (const auto& [one, other] : std::map<std::string, std::string>{
           {"OCC", " CCO\n"}, {"C1=CC=CC=C1", "c1ccccc1"}, {"F/C=C/F", "FC=CF"}, {"N[C@@H](C)O", "CC(N)O"}}) {
    BOOST_TEST(morgan_bits(one, {}) == morgan_bits(other, {}));
  }
}

BOOST_AUTO_TEST_CASE(fragments_are_named) {
  const MorganSettings settings{.radius = 1, .bits = 1024, .counts = true};
  const auto fragments = morgan_fragments("CCO", settings);
  const auto counts = counts_of("CCO", settings);
  std::map<std::string, int> names;
  for (std::size_t bit = 0; bit < settings.bits; ++bit) {
    BOOST_TEST(fragments[bit].empty() == (counts[bit] == 0));
    names[fragments[bit]] += 1;
  }
  const std::map<std::string, int> expected{{"", 1024 - 6}, {"C", 2}, {"O", 1}, {"CC", 1}, {"C(C)O", 1}, {"OC", 1}};
  BOOST_TEST((names == expected));
}

BOOST_AUTO_TEST_CASE(the_empty_molecule_has_no_bits) {
  BOOST_TEST(morgan_bits("", {.bits = 128}) == FingerprintBits(2, 0));
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_refused) {
  for (const std::string text : {"[[*]]", "C1CC", "C(C)(C)(C)(C)C", "c1cccc1", "CC xx"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK_THROW(morgan_bits(text, {}), epitaxy::InputError);
      BOOST_CHECK_THROW(counts_of(text, {}), epitaxy::InputError);
    }
  }
  BOOST_CHECK_THROW(morgan_bits(std::string(1001, 'C'), {}), epitaxy::InputError);
  BOOST_CHECK_THROW(morgan_bits("C", {.bits = 100}), epitaxy::InputError);
  BOOST_CHECK_THROW(morgan_bits("C", {.bits = 0}), epitaxy::InputError);
}

BOOST_AUTO_TEST_SUITE_END()
