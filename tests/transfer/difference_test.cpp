#include "transfer/difference.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/regression_metrics.h"
#include "config/key_reader.h"
#include "data/csv.h"
#include "transfer/average.h"
#include "transfer/difference_case.h"
#include "transfer/difference_report.h"
#include "transfer/table_model.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using parallel::Communicator;
using test::DifferenceCase;
using test::ridge;
using test::says;

namespace {

bool never() { return false; }

/// With one value replaced.
data::Dataset with(data::Dataset rows, std::size_t target, std::size_t row, double value) {
  rows.index.targets[target].values[row] = value;
  return rows;
}

data::Dataset with_column(data::Dataset rows, std::size_t target, double factor, double offset) {
  for (double& value : rows.index.targets[target].values) {
    value = value * factor + offset;
  }
  return rows;
}

DifferenceJob job_of(const DifferenceSettings& settings, const std::string& way, int fold = 0) {
  const auto found = std::ranges::find(settings.ways, way, &Way::name);
  return {0, static_cast<std::size_t>(found - settings.ways.begin()), fold, 0, 1, {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(difference)

BOOST_AUTO_TEST_CASE(rows_that_lack_a_value_are_left_out) {
  const DifferenceCase files(
      with(with(with(test::chains(0, 120), 0, 3, test::kNone), 1, 5, test::kNone), 1, 6, test::kNone));
  const auto data = files.load();
  BOOST_TEST(data.rows.count() == 117U);
  BOOST_TEST(data.left_out(data::LeftOut::incomplete) == 1U);
  BOOST_TEST(data.left_out(data::LeftOut::unlabelled) == 2U);
  BOOST_TEST(data.line.slopes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_model_says_how_its_molecules_were_prepared) {
  auto rows = test::chains(0, 120);
  rows.index.preparation =
      data::Preparation{test::rules_with("radicals", "keep"), "smiles", {{"cheap", "calc", "kcal/mol", "eV"}}};
  DifferenceCase files(rows);
  files.run();
  const auto model = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(model.preparation.has_value());
  BOOST_TEST((*model.preparation == *rows.index.preparation));

  auto other = test::chains(400, 60);
  other.index.preparation = data::Preparation{test::rules_with("radicals", "repair"), "", {}};
  files.set_test(other);
  BOOST_CHECK_EXCEPTION(files.load(), InputError, says("rows.h5", "test.h5", "(radicals: keep / repair)"));
  auto encoder = test::small_model();
  encoder.description.preparation = other.index.preparation;
  models::write_model(files.path("encoder.h5"), encoder);
  files.settings.test_file.clear();
  files.settings.features = {{std::nullopt, files.path("encoder.h5")}};
  BOOST_CHECK_EXCEPTION(files.load(), InputError, says("encoder.h5", "rows.h5", "(radicals: repair / keep)"));
}

BOOST_AUTO_TEST_CASE(folds_keep_molecules_together) {
  auto rows = test::chains(0, 120);
  for (std::size_t i = 1; i < 120; i += 2) {
    rows.index.groups[i] = rows.index.groups[i - 1];
  }
  const DifferenceCase files(rows);
  const auto data = files.load();
  std::vector<int> times(120, 0);
  for (int fold = 0; fold < 4; ++fold) {
    const auto split = split_by_folds(data, files.settings, 1)[static_cast<std::size_t>(fold)];
    BOOST_TEST(split.train.size() + split.held_out.size() == 120U);
    std::set<std::string> groups;
    for (const std::size_t i : split.held_out) {
      groups.insert(data.rows.group(i));
      ++times[i];
    }
    BOOST_TEST(groups.size() == 15U);
    for (const std::size_t i : split.train) {
      BOOST_TEST(!groups.contains(data.rows.group(i)));
    }
  }
  BOOST_TEST(times == std::vector<int>(120, 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(candidates_are_chosen_inside_the_training_part) {
  const DifferenceCase files;
  auto data = files.load();
  const auto job = job_of(files.settings, "difference");
  const auto result = run_job(data, files.settings, job, never);
  BOOST_REQUIRE(result.has_value());
  BOOST_TEST(result->candidate == 0);  // the large penalty learns nothing
  BOOST_TEST(result->inner_errors.size() == 90U);
  BOOST_TEST(inner_mae(*result) < 0.05);
  // Labels of the held-out fold change nothing.
  for (const std::int64_t row : result->rows) {
    data.rows.measured[static_cast<std::size_t>(row)] = 1000;
  }
  const auto again = run_job(data, files.settings, job, never);
  BOOST_TEST(again->prediction.value == result->prediction.value, boost::test_tools::per_element());
  BOOST_TEST(again->prediction.high == result->prediction.high, boost::test_tools::per_element());
  BOOST_TEST(again->inner_errors == result->inner_errors, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ways_side_by_side) {
  const DifferenceCase files;
  const auto summary = files.run();
  BOOST_TEST(summary.at("rows") == 120);
  // The cheap value misses the number of oxygens and 0.5: 2.5 at most, 1.5 + 0.5 or so on average.
  const double alone = summary.at("cheap").at("cheap_alone").at("mae_eV");
  BOOST_TEST(alone > 1);
  BOOST_TEST(alone < 3);
  const auto& learned = summary.at("learners").at("ridge");
  for (const char* way : {"direct", "difference", "difference_linear", "stacking", "stacking_linear"}) {
    BOOST_TEST_CONTEXT(way) {
      BOOST_TEST(learned.at(way).at("mae_eV") < 0.1);
      BOOST_TEST(learned.at(way).at("against_cheap_linear").at("p") < 0.01);
      BOOST_TEST(learned.at(way).at("coverage") > 0.7);
      BOOST_TEST(learned.at(way).at("chosen").size() == 4U);
    }
  }
  BOOST_TEST(learned.at("direct").at("against_direct").at("p") == 1);
  for (const char* name : {"predictions.csv", "importances.csv", "model.h5"}) {
    BOOST_TEST(std::filesystem::exists(files.path("run") / name));
  }
  const auto table = data::CsvTable::read(files.path("run") / "predictions.csv");
  BOOST_TEST(table.rows() == 120U * 7);
  const auto importances = data::CsvTable::read(files.path("run") / "importances.csv");
  BOOST_TEST(!importances.field(0, importances.column("fragment")).empty());
}

BOOST_AUTO_TEST_CASE(cheap_metrics_by_hand) {
  auto rows = test::chains(0, 60);
  for (std::size_t i = 0; i < 60; ++i) {
    rows.index.targets[0].values[i] = static_cast<double>(i);
    rows.index.targets[1].values[i] = static_cast<double>(i) + (i % 2 == 0 ? 1 : -3);
  }
  DifferenceCase files(rows);
  files.settings.ways = {find_way("cheap_alone")};
  const auto entry = files.run().at("cheap").at("cheap_alone");
  BOOST_TEST(entry.at("mae_eV").get<double>() == 2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(entry.at("rmse_eV").get<double>() == std::sqrt(5.0), boost::test_tools::tolerance(1e-12));
  // Errors are 1 or 3 in every part: the intervals are 3 to each side and hold all.
  BOOST_TEST(entry.at("interval_width_eV").get<double>() == 6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(entry.at("coverage") == 1);
}

BOOST_AUTO_TEST_CASE(an_average_is_that_of_its_members) {
  DifferenceCase files;
  files.settings.learners = {{"weak", {ridge(3)}}, {"strong", {ridge(0.1)}}, {"both", {}, {0, 1}}};
  files.settings.ways = {find_way("difference")};
  const auto summary = files.run();
  const auto table = data::CsvTable::read(files.path("run") / "predictions.csv");
  BOOST_REQUIRE(table.rows() == 360U);
  std::map<std::string, std::map<std::string, double>> predicted;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto field = [&](const char* name) { return std::string(table.field(row, table.column(name))); };
    predicted[field("molecule")][field("learner")] = std::stod(field("prediction"));
  }
  for (const auto& [molecule, by_learner] : predicted) {
    BOOST_TEST(by_learner.at("both") == (by_learner.at("weak") + by_learner.at("strong")) / 2,
               boost::test_tools::tolerance(1e-9));
  }
  // Chosen, it is in the model by its members.
  files.settings.learners = {{"weak", {ridge(3)}}, {"weaker", {ridge(5)}}, {"both", {}, {0, 1}}};
  const auto best = files.run("averaged").at("best").at("learner").get<std::string>();
  const auto model = read_table_model(files.path("averaged") / "model.h5");
  BOOST_TEST(model.properties.front().members.size() == (best == "both" ? 2U : 1U));
}

BOOST_AUTO_TEST_CASE(members_predict_their_weighted_mean_before_and_after_a_file) {
  DifferenceCase files;
  files.settings.learners = {{"weak", {ridge(3)}}, {"weaker", {ridge(5)}}};
  files.settings.ways = {find_way("difference")};
  const auto data = files.load();
  std::vector<TableProperty> properties{{"better", "eV", 0.9, {}}};
  const auto train = split_by_folds(data, files.settings, 1)[0].train;
  std::vector<std::vector<double>> alone;
  for (const std::size_t learner : {0, 1}) {
    auto learned = learn_way(data, files.settings, {learner, 0, 0, 0, 1, {}}, train, never);
    BOOST_REQUIRE(learned.has_value());
    alone.push_back(predict_way(*learned, data.rows.features, data.rows.cheap).value);
    properties.front().members.push_back({find_way("difference"), learner == 0 ? 0.25 : 0.75, std::move(*learned)});
  }
  const TableModel model{
      RowFeatures(files.settings.features, std::nullopt), std::move(properties), {{"cheap", "eV", true, 0, 6}}, {}, {}};
  write_table_model(files.path("members.h5"), model);
  const auto read = read_table_model(files.path("members.h5"));
  const auto before = model.properties.front().predict(data.rows.features, data.rows.cheap);
  const auto after = read.properties.front().predict(data.rows.features, data.rows.cheap);
  BOOST_TEST(after.value == before.value, boost::test_tools::per_element());
  BOOST_TEST(after.low == before.low, boost::test_tools::per_element());
  for (std::size_t i = 0; i < alone[0].size(); ++i) {
    BOOST_TEST(before.value[i] == 0.25 * alone[0][i] + 0.75 * alone[1][i], boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_CASE(the_model_predicts_as_it_was_learned) {
  DifferenceCase files;
  files.settings.ways = {find_way("difference"), find_way("stacking")};
  files.run();
  const auto model = read_table_model(files.path("run") / "model.h5");
  BOOST_TEST(model.properties.front().target == "better");
  BOOST_TEST(model.properties.front().unit == "eV");
  BOOST_TEST(model.needs_cheap());
  BOOST_TEST(model.properties.front().members.front().learned.inner.size() == 3U);
  BOOST_TEST(model.inputs.at(0).low == 0);
  // Molecules that it has not seen.
  std::vector<std::string> texts;
  std::vector<double> cheap;
  std::vector<double> better;
  const auto fresh = test::chains(400, 40);
  for (std::size_t i = 0; i < 40; ++i) {
    texts.push_back(fresh.index.texts[i]);
    cheap.push_back(fresh.index.targets[0].values[i]);
    better.push_back(fresh.index.targets[1].values[i]);
  }
  std::vector<std::string> problems;
  const auto prediction = model.properties.front().predict(model.features.compute(texts, problems), cheap);
  BOOST_TEST(statistics::regression_metrics(better, prediction.value).mae < 0.2);
  for (std::size_t i = 0; i < 40; ++i) {
    BOOST_TEST(prediction.low[i] < prediction.high[i]);
  }
  BOOST_TEST(is_table_model(files.path("run") / "model.h5"));
  BOOST_TEST(!is_table_model(files.settings.file));
}

BOOST_AUTO_TEST_CASE(finished_jobs_are_kept) {
  DifferenceCase files;
  files.settings.ways = {find_way("difference")};
  const auto first = files.run();
  const auto job = files.path("run") / "jobs" / "ridge-difference-fold02-seed1.h5";
  const auto time = std::filesystem::last_write_time(job);
  BOOST_TEST((files.run() == first));
  BOOST_TEST((std::filesystem::last_write_time(job) == time));
  files.settings.seeds = {1, 2};
  files.settings.ways.insert(files.settings.ways.begin(), find_way("direct"));
  files.settings.learners.insert(files.settings.learners.begin(), {"other", {ridge(1)}, {}, "penalty: 1"});
  BOOST_TEST((files.run() != first));
  BOOST_TEST((std::filesystem::last_write_time(job) == time));
  files.settings.learners[1].settings = "other";
  files.run();
  const auto again = std::filesystem::last_write_time(job);
  BOOST_TEST((again != time));
  files.settings.signature = "other";
  files.run();
  BOOST_TEST((std::filesystem::last_write_time(job) != again));
}

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_what_stands_beside_them) {
  DifferenceCase files;
  files.settings.ways = {find_way("difference")};
  const auto alone = files.run("alone").at("learners").at("ridge").at("difference");
  files.settings.ways = all_ways();
  files.settings.learners.insert(files.settings.learners.begin(), {"other", {ridge(1)}});
  const auto together = files.run("together").at("learners").at("ridge").at("difference");
  for (const char* key : {"mae_eV", "rmse_eV", "coverage"}) {
    BOOST_TEST((together.at(key) == alone.at(key)), key);
  }
}

BOOST_AUTO_TEST_CASE(test_rows_and_numbers_of_labels) {
  DifferenceCase files(test::chains(0, 300));
  files.set_test(test::chains(290, 110));  // ten of them are in both
  files.settings.labels = {20, 200};
  files.settings.seeds = {1, 2};
  files.settings.ways = {find_way("cheap_linear"), find_way("direct"), find_way("difference")};
  const auto summary = files.run();
  BOOST_TEST(summary.at("in_test") == 10);
  BOOST_TEST(summary.at("test_rows") == 110);
  const auto& labels = summary.at("labels");
  BOOST_TEST(labels.at("200").at("learners").at("ridge").at("difference").at("mae_eV") <=
             labels.at("20").at("learners").at("ridge").at("difference").at("mae_eV"));
  BOOST_TEST(labels.at("20").at("learners").at("ridge").at("difference").at("chosen").size() == 2U);
  const auto data = files.load();
  for (const std::uint64_t seed : {1, 2}) {
    const auto few = split_by_labels(data, files.settings, 20, seed);
    const auto many = split_by_labels(data, files.settings, 200, seed);
    BOOST_TEST(few.train.size() == 20U);
    BOOST_TEST(std::ranges::includes(many.train, few.train));
    BOOST_TEST(few.held_out.size() == 110U);
  }
  BOOST_TEST(split_by_labels(data, files.settings, 20, 1).train != split_by_labels(data, files.settings, 20, 2).train);
}

BOOST_AUTO_TEST_CASE(bad_tables_are_refused) {
  DifferenceCase constant(with_column(test::chains(0, 60), 0, 0, 3));
  BOOST_CHECK_EXCEPTION(constant.load(), InputError, says("cheap is 3 in every one of 60 rows"));
  DifferenceCase constant_label(with_column(test::chains(0, 60), 1, 0, 3));
  BOOST_CHECK_EXCEPTION(constant_label.load(), InputError, says("better is 3"));
  DifferenceCase few(test::chains(0, 5));
  few.settings.folds = 10;
  BOOST_CHECK_EXCEPTION(few.load(), InputError, says("5 distinct molecules", "10 folds"));
  DifferenceCase empty(with_column(test::chains(0, 30), 1, test::kNone, 0));
  BOOST_CHECK_EXCEPTION(empty.load(), InputError, says("no row of", "has better and cheap"));
  DifferenceCase itself;
  itself.settings.cheap = {"better"};
  BOOST_CHECK_EXCEPTION(itself.load(), InputError, says("is the measured value itself"));
  DifferenceCase unknown;
  unknown.settings.cheap = {"chap"};
  BOOST_CHECK_EXCEPTION(unknown.load(), InputError, says("cheap"));
  DifferenceCase other_features;
  other_features.settings.features = {{features::Block{.kind = features::Block::Kind::composition}}};
  BOOST_CHECK_EXCEPTION(other_features.load(), InputError, says("'features' are of compositions"));
  DifferenceCase labels;
  labels.set_test(test::chains(300, 20));
  labels.settings.labels = {5000};
  BOOST_CHECK_EXCEPTION(labels.load(), InputError, says("'label_counts' asks for 5000", "120 rows"));
}

BOOST_AUTO_TEST_CASE(units_are_converted_or_refused) {
  auto rows = test::chains(0, 60);
  rows.index.targets[0].unit = "meV";
  for (double& value : rows.index.targets[0].values) {
    value *= 1000;
  }
  const auto data = DifferenceCase(rows).load();
  const auto expected = DifferenceCase(test::chains(0, 60)).load();
  BOOST_TEST(data.line.slopes[0] == expected.line.slopes[0], boost::test_tools::tolerance(1e-9));
  rows.index.targets[0].unit = "K";
  BOOST_CHECK_EXCEPTION(DifferenceCase(rows).load(), InputError, says("K", "eV"));
}

BOOST_AUTO_TEST_CASE(settings_are_read) {
  const auto read = [](const std::string& text) {
    const auto document = config::Document::from_text(
        "data: {file: d.h5, measured: m, cheap: [c, e]}\nfeatures: [{kind: morgan}]\n" + text, "x.yaml");
    auto settings = config::read<DifferenceSettings>(document.root());
    document.finish();
    return settings;
  };
  const auto s = read(
      "learners:\n  mine: {kind: kernel_ridge, penalty: [0.1, 1], width: [1, 2, 3]}\n"
      "  random_forest: {trees: 10}\n  network: {widths: [8]}\n");
  BOOST_REQUIRE(s.learners.size() == 3U);
  BOOST_TEST(s.learners[0].candidates.size() == 6U);
  BOOST_TEST(s.learners[0].candidates[1].describe() == "penalty 0.1, fragments 0.5, width 2, cheap_width 1");
  BOOST_TEST(s.learners[0].candidates[5].describe() == "penalty 1, fragments 0.5, width 3, cheap_width 1");
  BOOST_TEST(s.learners[1].candidates.front().describe() == "10 trees, columns 0.2, least_rows 2");
  BOOST_TEST(s.ways.size() == 7U);
  BOOST_TEST(s.cheap == (std::vector<std::string>{"c", "e"}), boost::test_tools::per_element());
  const std::string forest = "learners: {random_forest: {}}\n";
  const auto more = read("learners: {ridge: {}, random_forest: {trees: 10}}\nseeds: [1, 2]\nways: [direct]\n");
  BOOST_TEST(more.signature == s.signature);
  BOOST_TEST(more.learners[1].settings == s.learners[1].settings);
  BOOST_TEST(read(forest).learners[0].settings != s.learners[1].settings);
  for (const char* other : {"folds: 3\n", "inner_folds: 2\n", "coverage: 0.5\n", "split_seed: 2\n"}) {
    BOOST_TEST(read(forest + other).signature != s.signature, other);
  }
  const auto refused = [&](const std::string& text, const std::string& part) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_EXCEPTION(read(text), InputError, says("x.yaml", part)); }
  };
  refused("", "at least one learner");
  refused("learners: {magic: {}}\n", "kind");
  const auto average = read("learners: {random_forest: {}, ridge: {}, average: {of: [ridge, random_forest]}}");
  BOOST_TEST(average.learners[2].members == (std::vector<std::size_t>{1, 0}), boost::test_tools::per_element());
  refused("learners: {ridge: {}, average: {of: [ridge]}}\n", "at least two");
  refused("learners: {ridge: {}, average: {of: [ridge, magic]}}\n", "'magic', which is no other learner");
  refused("learners: {ridge: {}, average: {of: [ridge, average]}}\n", "'average', which is no other learner");
  refused(forest + "ways: [difference, magic]\n", "has no 'magic'");
  refused(forest + "ways: [difference, difference]\n", "twice");
  refused(forest + "seeds: [1, 1]\n", "'seeds': lists 1 twice: the same job would count as two");
  refused(forest + "seeds: []\n", "'seeds': must list at least one seed");
  refused(forest + "label_counts: [100]\n", "needs 'test.file'");
  refused(forest + "test: {file: t.h5}\nfolds: 5\n", "exclude each other");
  refused(forest + "coverage: 2\n", "coverage");
  refused("learners: {random_forest: {penalty: 2}}\n", "penalty");
}

BOOST_AUTO_TEST_SUITE_END()
