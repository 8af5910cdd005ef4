#include "transfer/fit.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "base/statistics.h"
#include "captured_output.h"
#include "data/csv.h"
#include "transfer/fit_case.h"
#include "transfer/table_model.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using parallel::Communicator;
using test::chain_table;
using test::FitCase;
using test::says;

BOOST_AUTO_TEST_SUITE(fit)

BOOST_AUTO_TEST_CASE(a_table_becomes_a_model_that_knows_its_rows) {
  const FitCase files;
  const auto summary = files.run(files.settings());
  const auto& target = summary.at("targets").at("value");
  BOOST_TEST(target.at("ensemble").at("mae_eV").get<double>() < 0.2);
  BOOST_TEST(target.at("mean_predictor").at("mae_eV").get<double>() > 0.5);
  BOOST_TEST(target.at("learned") == true);
  const auto model = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(model.properties.size() == 1U);
  double total = 0;
  for (const Member& member : model.properties[0].members) {
    BOOST_TEST(member.weight > 0);
    total += member.weight;
  }
  BOOST_TEST(total == 1, boost::test_tools::tolerance(1e-12));
  const auto rows = test::chains(300, 5);
  std::vector<std::string> problems;
  const auto features = model.features.compute(rows.index.texts, problems);
  const auto prediction = model.properties[0].predict(features, {});
  for (std::size_t i = 0; i < 5; ++i) {
    BOOST_TEST(std::abs(prediction.value[i] - rows.index.targets[1].values[i]) < 0.5);
    BOOST_TEST(prediction.low[i] <= prediction.high[i]);
  }
}

BOOST_AUTO_TEST_CASE(every_row_is_predicted_out_of_fold_with_its_line) {
  const FitCase files;
  files.run(files.settings());
  const auto table = data::CsvTable::read(files.path("run") / "predictions.csv");
  BOOST_TEST(table.rows() == 80U);
  std::set<std::string> lines;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    lines.emplace(table.field(i, table.column("line")));
  }
  BOOST_TEST(lines.size() == 80U);
}

BOOST_AUTO_TEST_CASE(targets_with_missing_values_are_learned_side_by_side) {
  const FitCase files;
  const auto summary = files.run(files.settings("learn: [value, half]"));
  BOOST_TEST(summary.at("targets").at("value").at("rows") == 80);
  BOOST_TEST(summary.at("targets").at("half").at("rows") == 40);
  const auto model = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(model.properties.size() == 2U);
  BOOST_TEST(model.properties[1].target == "half");
  files.run(files.settings("learn: [half, value]"));
  const auto turned = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(turned.known.has_value());
  BOOST_TEST(turned.known->texts.size() == 80U);
}

BOOST_AUTO_TEST_CASE(a_cheap_column_adds_its_ways) {
  const FitCase files;
  const auto summary =
      files.run(files.settings("learn: value\ncheap: cheap\nways: [direct, difference, cheap_linear]"));
  const auto& learners = summary.at("targets").at("value").at("learners");
  BOOST_TEST(learners.at("ridge").contains("difference"));
  BOOST_TEST(learners.at("none").contains("cheap_linear"));
  const auto inputs = read_table_model(files.path("run") / "model.h5").inputs;
  BOOST_REQUIRE(inputs.size() == 1U);
  BOOST_TEST(inputs[0].name == "cheap");
  BOOST_TEST(inputs[0].is_cheap);
}

BOOST_AUTO_TEST_CASE(finished_jobs_are_kept_and_the_model_is_the_same) {
  const FitCase files;
  files.run(files.settings());
  const auto model = file::read(files.path("run") / "predictions.csv");
  const auto job = files.path("run") / "jobs" / "00" / "ridge-direct-fold01-seed1.h5";
  const auto written = std::filesystem::last_write_time(job);
  std::filesystem::remove(files.path("run") / "jobs" / "00" / "ridge-direct-model-seed1.h5");
  files.run(files.settings());
  BOOST_TEST((std::filesystem::last_write_time(job) == written));
  BOOST_TEST(file::read(files.path("run") / "predictions.csv") == model);
}

BOOST_AUTO_TEST_CASE(the_plan_lists_every_job_that_is_done) {
  const FitCase files;
  const auto settings = files.settings();
  files.run(settings);
  const std::string text = file::read(files.path("run") / "plan.json");
  const auto target = nlohmann::json::parse(text).at("targets").at("value");
  BOOST_TEST(target.at("rows") == 80);
  BOOST_TEST(target.at("learners").at("ridge").size() == 2U);
  double units = 0;
  for (const auto& job : target.at("jobs")) {
    const auto name = job.at("name").get<std::string>();
    BOOST_TEST(std::filesystem::exists(files.path("run") / "jobs" / "00" / (name + ".h5")));
    units += job.at("units").get<double>();
  }
  BOOST_TEST(target.at("jobs").size() >= 10U);  // two learners, four folds and the model
  BOOST_TEST(target.at("units").get<double>() == units, boost::test_tools::tolerance(1e-9));
  files.run(settings);
  BOOST_TEST(file::read(files.path("run") / "plan.json") == text);
}

