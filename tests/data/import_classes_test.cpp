#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/import.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::parallel::Communicator;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

/// A folder with a source of the given text, whose column `phase` names classes.
struct Source {
  explicit Source(std::string_view text) {
    settings.source = folder.write("source.csv", text);
    settings.targets = {{"phase", "phase", Values::classes}};
    settings.missing_allowed = true;
    settings.max_rejected = 1;
  }
  ImportResult import() const { return import_source(Communicator::self(), settings); }
  Target phase() const { return import().dataset.index.targets[0]; }

  TemporaryFolder folder;
  ImportSettings settings;
};

ImportSettings read_settings(const std::string& target) {
  auto document = config::Document::from_text("source: a.csv\ntargets: " + target + "\n", "import.yaml");
  const ImportSettings settings = config::read<ImportSettings>(document.root());
  document.finish();
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import_classes)

BOOST_AUTO_TEST_CASE(classes_are_stored_by_name) {
  const Target phase = Source("formula,phase\nFeO,wurtzite\nMgO, 3C \nCaO,\nSrO,wurtzite\n").phase();
  BOOST_TEST(phase.unit == "class");
  BOOST_TEST(phase.classes == (Texts{"3C", "wurtzite"}));
  BOOST_TEST(phase.values[0] == 1.0);
  BOOST_TEST(phase.values[1] == 0.0);
  BOOST_TEST(std::isnan(phase.values[2]));
  BOOST_TEST(phase.values[3] == 1.0);
}

BOOST_AUTO_TEST_CASE(only_classes_of_rows_that_are_kept_count) {
  Source source("formula,phase,energy\nFeO,b,1\nMgO,a,high\nCaO,c,2\n");
  source.settings.targets.push_back({"energy", "energy"});
  BOOST_TEST(source.phase().classes == (Texts{"b", "c"}));
}

BOOST_AUTO_TEST_CASE(missing_classes_are_rejected_on_demand) {
  Source source("formula,phase\nFeO,a\nMgO,\n");
  source.settings.missing_allowed = false;
  const ImportResult result = source.import();
  BOOST_TEST(result.dataset.index.rows == 1U);
  BOOST_TEST(result.rejected[0].reason == "'phase' is missing");
}

BOOST_AUTO_TEST_CASE(duplicates_take_the_most_frequent_class) {
  // FeO: twice b, once a; MgO: a and c; CaO: nothing, then d; SrO: c and b alike.
  Source source(
      "formula,phase\nFeO,a\nMgO,c\nCaO,\nFeO,b\nFe2O2,b\nSrO,c\nMgO,a\nCaO,d\nSrO,b\nSrO,c\nSrO,b\nBaO,\nBaO,\n");
  source.settings.duplicates = Duplicates::mean;
  const ImportResult result = source.import();
  const Target& phase = result.dataset.index.targets[0];
  BOOST_TEST(result.merged == 8U);
  BOOST_TEST(phase.classes == (Texts{"a", "b", "d"}));
  BOOST_TEST(phase.values[0] == 1.0);
  BOOST_TEST(phase.values[1] == 0.0);
  BOOST_TEST(phase.values[2] == 2.0);
  BOOST_TEST(phase.values[3] == 1.0);
  BOOST_TEST(std::isnan(phase.values[4]));
}

BOOST_AUTO_TEST_CASE(classes_and_numbers_are_merged_side_by_side) {
  Source source("formula,phase,energy\nFeO,a,1\nFeO,b,2\nFeO,b,6\n");
  source.settings.targets.push_back({"energy", "energy"});
  source.settings.duplicates = Duplicates::mean;
  const ImportResult result = source.import();
  BOOST_TEST(result.dataset.index.targets[0].classes == Texts{"b"});
  BOOST_TEST(result.dataset.index.targets[1].values == std::vector<double>{3});
}

BOOST_AUTO_TEST_CASE(what_is_no_class_is_an_error) {
  const std::string longest(200, 'x');
  BOOST_TEST(Source("formula,phase\nFeO," + longest + "\n").phase().classes == Texts{longest});
  BOOST_CHECK_EXCEPTION(Source("formula,phase\nMgO,a\nFeO,x" + longest + "\n").import(), InputError,
                        says("source.csv: line 3", "column 'phase'", "more than 200 characters"));
  const auto many = [](int classes) {
    std::string text = "formula,phase\n";
    for (int i = 0; i < classes; ++i) {
      text += fmt::format("FeO,{}\n", i);
    }
    return text;
  };
  BOOST_TEST(Source(many(1000)).phase().classes.size() == 1000U);
  BOOST_CHECK_EXCEPTION(Source(many(1001)).import(), InputError,
                        says("column 'phase'", "names 1001 classes, more than 1000"));
}

BOOST_AUTO_TEST_CASE(the_lowest_of_classes_is_none) {
  Source source("formula,phase\nFeO,a\n");
  source.settings.duplicates = Duplicates::lowest;
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("lowest first target", "names classes"));
}

BOOST_AUTO_TEST_CASE(files_of_a_run) {
  const Source source("formula,phase\nFeO,b\nMgO,a\nCaO,b\nSrO,\n");
  parallel::StopHandler stop;
  run_import(Communicator::self(), source.settings, source.folder.path(), stop);
  const auto summary = nlohmann::json::parse(test::read_file(source.folder / "summary.json"));
  BOOST_TEST((summary["targets"]["phase"]["classes"] == nlohmann::json{{"a", 1}, {"b", 2}}));
  BOOST_TEST(summary["targets"]["phase"]["count"] == 3);
  BOOST_TEST(!summary["targets"]["phase"].contains("mean"));
  const DatasetIndex index = read_index(source.folder / "dataset.h5");
  BOOST_TEST(index.target("phase").classes == (Texts{"a", "b"}));
  BOOST_TEST(index.target("phase").values[0] == 1.0);
  const std::vector<SourceColumn> columns{{"phase", "phase", "class", "class"}};
  BOOST_REQUIRE(index.preparation.has_value());
  BOOST_TEST((index.preparation->columns == columns));
}

BOOST_AUTO_TEST_CASE(settings_from_yaml) {
  const ImportSettings settings = read_settings("{column: p, name: phase, values: classes}");
  BOOST_TEST((settings.targets[0].values == Values::classes));
  BOOST_TEST(settings.targets[0].to == "class");
  BOOST_TEST((read_settings("{column: p}").targets[0].values == Values::numbers));
  for (const std::string key : {"unit: eV", "to: eV", "range: [0, 1]"}) {
    BOOST_CHECK_EXCEPTION(read_settings("{column: p, values: classes, " + key + "}"), InputError,
                          says(key.substr(0, key.find(':')), "is a key of 'values: numbers' alone"));
  }
  BOOST_CHECK_EXCEPTION(read_settings("{column: p, values: words}"), InputError, says("numbers, classes", "'words'"));
}

BOOST_AUTO_TEST_SUITE_END()
