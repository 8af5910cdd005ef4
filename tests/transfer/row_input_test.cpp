#include "transfer/row_input.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "config/key_reader.h"
#include "data/csv.h"
#include "data/temporary_folder.h"
#include "transfer/fit.h"
#include "transfer/fit_report.h"
#include "transfer/table_model.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using test::says;

namespace {

/// Each chain twice, at other temperatures, in one of three solvents: y = its atoms + (T - 300) / 20 + the solvent's
/// offset.
std::string conditions_table(std::size_t chains, const std::string& first_weight = "1") {
  std::string text = "smiles,y,T,solvent,w,name\n";
  const auto rows = test::chains(0, chains);
  const std::vector<std::string> solvents{"water", "octanol", "toluene"};
  for (std::size_t i = 0; i < 2 * chains; ++i) {
    const double temperature = 250 + static_cast<double>(i * 37 % 100);
    const std::size_t solvent = i * 7 / 4 % 3;
    const double value =
        rows.index.targets[1].values[i / 2] + (temperature - 300) / 20 + 3 * static_cast<double>(solvent);
    text += fmt::format("{},{},{},{},{},m{}\n", rows.index.texts[i / 2], value, temperature, solvents[solvent],
                        i == 0 ? first_weight : "1", i);
  }
  return text;
}

class ConditionsCase {
 public:
  explicit ConditionsCase(const std::string& table = conditions_table(60)) {
    file::write_atomically(folder_ / "rows.csv", table);
  }
  FitSettings settings(const std::string& keys, const std::string& duplicates = "keep") const {
    const auto document = config::Document::from_text(fmt::format(R"(
table:
  source: {}
  kind: molecules
  duplicates: {}
  targets:
    - {{column: y}}
    - {{column: T, unit: K}}
    - {{column: solvent, values: classes}}
    - {{column: w}}
    - {{column: name, values: classes}}
    - {{column: smiles, name: text, values: classes}}
learn: y
features: [{{kind: morgan, radius: 1, bits: 256}}]
learners: {{ridge: {{penalty: 0.001}}, kernel_ridge: {{penalty: 0.01, given_width: 2}}}}
folds: 4
inner_folds: 3
{}
)",
                                                                  (folder_ / "rows.csv").string(), duplicates, keys),
                                                      "fit.yaml");
    auto result = config::read<FitSettings>(document.root());
    document.finish();
    return result;
  }
  /// What is told of the target.
  nlohmann::json run(const std::string& keys, const std::string& name = "run") const {
    parallel::StopHandler stop;
    BOOST_TEST(run_fit(parallel::Communicator::self(), settings(keys), folder_ / name, stop));
    return nlohmann::json::parse(file::read(folder_ / name / "summary.json")).at("targets").at("y");
  }
  std::string predictions(const std::string& name) const { return file::read(folder_ / name / "predictions.csv"); }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  test::TemporaryFolder folder_;
};

double ensemble_mae(const nlohmann::json& target) { return target.at("ensemble").at("mae_none"); }

RowInput solvent_input() {
  RowInput input{.name = "solvent", .categories = {"hexane", "octanol", "water"}};
  input.learn({1, 2, 2});
  return input;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_input)

BOOST_AUTO_TEST_CASE(numbers_beyond_the_training_are_doubtful) {
  RowInput input{.name = "T", .unit = "K"};
  input.learn({300, 250, 350});
  BOOST_TEST(input.doubt(250).empty());
  BOOST_TEST(input.doubt(351) == "T is outside of the training's 250 to 350 K");
  BOOST_CHECK_EXCEPTION(input.doubt(std::nan("")), InputError, says("no value of T"));
  RowInput pressure{.name = "p", .unit = "-log10(kPa)", .low = -3, .high = 1};
  BOOST_TEST(pressure.doubt(2, data::Transform::minus_log10) == "p is outside of the training's 0.1 to 1000 kPa");
  RowInput other{.name = "T", .low = 260, .high = 400};
  input.narrow(other);
  BOOST_TEST(input.doubt(255) == "T is outside of the training's 260 to 350 K");
}

BOOST_AUTO_TEST_CASE(categories_that_no_row_has_are_refused) {
  RowInput input = solvent_input();
  BOOST_TEST(input.category("water") == 2);
  BOOST_TEST(input.doubt(1).empty());
  BOOST_CHECK_EXCEPTION(input.category("hexane"), InputError, says("solvent 'hexane'", "octanol, water"));
  BOOST_CHECK_EXCEPTION(input.category("Water"), InputError, says("solvent 'Water'"));
  BOOST_CHECK_EXCEPTION(input.doubt(0), InputError, says("'hexane'"));
  BOOST_CHECK_EXCEPTION(input.doubt(3), InputError, says("3 is no number of a category"));
  RowInput other = solvent_input();
  other.learn({0, 1});
  input.narrow(other);
  BOOST_CHECK_EXCEPTION(input.category("water"), InputError, says("none of the training's: octanol"));
}

