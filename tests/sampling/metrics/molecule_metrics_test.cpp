#include "sampling/metrics/molecule_metrics.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "base/error.h"
#include "sampling/sampling_blocks.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using chem::MoleculeCause;
using test::block_of;

namespace {

/// A block of `count` valid molecules, which all count as new; the i-th has the identity `first + i`.
BlockResults numbered_block(std::uint64_t first, std::size_t count) {
  BlockResults block;
  block.key = {0, first};
  block.points = count;
  block.smiles.assign(count, "C");
  block.canonical.assign(count, "C");
  block.causes.assign(count, MoleculeCause::valid);
  block.rdkit_valid.assign(count, 1);
  block.novel.assign(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    block.identity.push_back(first + i);
    block.smiles[i] = std::to_string(first + i);
  }
  return block;
}

std::set<std::string> smiles_of(const std::vector<SampledMolecule>& sample) {
  std::set<std::string> smiles;
  std::ranges::transform(sample, std::inserter(smiles, smiles.end()), &SampledMolecule::smiles);
  return smiles;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_metrics_test)

BOOST_AUTO_TEST_CASE(uniqueness_of_the_first_thousand_ends_within_a_block) {
  ReplicateMetrics metrics;
  // 600 molecules, 300 of them again, then 600 new ones: the first 1,000 valid hold 600 + 100 distinct ones. Invalid
  // strings in between do not count.
  metrics.add(numbered_block(1, 600));
  metrics.add(numbered_block(1, 300));
  BOOST_TEST(std::isnan(metrics.counts().unique_first_share(0)));
  metrics.add(block_of({0, 900}, {"C(", "C("}));
  metrics.add(numbered_block(5001, 600));
  BOOST_TEST(metrics.counts().valid == 1500u);
  BOOST_TEST(metrics.counts().unique == 1200u);
  BOOST_TEST(metrics.counts().unique_first_share(0) == 0.7);
  BOOST_TEST(std::isnan(metrics.counts().unique_first_share(1)));
}

BOOST_AUTO_TEST_CASE(the_sample_depends_on_the_molecules_and_not_on_their_order) {
  const auto sample_of = [](const std::vector<BlockResults>& blocks) {
    ReplicateMetrics metrics({.sample = 40});
    std::ranges::for_each(blocks, [&](const BlockResults& block) { metrics.add(block); });
    return metrics.take_sample();
  };
  const auto forward = sample_of({numbered_block(1, 500), numbered_block(501, 500)});
  const auto backward = sample_of({numbered_block(501, 500), numbered_block(1, 500), numbered_block(200, 500)});
  BOOST_TEST(forward.size() == 40u);
  BOOST_TEST(smiles_of(forward).size() == 40u);
  BOOST_TEST(smiles_of(forward) == smiles_of(backward), boost::test_tools::per_element());
  // Without preference for small or large identities.
  const auto first_half = std::ranges::count_if(forward, [](const auto& m) { return std::stoi(m.smiles) <= 500; });
  BOOST_TEST(first_half > 8);
  BOOST_TEST(first_half < 32);
}

BOOST_AUTO_TEST_CASE(sampled_molecules_keep_the_properties_of_their_first_point) {
  auto block = block_of({0, 0}, {"C(", "C(", "C", "CC", "C", "C("}, {}, 2);
  block.properties = {1, 10, 2, 20, 3, 30};
  ReplicateMetrics metrics({.sample = 10});
  metrics.add(block);
  const auto sample = metrics.take_sample();
  BOOST_REQUIRE(sample.size() == 2u);
  for (const SampledMolecule& molecule : sample) {
    BOOST_TEST(molecule.properties == (std::vector<float>{2, 20}), boost::test_tools::per_element());
  }
  BOOST_TEST(smiles_of(sample) == (std::set<std::string>{"C", "CC"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(replicates_are_counted_by_themselves_and_together) {
  CampaignMetrics campaign({.sample = 5});
  campaign.add(block_of({0, 0}, {"C", "CC"}, {"C"}));
  campaign.add(block_of({0, 2}, {"C", "C("}, {"C"}));
  campaign.add(block_of({3, 0}, {"CC", "O"}, {"C"}));
  campaign.finish();
  BOOST_REQUIRE(campaign.replicates().size() == 2u);
  const ReplicateResults& first = campaign.replicates()[0];
  const ReplicateResults& second = campaign.replicates()[1];
  BOOST_TEST(first.scramble == 0u);
  BOOST_TEST(second.scramble == 3u);
  BOOST_TEST(first.counts.valid == 3u);
  BOOST_TEST(first.counts.unique == 2u);
  BOOST_TEST(first.counts.novel == 1u);
  BOOST_TEST(second.counts.decodes == 2u);
  BOOST_TEST(second.counts.unique == 2u);
  BOOST_TEST(smiles_of(second.sample) == (std::set<std::string>{"CC", "O"}), boost::test_tools::per_element());
  BOOST_TEST(campaign.all().decodes == 6u);
  BOOST_TEST(campaign.all().unique == 3u);
  BOOST_TEST(campaign.all().novel == 2u);
}

BOOST_AUTO_TEST_CASE(blocks_out_of_order_are_refused) {
  CampaignMetrics campaign({});
  campaign.add(block_of({1, 2}, {"C", "C"}));
  BOOST_CHECK_THROW(campaign.add(block_of({1, 0}, {"C", "C"})), Error);
  BOOST_CHECK_THROW(campaign.add(block_of({0, 4}, {"C", "C"})), Error);
}

BOOST_AUTO_TEST_SUITE_END()