BOOST_AUTO_TEST_CASE(a_larger_budget_goes_on_from_what_a_smaller_one_did) {
  const FitCase files;
  const auto small = files.run(files.settings("learn: value\nlearning_curve: false\nbudget: 2"));
  const auto job = files.path("run") / "jobs" / "00" / "ridge-direct-fold01-seed1.h5";
  const auto written = std::filesystem::last_write_time(job);
  BOOST_TEST(!small.at("targets").at("value").at("learners").contains("kernel_ridge"));
  const auto plan = nlohmann::json::parse(file::read(files.path("run") / "plan.json")).at("targets").at("value");
  BOOST_TEST(plan.at("not_tried") == nlohmann::json({"kernel_ridge"}));
  BOOST_TEST(plan.at("units").get<double>() <= 2);
  const auto large = files.run(files.settings("learn: value\nlearning_curve: false"));
  BOOST_TEST(large.at("targets").at("value").at("learners").contains("kernel_ridge"));
  BOOST_TEST((std::filesystem::last_write_time(job) == written));
}

BOOST_AUTO_TEST_CASE(learners_that_do_not_help_are_left_out_and_told) {
  const FitCase files;
  const CapturedOutput output("fit_test_left_out");
  nlohmann::json summary;
  const std::string told = output.caught([&] { summary = files.run(files.settings()); }).first;
  const auto& target = summary.at("targets").at("value");
  const std::size_t left_out = target.contains("not_in_model") ? target.at("not_in_model").size() : 0;
  BOOST_TEST(target.at("model").size() + left_out == 2U);
  BOOST_TEST((told.find("not in the model") != std::string::npos) == (left_out > 0));
}

BOOST_AUTO_TEST_CASE(tables_that_teach_nothing_are_told) {
  // Values that alternate whatever the molecule.
  std::string table = "smiles,value_eV,half_eV,cheap_eV\n";
  const auto rows = test::chains(0, 40);
  for (std::size_t i = 0; i < 40; ++i) {
    table += fmt::format("{},{},{},1\n", rows.index.texts[i], (i * i + i / 3) % 2, i);
  }
  const FitCase files(table);
  const CapturedOutput output("fit_test");
  const std::string told = output.caught([&] { files.run(files.settings()); }).first;
  for (const char* part : {"40 rows are few", "has two values only"}) {
    BOOST_TEST(told.find(part) != std::string::npos, part << " in " << told);
  }
}

