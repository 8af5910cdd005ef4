#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "chem/fractions.h"
#include "data/csv.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "models/model_file.h"
#include "transfer/fit_case.h"
#include "transfer/table_model.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using test::FitCase;
using test::says;

BOOST_AUTO_TEST_SUITE(fit_rows)

BOOST_AUTO_TEST_CASE(a_share_of_the_rows_is_kept_back_for_the_final_model) {
  const FitCase files;
  const auto target = files.run(files.settings("learn: value\ntest: {fraction: 0.25}")).at("targets").at("value");
  BOOST_TEST(target.at("rows") == 60);
  BOOST_TEST(target.at("test").at("all").at("rows") == 20);
  BOOST_TEST(target.at("test").at("known_rows") == 0);
  BOOST_TEST(target.at("test").at("all").at("mae_eV").get<double>() < 0.3);
  const auto kept = data::CsvTable::read(files.path("run") / "test_predictions.csv");
  const auto learned = data::CsvTable::read(files.path("run") / "predictions.csv");
  BOOST_TEST(kept.rows() == 20U);
  std::set<std::string> lines;
  for (const auto* table : {&kept, &learned}) {
    for (std::size_t i = 0; i < table->rows(); ++i) {
      lines.emplace(table->field(i, table->column("line")));
    }
  }
  BOOST_TEST(lines.size() == 80U);
  BOOST_CHECK_EXCEPTION(files.settings("learn: value\ntest: {fraction: 1}"), InputError, says("fraction", "between"));
}

BOOST_AUTO_TEST_CASE(test_rows_of_known_substances_are_told_apart) {
  const FitCase files;
  const auto fresh = test::chains(300, 10);
  std::string table = "smiles,value_eV,half_eV,cheap_eV\n";
  for (std::size_t i = 0; i < 10; ++i) {
    table += fmt::format("CC{},{},,0\n", fresh.index.texts[i], fresh.index.targets[1].values[i]);
  }
  const auto known = test::chains(0, 5);
  for (std::size_t i = 0; i < 5; ++i) {
    table += fmt::format("{},{},,0\n", known.index.texts[i], known.index.targets[1].values[i]);
  }
  file::write_atomically(files.path("test.csv"), table);
  const auto summary = files.run(files.settings("learn: value\ntest: {file: " + files.path("test.csv").string() + "}"));
  const auto& result = summary.at("targets").at("value").at("test");
  BOOST_TEST(result.at("known_rows") == 5);
  BOOST_TEST(result.at("all").at("rows") == 15);
  BOOST_TEST(result.at("new").at("rows") == 10);
}

namespace {

/// Chains in solvents, each of which adds its own to the value; `large` says which have a high value.
std::string solvent_table(std::size_t first, std::size_t count, const std::vector<std::string>& solvents,
                          const std::string& prefix) {
  const auto rows = test::chains(first, count);
  std::string text = "smiles,y,solvent,large\n";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& solvent = solvents[(i / 9 + i / 3 + i) % solvents.size()];  // whatever the atoms
    const double shift = solvent == "octanol" ? 0 : solvent == "toluene" ? 5 : 10;
    const double value = rows.index.targets[1].values[i] + shift;
    text += fmt::format("{}{},{},{},{}\n", prefix, rows.index.texts[i], value, solvent, value > 8 ? "yes" : "no");
  }
  return text;
}

/// The test part of the summary of a fit whose test rows are of another table.
nlohmann::json tested(const std::string& target, const std::string& keys, const std::string& test_rows) {
  const test::TemporaryFolder folder;
  file::write_atomically(folder / "rows.csv", solvent_table(0, 90, {"water", "octanol", "toluene"}, ""));
  file::write_atomically(folder / "test.csv", test_rows);
  const auto document = config::Document::from_text(
      fmt::format("table: {{source: {}, kind: molecules, duplicates: keep, targets: [{{column: y}}, {{column: solvent, "
                  "values: classes}}, {{column: large, values: classes}}]}}\nlearn: {}\n"
                  "features: [{{kind: morgan, radius: 1, bits: 128}}]\nlearners: {{ridge: {{}}}}\nfolds: 3\n"
                  "inner_folds: 2\nlearning_curve: false\ntest: {{file: {}}}\n{}\n",
                  (folder / "rows.csv").string(), target, (folder / "test.csv").string(), keys),
      "fit.yaml");
  const auto settings = config::read<FitSettings>(document.root());
  document.finish();
  parallel::StopHandler stop;
  BOOST_TEST(run_fit(parallel::Communicator::self(), settings, folder / "run", stop));
  return nlohmann::json::parse(file::read(folder / "run" / "summary.json")).at("targets").at(target).at("test");
}

}  // namespace

