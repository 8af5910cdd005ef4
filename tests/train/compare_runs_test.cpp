#include "train/compare_runs.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::train;
using config::Document;
using Json = nlohmann::ordered_json;
using test::says;

namespace {

/// Two finished runs, `one` and `two`, and an unfinished one.
struct Runs {
  Runs() {
    for (const char* name : {"one", "two", "unfinished"}) {
      std::filesystem::create_directory(folder / name);
    }
    folder.write("one/summary.json", R"({"stage": "pretrain", "epochs": 5, "validation":
        {"gap": {"mae_eV": 0.25, "r2": null}, "by.dot": {"x.y": 3}, "list": [1, 2]}})");
    folder.write("two/summary.json", R"({"stage": "finetune", "epochs": 7, "validation":
        {"gap": {"mae_eV": 0.125, "r2": 0.5}, "by.dot": {"x.y": 4}, "list": [1, 2]}})");
  }

  CompareSettings settings(const std::vector<std::string>& values) const {
    return {{{"first", folder / "one"}, {"second, better", folder / "two"}}, values};
  }

  test::TemporaryFolder folder;
};

CompareSettings read(const std::string& text) {
  const Document document = Document::from_text(text, "x.yaml");
  const auto settings = config::read<CompareSettings>(document.root());
  document.finish();
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare_runs_test)

BOOST_AUTO_TEST_CASE(paths_lead_to_the_values_of_each_run) {
  const Runs runs;
  const auto values = compare_runs(
      runs.settings({"validation.gap.mae_eV", "epochs", "validation.gap.r2", "stage", "validation.by.dot.x.y"}));
  BOOST_REQUIRE(values.size() == 2u);
  BOOST_TEST((values[0] == std::vector<Json>{0.25, 5, nullptr, "pretrain", 3}));
  BOOST_TEST((values[1] == std::vector<Json>{0.125, 7, 0.5, "finetune", 4}));
}

BOOST_AUTO_TEST_CASE(the_table_is_written_for_scripts) {
  const Runs runs;
  const test::TemporaryFolder output;
  parallel::StopHandler stop;
  run_compare(parallel::Communicator::self(), runs.settings({"validation.gap.r2", "stage"}), output.path(), stop);
  BOOST_TEST(test::read_file(output / "comparison.csv") ==
             "run,validation.gap.r2,stage\nfirst,,pretrain\n\"second, better\",0.5,finetune\n");
  const Json summary = Json::parse(test::read_file(output / "summary.json"));
  BOOST_TEST(summary["stage"] == "compare");
  BOOST_TEST(summary["runs"]["first"]["validation.gap.r2"].is_null());
  BOOST_TEST(summary["runs"]["second, better"]["validation.gap.r2"] == 0.5);
}

BOOST_AUTO_TEST_CASE(paths_that_lead_nowhere_name_the_nearest_key) {
  const Runs runs;
  const auto error = [&](const std::string& path, auto... parts) {
    BOOST_CHECK_EXCEPTION(compare_runs(runs.settings({path})), InputError,
                          says((runs.folder / "one/summary.json").string().c_str(), parts...));
  };
  error("validation.gap.mae_ev", "has no 'validation.gap.mae_ev' (did you mean 'validation.gap.mae_eV'?)",
        "the keys of 'validation.gap' are mae_eV, r2");
  error("valdation.gap.mae_eV", "has no 'valdation.gap.mae_eV' (did you mean 'validation'?)",
        "its keys are stage, epochs, validation");
  error("epochs.best", "'epochs' holds no further keys");
  error("validation.gap", "'validation.gap' is no single value: add one of its keys, mae_eV, r2");
  error("validation.list", "'validation.list' is a list");
}

BOOST_AUTO_TEST_CASE(runs_that_have_not_ended_are_named) {
  const Runs runs;
  CompareSettings settings = runs.settings({"epochs"});
  settings.runs[1].folder = runs.folder / "unfinished";
  BOOST_CHECK_EXCEPTION(compare_runs(settings), InputError,
                        says("unfinished/summary.json", "let the run in this folder end first"));
  settings.runs[1].folder = runs.folder / "nowhere";
  BOOST_CHECK_EXCEPTION(compare_runs(settings), InputError, says("nowhere/summary.json", "the run has no such folder"));
  runs.folder.write("unfinished/summary.json", "{\"epochs\": ");
  settings.runs[1].folder = runs.folder / "unfinished";
  BOOST_CHECK_EXCEPTION(compare_runs(settings), InputError, says("unfinished/summary.json", "is no summary of a run"));
}

BOOST_AUTO_TEST_CASE(settings_are_checked) {
  const CompareSettings settings = read("runs: [{name: a, folder: x/a}]\nvalues: [epochs, validation.gap.r2]\n");
  BOOST_TEST(settings.runs.front().name == "a");
  BOOST_TEST(settings.runs.front().folder == std::filesystem::path("x/a"));
  BOOST_TEST(settings.values.size() == 2u);
  BOOST_CHECK_EXCEPTION(read("values: epochs\n"), InputError, says("'runs': must list at least one run"));
  BOOST_CHECK_EXCEPTION(read("runs: {name: a, folder: x}\n"), InputError, says("'values' is missing"));
  BOOST_CHECK_EXCEPTION(read("runs: {name: a, folder: x}\nvalues: []\n"), InputError,
                        says("'values': must name at least one value"));
  BOOST_CHECK_EXCEPTION(
      read("runs:\n  - {name: a, folder: x}\n  - {name: a, folder: y}\nvalues: [e, e]\n"), InputError,
      says("x.yaml:3: 'runs.1.name': is the name of an earlier run too", "x.yaml:4: 'values': names a value twice"));
}

BOOST_AUTO_TEST_SUITE_END()
