#include "sampling/metrics/metrics_report.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "chem/fingerprint.h"
#include "sampling/metrics/metrics_output.h"
#include "sampling/sampling_blocks.h"
#include "train/molecule_set.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using test::block_of;
using Texts = std::vector<std::string>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-9);

/// Six rows of four molecules; the gap of one row is unknown.
data::DatasetIndex training_set() {
  data::DatasetIndex index = test::molecule_set({"C", "CC", "CCC", "CCO", "CCO", "CCO"}, {}).index;
  index.targets = {{"gap_eV", "eV", {1, 2, kNone, 3, 3, 1}, {}}, {"dipole_D", "D", {0, 0, 0, 0, 0, 0}, {}}};
  return index;
}

std::vector<models::Head> heads() {
  models::Head gap;
  gap.name = "gap";
  gap.target = "gap_eV";
  gap.unit = "eV";
  models::Head other;
  other.name = "unknown";
  other.target = "unknown_eV";
  other.unit = "eV";
  return {other, gap};
}

/// Two replicates; every rank makes them, but only what rank 0 holds may count.
CampaignMetrics campaign(const MetricsSettings& settings) {
  CampaignMetrics result(settings);
  if (!parallel::Communicator::world().is_root()) {
    return result;
  }
  auto first = block_of({0, 0}, {"C", "CCCC", "CCCC", "C("}, {"C", "CC", "CCC", "CCO"});
  first.properties = {100, 2, 100, 4, 100, 5, 100, 6};
  auto second = block_of({1, 0}, {"CCO", "C(", "C(", "CCN"}, {"C", "CC", "CCC", "CCO"});
  second.properties = {100, 1, 100, 9, 100, 9, 100, 3};
  result.add(first);
  result.add(second);
  result.finish();
  return result;
}

MetricsReport evaluate(const MetricsSettings& settings) {
  return evaluate_campaign(parallel::Communicator::world(), campaign(settings), training_set(), heads(), settings);
}

