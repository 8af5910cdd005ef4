#include "app/input_rows.h"

#include <boost/test/unit_test.hpp>

#include "app/model_files.h"
#include "base/error.h"
#include "base/text.h"
#include "models/fingerprint_net/fingerprint_net.h"

using namespace epitaxy;
using namespace epitaxy::app;
using test::says;

BOOST_AUTO_TEST_SUITE(input_rows)

// The features of the model are ( ) C O.
BOOST_AUTO_TEST_CASE(texts_are_prepared_and_read_with_a_note) {
  models::ModelDescription description = test::small_model();
  description.seen = {1, 1, 1, 0};
  const TextReader reader(description, "model.h5");
  models::RowBlock rows;
  const RowNote ethane = reader.read("C[CH3]", rows);
  BOOST_TEST(ethane.readable);
  BOOST_TEST(ethane.text == "CC");
  BOOST_TEST(ethane.warning.empty());
  const RowNote ethanol = reader.read("OCC", rows);
  BOOST_TEST(ethanol.readable);
  BOOST_TEST(ethanol.text == "CCO");
  BOOST_TEST(ethanol.told("predicted") == "never seen in training: O");
  for (const char* text : {"C1CC", "CF", "CCCCCCCC", ""}) {
    const RowNote note = reader.read(text, rows);
    BOOST_TEST(!note.readable);
    BOOST_TEST(note.text.empty());
    BOOST_TEST(note.told("predicted").starts_with("not predicted: "));
    BOOST_TEST(note.warning.size() > 5u);
  }
  BOOST_REQUIRE(rows.rows() == 6u);
  const auto ids = rows.row<models::TokenId>(1);
  BOOST_TEST((std::vector<models::TokenId>(ids.begin(), ids.end()) == std::vector<models::TokenId>{3, 3, 4, 0}));
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(rows.is_absent(i) == (i >= 2));
  }
}

// Molecules have rules, compositions have none.
BOOST_AUTO_TEST_CASE(a_model_without_preparation_reads_formulas_alone) {
  models::ModelDescription molecules = test::small_model();
  molecules.preparation.reset();
  BOOST_CHECK_EXCEPTION((TextReader{molecules, "model.h5"}), InputError,
                        says("model.h5: does not say how its molecules were prepared"));
  models::ModelDescription formulas = models::describe(models::composition_net());
  models::composition_net().fit(formulas, {});
  formulas.seen.assign(formulas.features.size(), 1);
  models::RowBlock rows;
  const RowNote note = TextReader(formulas, "model.h5").read("Fe2O3", rows);
  BOOST_TEST(note.readable);
  BOOST_TEST(note.warning.empty());
  BOOST_TEST(rows.row<float>(0).size() == 86u);
}

BOOST_AUTO_TEST_CASE(a_fingerprint_net_predicts_a_table) {
  test::ModelFiles files;
  const auto heads = files.description.heads;
  models::FingerprintSettings settings;
  settings.blocks.resize(1);
  settings.blocks[0].morgan = {0, 64, true};
  settings.dense.widths = {6, 4};
  files.description = models::describe(models::fingerprint_net(), settings);
  const models::Kind& kind = models::fingerprint_net();
  kind.fit(files.description, {});
  files.description.heads = heads;
  files.description.preparation = data::Preparation{chem::molecules().default_rules(), "smiles", {}};
  files.description.seen.assign(64, 0);
  const auto reader = kind.reader(files.description);
  models::RowBlock training;
  for (const char* smiles : {"CCO", "C"}) {
    reader->read(smiles, training);
  }
  kind.complete(files.description, reader->sums(training));

  const data::CsvTable table = files.predict({1}, "dipole");
  models::RowBlock rows;
  for (const char* smiles : {"CCO", "C", "CC(C)O"}) {
    reader->read(smiles, rows);
  }
  const auto model = models::make_model(files.description);
  const auto executor =
      model->executor({.rows = 3, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  const auto weights = files.weights(1);
  executor->load(weights.data());
  std::vector<float> predictions(9);
  executor->predict(rows, predictions.data());
  for (std::size_t row = 0; row < 3; ++row) {
    const double expected = heads[2].standardizer.backward(static_cast<double>(predictions[3 * row + 2]));
    const auto written = text::to_double(table.field(row, table.column("mu_D")));
    BOOST_REQUIRE(written.has_value());
    BOOST_TEST(std::abs(*written - expected) < 1e-4);
  }
  BOOST_TEST(table.field(0, table.column("warning")).empty());
  BOOST_TEST(table.field(1, table.column("warning")).empty());
  // The carbon atom with three neighbours.
  BOOST_TEST(std::string(table.field(2, table.column("warning"))).starts_with("1 fragment"));
}

BOOST_AUTO_TEST_SUITE_END()