BOOST_AUTO_TEST_CASE(a_model_that_learned_nothing_says_so_at_the_end) {
  std::string table = "smiles,value_eV,half_eV,cheap_eV\n";
  const auto rows = test::chains(0, 60);
  for (std::size_t i = 0; i < 60; ++i) {
    table += fmt::format("{},{},1,1\n", rows.index.texts[i], i * 7919 % 61 % 17);  // whatever the molecule
  }
  const FitCase files(table);
  const CapturedOutput output("fit_test");
  nlohmann::json summary;
  const auto [told, warned] = output.caught([&] { summary = files.run(files.settings()); });
  BOOST_TEST(summary.at("targets").at("value").at("learned") == false);
  BOOST_TEST((told + warned).find("nothing was learned of value: model.h5 predicts it no better than the mean") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_the_split_goes_by_is_not_learned) {
  const FitCase files;
  BOOST_TEST(
      files.settings("split: {by: column, column: half}").targets == (std::vector<std::string>{"value", "cheap"}),
      boost::test_tools::per_element());
  BOOST_TEST(files.settings("split: {groups: cheap}").targets == (std::vector<std::string>{"value", "half"}),
             boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(files.settings("learn: half\nsplit: {by: column, column: half}"), InputError,
                        says("learn", "'half', which 'split' names, too"));
}

BOOST_AUTO_TEST_CASE(rows_of_one_scaffold_alone_cannot_be_split_by_it) {
  std::string table = "smiles,value_eV,half_eV,cheap_eV\n";
  for (std::size_t i = 1; i <= 20; ++i) {
    table += fmt::format("c1ccccc1{},{},1,1\n", std::string(i, 'C'), i);
  }
  const FitCase files(table);
  BOOST_CHECK_EXCEPTION(files.run(files.settings("learn: value\nsplit: {by: scaffold}")), InputError,
                        says("all 20 rows are of one group (", "take another split"));
}

BOOST_AUTO_TEST_CASE(a_target_that_is_missing_nearly_everywhere_is_refused) {
  std::string table = "smiles,value_eV,half_eV,cheap_eV\n";
  const auto rows = test::chains(0, 60);
  for (std::size_t i = 0; i < 60; ++i) {
    table += fmt::format("{},{},1,1\n", rows.index.texts[i], i < 3 ? std::to_string(i) : "");
  }
  const FitCase files(table);
  BOOST_CHECK_EXCEPTION(files.run(files.settings()), InputError,
                        says("3 distinct molecules with value are too few", "at least 4"));
}

BOOST_AUTO_TEST_CASE(times_that_do_not_sort_are_refused) {
  std::string table = "smiles,value_eV,half_eV,cheap_eV,day\n";
  const auto rows = test::chains(0, 30);
  for (std::size_t i = 0; i < 30; ++i) {
    table += fmt::format("{},{},1,1,{}\n", rows.index.texts[i], i, i % 2 == 0 ? "2024-01-01" : "spring");
  }
  const FitCase files(table);
  auto settings = files.settings("learn: value");
  settings.table.targets.push_back({.column = "day", .name = "day", .values = data::Values::times});
  settings.learning.split = {SplitBy::order, "day", ""};
  BOOST_CHECK_EXCEPTION(files.run(settings), InputError, says("line 3", "spring"));
}

BOOST_AUTO_TEST_CASE(bad_settings_are_refused) {
  const FitCase files;
  BOOST_CHECK_EXCEPTION(files.settings("learn: valeu"), InputError, says("learn", "valeu", "value, half, cheap"));
  BOOST_CHECK_EXCEPTION(files.settings("learn: [cheap]\ncheap: cheap"), InputError, says("'cheap' names, too"));
  const FitCase few(chain_table(3));
  parallel::StopHandler stop;
  BOOST_CHECK_EXCEPTION(run_fit(Communicator::self(), few.settings(), few.path("run"), stop), InputError,
                        says("3 distinct molecules", "too few", "at least 4"));
}

namespace {

/// Chains, of which long ones are called so; `few` of the second class in the second column.
std::string class_rows(std::size_t count, std::size_t few) {
  std::string text = "smiles,size,rare\n";
  const auto rows = test::chains(0, count);
  const double middle = statistics::mean(rows.index.targets[1].values);
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{},{},{}\n", rows.index.texts[i], rows.index.targets[1].values[i] > middle ? "long" : "short",
                        i < few ? "yes" : "no");
  }
  return text;
}

FitSettings class_settings(const FitCase& files, const std::string& column) {
  const auto document = config::Document::from_text(fmt::format(R"(
table: {{source: {}, kind: molecules, duplicates: keep, targets: [{{column: {}, values: classes}}]}}
features: [{{kind: morgan, radius: 1, bits: 256}}]
learners: {{ridge: {{penalty: [0.001, 1]}}, kernel_ridge: {{penalty: 0.01}}}}
folds: 4
inner_folds: 3
)",
                                                                (files.path("rows.csv")).string(), column),
                                                    "fit.yaml");
  auto result = config::read<FitSettings>(document.root());
  document.finish();
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_classes_are_learned_with_probabilities) {
  const FitCase files(class_rows(120, 5));
  const auto summary = files.run(class_settings(files, "size"));
  const auto& target = summary.at("targets").at("size");
  BOOST_TEST(target.at("classes") == nlohmann::json::parse(R"(["long", "short"])"));
  const auto& ensemble = target.at("ensemble");
  BOOST_TEST(ensemble.at("roc_auc").get<double>() > 0.9);
  BOOST_TEST(ensemble.at("brier").get<double>() < 0.15);
  BOOST_TEST(ensemble.at("balanced_accuracy").get<double>() > 0.8);
  const auto model = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(model.properties.at(0).calibration);
  BOOST_TEST(model.properties[0].classes == (std::vector<std::string>{"long", "short"}),
             boost::test_tools::per_element());
  const auto table = data::CsvTable::read(files.path("run") / "predictions.csv");
  BOOST_TEST(table.rows() == 120U);
  std::set<std::string> answers;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    answers.emplace(table.field(row, table.column("prediction")));
  }
  BOOST_TEST(answers == (std::set<std::string>{"long", "short"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_class_of_few_rows_is_refused) {
  const FitCase files(class_rows(60, 3));
  BOOST_CHECK_EXCEPTION(files.run(class_settings(files, "rare")), InputError,
                        says("rare: 3 of 60 rows are 'yes', and at least 10 of each class are needed"));
}

BOOST_AUTO_TEST_SUITE_END()