BOOST_AUTO_TEST_CASE(columns_stand_behind_those_of_the_text) {
  const std::vector<RowInput> inputs{{.name = "cheap", .is_cheap = true}, {.name = "T"}, solvent_input()};
  features::Matrix rows{2, 1, {7, 8}};
  const std::vector<double> values{0.5, 300, 2, 0.6, 310, 1};
  append_given(rows, inputs, values);
  BOOST_TEST(rows.columns == 5U);
  BOOST_TEST(rows.values == (std::vector<float>{7, 300, 0, 0, 1, 8, 310, 0, 1, 0}), boost::test_tools::per_element());
  using enum features::ColumnKind;
  BOOST_TEST((given_kinds(inputs) == std::vector{given, category, category, category}));
  BOOST_TEST(cheap_values(inputs, values) == (std::vector<double>{0.5, 0.6}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_given_is_learned_and_kept_in_the_model) {
  const ConditionsCase files;
  const auto with = files.run("given: [T, solvent]");
  const auto without = files.run("seeds: [1]", "without");
  BOOST_TEST(ensemble_mae(with) < 0.2 * ensemble_mae(without));
  // Rows of one molecule differ by their conditions, which is no noise.
  BOOST_TEST(!with.contains("repeats"));
  BOOST_TEST(without.contains("repeats"));
  const TableModel model = read_table_model(files.path("run") / "model.h5");
  BOOST_REQUIRE(model.inputs.size() == 2U);
  BOOST_TEST(model.inputs[0].unit == "K");
  BOOST_TEST(model.inputs[0].low == 250);
  BOOST_TEST((model.inputs[1].known_names() == std::vector<std::string>{"octanol", "toluene", "water"}));
  BOOST_TEST(!model.needs_cheap());
  const auto version = [&](const char* name) {
    return data::Hdf5File(files.path(name) / "model.h5", data::Hdf5File::Mode::read)
        .integer_attribute("/", "format_version");
  };
  BOOST_TEST(version("run") == 3);
  BOOST_TEST(version("without") == 2);
  // The ratio of conditions as they were made: 10 K are 0.5, octanol to toluene is 3.
  std::vector<std::string> problems;
  auto rows = model.features.compute(std::vector<std::string>(3, test::chains(0, 1).index.texts[0]), problems);
  append_given(rows, model.inputs, std::vector<double>{290, 1, 300, 1, 300, 0});
  const auto values = model.properties.front().predict(rows, {}).value;
  BOOST_TEST(std::abs(values[1] - values[0] - 0.5) < 0.15);
  BOOST_TEST(std::abs(values[1] - values[2] - 3) < 0.5);
}

BOOST_AUTO_TEST_CASE(rows_without_a_value_are_left_out) {
  std::string table = conditions_table(60);
  const auto line = table.find('\n', table.find('\n') + 1) + 1;
  const std::string row = table.substr(line, table.find('\n', line) - line);
  table += row.substr(0, row.find(',')) + ",5,,water,1,mx\n" + row.substr(0, row.find(',')) + ",5,300,,1,my\n";
  const auto summary = ConditionsCase(table).run("given: [T, solvent]");
  BOOST_TEST(summary.at("rows") == 120);
  BOOST_TEST(summary.at("without_inputs") == 2);
}

BOOST_AUTO_TEST_CASE(equal_weights_change_no_bit_and_others_do) {
  const ConditionsCase equal(conditions_table(40));
  equal.run("weights: w", "weighted");
  equal.run("seeds: [1]", "plain");
  BOOST_TEST(equal.predictions("weighted") == equal.predictions("plain"));
  const ConditionsCase other(conditions_table(40, "30"));
  const auto ensemble = other.run("weights: w", "weighted").at("ensemble");
  // One row counts 30 times as much as each of 79 others.
  const auto table = data::CsvTable::read(other.path("weighted") / "predictions.csv");
  double sum = 0;
  double first = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const double error = std::abs(*text::to_double(table.field(i, table.column("error"))));
    sum += error;
    first = table.field(i, table.column("line")) == "2" ? error : first;
  }
  BOOST_TEST(ensemble.at("weighted_mae_none").get<double>() == (sum + 29 * first) / (80 + 29),
             boost::test_tools::tolerance(1e-4));
  BOOST_TEST(other.predictions("weighted") != equal.predictions("plain"));
}

BOOST_AUTO_TEST_CASE(weights_have_to_be_positive) {
  for (const char* wrong : {"0", "-2", ""}) {
    const ConditionsCase files(conditions_table(20, wrong));
    BOOST_CHECK_EXCEPTION(files.run("weights: w"), InputError,
                          says("w is the weight of rows", "no positive number in 1 of 40", "line 2"));
  }
}

BOOST_AUTO_TEST_CASE(columns_that_tell_nothing_are_refused) {
  const ConditionsCase files;
  BOOST_CHECK_EXCEPTION(files.run("given: w"), InputError, says("w is 1 in every one of 120 rows", "given"));
  BOOST_CHECK_EXCEPTION(files.run("given: name"), InputError,
                        says("name has 120 different texts in 120 rows", "names"));
}

BOOST_AUTO_TEST_CASE(a_column_has_one_use) {
  const ConditionsCase files;
  BOOST_CHECK_EXCEPTION(files.settings("given: y"), InputError, says("learn", "names 'y', which 'given' names, too"));
  BOOST_CHECK_EXCEPTION(files.settings("given: T\ncheap: T"), InputError, says("names 'T', which 'given'"));
  BOOST_CHECK_EXCEPTION(files.settings("given: T\nweights: T"), InputError, says("names 'T', which 'weights'"));
  BOOST_CHECK_EXCEPTION(files.settings("given: text"), InputError, says("given", "the column with the SMILES"));
  BOOST_CHECK_EXCEPTION(files.settings("given: pH"), InputError, says("given", "names 'pH'", "y, T, solvent"));
  BOOST_CHECK_EXCEPTION(files.settings("given: T", "mean"), InputError, says("given", "'table.duplicates: keep'"));
  BOOST_CHECK_EXCEPTION(files.settings("weights: solvent"), InputError, says("weights", "which holds classes"));
}

BOOST_AUTO_TEST_SUITE_END()
