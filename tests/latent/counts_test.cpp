#include "latent/counts.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace epitaxy;
using namespace epitaxy::latent;
using chem::MoleculeCause;

namespace {

/// Counts strings; each `attempts` of them were decoded from one point.
MoleculeCounts count(const std::vector<std::string>& texts, Judge& judge, std::size_t attempts = 1) {
  MoleculeCounter counter;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i % attempts == 0) {
      counter.begin_point();
    }
    counter.add(judge.judge(texts[i]));
  }
  return counter.counts();
}

std::size_t cause_count(const MoleculeCounts& counts, MoleculeCause cause) {
  return counts.causes[static_cast<std::size_t>(cause)];
}

Finding molecule(std::uint64_t identity) {
  return {.identity = identity, .cause = MoleculeCause::valid, .rdkit_valid = true, .novel = true};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counts_test)

// Ten strings: ethanol in two spellings, methane twice, benzene; of the others RDKit accepts the mixture and the
// radical.
BOOST_AUTO_TEST_CASE(molecules_are_counted_by_both_rules_and_by_cause) {
  const KnownMolecules known({molecule_identity("CCO")});
  Judge judge("tokens", &known);
  const MoleculeCounts counts =
      count({"CCO", "OCC", "C", "C", "c1ccccc1", "C.C", "[CH3]", "C(", "C(C)(C)(C)(C)C", ""}, judge);
  BOOST_TEST(counts.points == 10u);
  BOOST_TEST(counts.decodes == 10u);
  BOOST_TEST(counts.points_valid == 5u);
  BOOST_TEST(counts.valid == 5u);
  BOOST_TEST(counts.rdkit_valid == 7u);
  BOOST_TEST(cause_count(counts, MoleculeCause::valid) == 5u);
  BOOST_TEST(cause_count(counts, MoleculeCause::fragments) == 1u);
  BOOST_TEST(cause_count(counts, MoleculeCause::radicals) == 1u);
  BOOST_TEST(cause_count(counts, MoleculeCause::syntax) == 1u);
  BOOST_TEST(cause_count(counts, MoleculeCause::valence) == 1u);
  BOOST_TEST(cause_count(counts, MoleculeCause::empty) == 1u);
  BOOST_TEST(cause_count(counts, MoleculeCause::kekulization) == 0u);
  BOOST_TEST(counts.unique == 3u);  // ethanol, methane, benzene
  BOOST_TEST(counts.novel == 2u);   // ethanol is known
  BOOST_TEST(counts.share(counts.valid) == 0.5);
  BOOST_TEST(counts.unique_share() == 0.6);
  BOOST_TEST(counts.novel_share() == 2.0 / 3);
  BOOST_TEST(std::isnan(counts.unique_first_share(0)));
}

BOOST_AUTO_TEST_CASE(attempts_of_a_point_are_decodes_of_one_point) {
  Judge judge("tokens");
  const MoleculeCounts counts = count({"C", "C(", "C(", "C)", "O", "N"}, judge, 2);
  BOOST_TEST(counts.points == 3u);
  BOOST_TEST(counts.decodes == 6u);
  BOOST_TEST(counts.valid == 3u);
  BOOST_TEST(counts.points_valid == 2u);
  BOOST_TEST(counts.valid_point_share() == 2.0 / 3);
}

// Valid: 1/2 and 3/4. Their mean is 5/8, their standard error |3/4 - 1/2| / 2 = 1/8.
BOOST_AUTO_TEST_CASE(replicates_give_means_and_standard_errors) {
  MoleculeCounts first;
  first.decodes = 4;
  first.valid = 2;
  MoleculeCounts second = first;
  second.valid = 3;
  const MoleculeShare valid = molecule_shares().front();
  BOOST_TEST(valid.key == "valid");
  const auto estimate = over_replicates(std::vector{first, second}, valid);
  BOOST_TEST(estimate.mean == 0.625);
  BOOST_TEST(estimate.error == 0.125, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(std::isnan(over_replicates(std::vector{first}, valid).error));
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_novelty_where_no_molecules_are_known) {
  MoleculeCounter counter(false);
  counter.begin_point();
  counter.add({.identity = 1, .cause = MoleculeCause::valid, .rdkit_valid = true});
  BOOST_TEST(std::isnan(counter.counts().novel_share()));
  counter.restart();
  BOOST_TEST(!counter.counts().novelty);
}

BOOST_AUTO_TEST_CASE(shares_of_nothing_are_absent) {
  const MoleculeCounts none;
  BOOST_TEST(std::isnan(none.share(none.valid)));
  BOOST_TEST(std::isnan(none.valid_point_share()));
  Judge judge("tokens");
  const MoleculeCounts invalid = count({"C(", "C)"}, judge);
  BOOST_TEST(invalid.share(invalid.valid) == 0.0);
  BOOST_TEST(std::isnan(invalid.unique_share()));
  BOOST_TEST(std::isnan(invalid.novel_share()));
}

// 600 molecules, 300 of them again, then 600 others: the first 1,000 valid hold 600 + 100 distinct ones.
BOOST_AUTO_TEST_CASE(uniqueness_of_the_first_thousand) {
  MoleculeCounter counter;
  const auto add = [&](std::uint64_t first, std::size_t size) {
    std::size_t new_ones = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
      counter.begin_point();
      new_ones += counter.add(molecule(first + i)) ? 1 : 0;
    }
    return new_ones;
  };
  BOOST_TEST(add(1, 600) == 600u);
  BOOST_TEST(add(1, 300) == 0u);
  BOOST_TEST(std::isnan(counter.counts().unique_first_share(0)));
  BOOST_TEST(add(5001, 600) == 600u);
  BOOST_TEST(counter.counts().valid == 1500u);
  BOOST_TEST(counter.counts().unique == 1200u);
  BOOST_TEST(counter.counts().novel == 1200u);
  BOOST_TEST(counter.counts().unique_first_share(0) == 0.7);
  BOOST_TEST(std::isnan(counter.counts().unique_first_share(1)));
  counter.restart();
  BOOST_TEST(add(1, 10) == 10u);
  BOOST_TEST(counter.counts().decodes == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