/// A table numbers its own classes and categories; one that names fewer of them numbers these in another way.
BOOST_AUTO_TEST_CASE(test_rows_mean_the_categories_of_the_table) {
  const auto test = tested("y", "given: solvent", solvent_table(300, 10, {"water"}, "CC"));
  BOOST_TEST(test.at("all").at("rows") == 10);
  BOOST_TEST(test.at("all").at("mae_none").get<double>() < 4);  // octanol would be off by 10
  const auto unknown = tested("y", "given: solvent", solvent_table(300, 10, {"water", "hexane"}, "CC"));
  BOOST_TEST(unknown.at("all").at("rows") == 6);  // nothing is known of hexane
}

BOOST_AUTO_TEST_CASE(test_rows_mean_the_classes_of_the_table) {
  const auto test = tested("large", "given: solvent", solvent_table(300, 10, {"water"}, "CC"));
  BOOST_TEST(test.at("all").at("brier").get<double>() < 0.2);  // all are large, the second class
  std::string other = solvent_table(300, 10, {"water"}, "CC");
  other.replace(other.rfind("yes"), 3, "perhaps");
  BOOST_CHECK_EXCEPTION(tested("large", "given: solvent", other), InputError, says("'perhaps'", "large", "no, yes"));
}

BOOST_AUTO_TEST_CASE(the_error_falls_with_the_rows) {
  const FitCase files;
  const auto curve = files.run(files.settings()).at("targets").at("value").at("learning_curve");
  BOOST_REQUIRE(curve.at("points").size() == 3U);
  BOOST_TEST(curve.at("points")[0].at("share") == 0.25);
  BOOST_TEST(curve.at("points")[0].at("mae_eV").get<double>() > curve.at("points")[2].at("mae_eV").get<double>());
  BOOST_TEST(curve.at("exponent").get<double>() > 0);
  const auto without = files.run(files.settings("learn: value\nlearning_curve: false")).at("targets").at("value");
  BOOST_TEST(!without.contains("learning_curve"));
}

BOOST_AUTO_TEST_CASE(a_pretrained_model_is_fine_tuned_in_each_fold) {
  const test::TemporaryFolder folder;
  models::ModelFile start;
  start.description = models::describe(models::composition_net(), models::DenseSettings{{8}});
  start.description.features.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
  start.description.seen.assign(chem::kElementFeatures, 1);
  start.description.heads = {{"a", "energy", "eV", {}}};
  const auto model = models::make_model(start.description);
  linalg::Buffer<float> weights(model->layout().size());
  model->layout().initialize(weights.data(), 3);
  start.members.push_back(std::move(weights));
  start.trained_on = data::KnownGroups(std::vector<std::uint64_t>{data::group_hash("LiO")});
  models::write_model(folder / "start.h5", start);
  std::string table = "formula,y\n";
  int count = 0;
  for (const char* metal : {"Li", "Na", "K", "Rb", "Mg", "Ca", "Al", "Ti", "Fe", "Og"}) {
    for (const char* other : {"O", "S", "Cl", "F2"}) {
      table += fmt::format("{}{},{}\n", metal, other, ++count % 7);
    }
  }
  file::write_atomically(folder / "rows.csv", table);
  const auto document =
      config::Document::from_text(fmt::format(R"(
table: {{source: {}, kind: compositions, formula_column: formula, duplicates: keep, targets: [{{column: y}}]}}
learn: y
features: [{{kind: element_statistics}}]
learners: {{fine_tune: {{model: {}, training: {{epochs: 2}}}}, ridge: {{}}}}
folds: 3
inner_folds: 2
learning_curve: false
)",
                                              (folder / "rows.csv").string(), (folder / "start.h5").string()),
                                  "fit.yaml");
  const auto settings = config::read<FitSettings>(document.root());
  document.finish();
  parallel::StopHandler stop;
  BOOST_TEST(run_fit(parallel::Communicator::self(), settings, folder / "run", stop));
  const auto target = nlohmann::json::parse(file::read(folder / "run" / "summary.json")).at("targets").at("y");
  BOOST_TEST(target.at("learners").contains("fine_tune"));
  BOOST_TEST(target.at("rows") == 36);  // the table of elements ends before Og
}

BOOST_AUTO_TEST_SUITE_END()
