#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/file.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"
#include "epitaxy/predictor.h"
#include "transfer/fit.h"

using namespace epitaxy;
using test::says;

namespace {

/// A model of y = carbons + T / 10 (+ 5 in octanol).
std::filesystem::path given_model(const std::filesystem::path& folder) {
  std::string table = "smiles,y,T,solvent\n";
  for (int i = 0; i < 40; ++i) {
    const int carbons = 2 + i / 2;
    const int temperature = 20 + i * 7 % 30;
    const bool octanol = i % 3 == 0;
    table += fmt::format("{},{},{},{}\n", std::string(static_cast<std::size_t>(carbons), 'C'),
                         carbons + temperature / 10.0 + (octanol ? 5 : 0), temperature, octanol ? "octanol" : "water");
  }
  file::write_atomically(folder / "rows.csv", table);
  const auto document = config::Document::from_text(fmt::format(R"(
table:
  source: {}
  kind: molecules
  duplicates: keep
  targets: [{{column: y}}, {{column: T}}, {{column: solvent, values: classes}}]
given: [T, solvent]
features: [{{kind: descriptors}}]
learners: {{ridge: {{penalty: 0.001}}}}
folds: 3
inner_folds: 3
)",
                                                                (folder / "rows.csv").string()),
                                                    "fit.yaml");
  const auto settings = config::read<transfer::FitSettings>(document.root());
  parallel::StopHandler stop;
  BOOST_TEST(transfer::run_fit(parallel::Communicator::self(), settings, folder, stop));
  return folder / "model.h5";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_values)

BOOST_AUTO_TEST_CASE(a_program_learns_what_rows_need) {
  const test::TemporaryFolder folder;
  const Predictor predictor(given_model(folder / ""));
  const auto& needed = predictor.needed_values();
  BOOST_REQUIRE(needed.size() == 2U);
  BOOST_TEST(needed[0].name == "T");
  BOOST_TEST(needed[0].categories.empty());
  BOOST_TEST((needed[1].categories == std::vector<std::string>{"octanol", "water"}));
  const std::vector<std::string> texts(5, "CCCCC");
  const auto rows = predictor.predict(texts, std::vector<double>{30, 1, 30, 0, 90, 1, std::nan(""), 1, 30, 2});
  BOOST_TEST(rows[0].readable());
  BOOST_TEST(rows[1].values.at(0).value - rows[0].values.at(0).value == 5, boost::test_tools::tolerance(0.1));
  BOOST_TEST(says("T is outside of the training's")(InputError(rows[2].warning)));
  BOOST_TEST(rows[2].readable());
  BOOST_TEST(rows[3].warning == "no value of T");
  BOOST_TEST(!rows[3].readable());
  BOOST_TEST(!rows[4].readable());
  BOOST_CHECK_EXCEPTION(predictor.predict(texts), InputError, says("5 rows need 2 values each, but 0 are given"));
}

BOOST_AUTO_TEST_SUITE_END()