double tanimoto(const std::string& a, const std::string& b) {
  return chem::tanimoto(chem::morgan_bits(a, {}), chem::morgan_bits(b, {}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics_report_test)

BOOST_AUTO_TEST_CASE(shares_have_error_bars_from_replicates) {
  const MetricsReport report = evaluate({});
  if (!parallel::Communicator::world().is_root()) {
    return;
  }
  const nlohmann::ordered_json json = to_json(report);
  BOOST_TEST(json["replicates"] == 2);
  BOOST_TEST(json["points"] == 8);
  // 3 of 4 and 2 of 4: deviations of 1/8, standard error 1/8.
  BOOST_TEST(json["valid"].get<double>() == 0.625, kClose);
  BOOST_TEST(json["valid_error"].get<double>() == 0.125, kClose);
  BOOST_TEST(json["invalid"]["syntax"].get<double>() == 0.375, kClose);
  // 2 of 3 and 2 of 2 are distinct, 1 of 2 each are new.
  BOOST_TEST(json["unique"].get<double>() == 5.0 / 6, kClose);
  BOOST_TEST(json["novel"].get<double>() == 0.5, kClose);
  BOOST_TEST(json["novel_error"].get<double>() == 0.0);
  BOOST_TEST(json["unique_first_1000"].is_null());
  BOOST_TEST(json["distinct_molecules"] == 4);
  BOOST_TEST(json["distinct_novel_molecules"] == 2);
  BOOST_TEST(json["definitions"]["valid"].get<std::string>().find("one fragment") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(samples_are_compared_with_the_training_set) {
  const MetricsReport report = evaluate({});
  if (!parallel::Communicator::world().is_root()) {
    return;
  }
  BOOST_TEST(report.sampled == 2u);
  BOOST_TEST(report.training_sampled == 4u);
  // Two distinct molecules each: pairs (a, a), (a, b), (b, a), (b, b).
  const double first = 0.5 - tanimoto("C", "CCCC") / 2;
  const double second = 0.5 - tanimoto("CCO", "CCN") / 2;
  BOOST_TEST(report.diversity.first.mean == (first + second) / 2, kClose);
  const double butane = tanimoto("CCCC", "CCC");
  const double amine = std::max({tanimoto("CCN", "CC"), tanimoto("CCN", "CCC"), tanimoto("CCN", "CCO")});
  BOOST_TEST(report.diversity.nearest.mean == ((1 + butane) / 2 + (1 + amine) / 2) / 2, kClose);
  BOOST_TEST(report.diversity.nearest_novel.mean == (butane + amine) / 2, kClose);
  // The training molecules methane, ethane, propane and ethanol, none of which is its own neighbor.
  BOOST_TEST(report.diversity.training_nearest < 1.0);

  const DistributionReport& atoms = report.descriptors.front();
  BOOST_TEST(atoms.key == "heavy_atoms");
  BOOST_TEST(atoms.mean.mean == (2.5 + 3.0) / 2, kClose);
  BOOST_TEST(atoms.training_mean == 2.25, kClose);
  // {1, 4} against {1, 2, 3, 3}: 0.25 over [2, 3] and 0.25 over [1, 2], 0.5 over [3, 4]; {3, 3}: 0.25 and 0.5.
  BOOST_TEST(atoms.distance.mean == (0.25 + 0.0 + 0.5 + 0.25 + 0.5) / 2, kClose);
}

BOOST_AUTO_TEST_CASE(predictions_are_compared_with_labels) {
  const MetricsReport report = evaluate({});
  if (!parallel::Communicator::world().is_root()) {
    return;
  }
  BOOST_REQUIRE(report.predictions.size() == 1u);
  const DistributionReport& gap = report.predictions.front();
  BOOST_TEST(gap.key == "gap");
  // {2, 4} and {1, 3} against the labels {1, 2, 3, 3, 1}.
  BOOST_TEST(gap.mean.mean == 2.5, kClose);
  BOOST_TEST(gap.training_mean == 2.0, kClose);
  BOOST_TEST(gap.distance.mean == ((0.4 + 0.1 + 0.5) + (0.1 + 0.1)) / 2, kClose);
  const auto json = to_json(report);
  BOOST_TEST(json["sample"]["predictions"]["gap"]["training_mean_eV"].get<double>() == 2.0, kClose);
  BOOST_TEST(json["sample"]["descriptors"]["weight_g_mol"].contains("wasserstein_error"));
}

BOOST_AUTO_TEST_CASE(without_a_sample_there_are_counts_alone) {
  const MetricsReport report = evaluate({.sample = 0});
  if (!parallel::Communicator::world().is_root()) {
    return;
  }
  BOOST_TEST(report.descriptors.empty());
  const auto json = to_json(report);
  BOOST_TEST(!json.contains("sample"));
  BOOST_TEST(json["valid"].get<double>() == 0.625, kClose);
}

BOOST_AUTO_TEST_CASE(molecules_are_described_from_the_decoded_string) {
  // RDKit accepts the aromatic atom that is in no aromatic ring, and then writes a SMILES that it does not accept.
  const auto odd = chem::check_smiles("O=C1[cH-]2CCN3CC12O3");
  BOOST_REQUIRE(odd.valid());
  BOOST_REQUIRE(!chem::check_smiles(odd.canonical).valid());
  const auto world = parallel::Communicator::world();
  CampaignMetrics molecules({});
  if (world.is_root()) {
    auto block = block_of({0, 0}, {"O=C1[cH-]2CCN3CC12O3"});
    block.properties = {0, 0};
    molecules.add(block);
    molecules.finish();
  }
  const MetricsReport report = evaluate_campaign(world, molecules, training_set(), heads(), {});
  if (world.is_root()) {
    BOOST_REQUIRE(!report.descriptors.empty());
    BOOST_TEST(report.descriptors.front().mean.mean == 9.0);
  }
}

BOOST_AUTO_TEST_CASE(without_training_data_nothing_is_compared) {
  const auto world = parallel::Communicator::world();
  const MetricsSettings settings{.sample = 100, .novelty = false};
  CampaignMetrics molecules(settings);
  if (world.is_root()) {
    auto block = block_of({0, 0}, {"CCO", "CCN"});
    block.properties = {0, 0, 0, 0};
    molecules.add(block);
    molecules.finish();
  }
  const MetricsReport report = evaluate_campaign(world, molecules, {}, heads(), settings);
  if (!world.is_root()) {
    return;
  }
  const auto json = to_json(report);
  BOOST_TEST(json["unique"] == 1.0);
  BOOST_TEST(!json.contains("novel"));
  BOOST_TEST(json["sample"]["internal_diversity_1"].get<double>() > 0.0);
  BOOST_TEST(!json["sample"].contains("nearest_training_similarity"));
  BOOST_TEST(!json["sample"]["descriptors"].begin()->contains("wasserstein"));
  log_report(report);
}

BOOST_AUTO_TEST_CASE(nothing_valid_is_reported_as_such) {
  const auto world = parallel::Communicator::world();
  CampaignMetrics nothing({});
  if (world.is_root()) {
    auto block = block_of({0, 0}, {"C(", "C("});
    block.properties = {0, 0, 0, 0};
    nothing.add(block);
    nothing.finish();
  }
  const MetricsReport report = evaluate_campaign(world, nothing, training_set(), heads(), {});
  if (!world.is_root()) {
    return;
  }
  const auto json = to_json(report);
  BOOST_TEST(json["valid"] == 0.0);
  BOOST_TEST(json["unique"].is_null());
  BOOST_TEST(!json.contains("sample"));
  log_report(report);
}

BOOST_AUTO_TEST_SUITE_END()
