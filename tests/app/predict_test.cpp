#include "app/predict.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "app/decode.h"
#include "app/encode.h"
#include "app/model_files.h"
#include "base/error.h"
#include "base/text.h"
#include "epitaxy/latent_space.h"
#include "epitaxy/predictor.h"
#include "transfer/ensemble_intervals.h"

using namespace epitaxy;

namespace {

/// The molecules that a model of these rules reads for some texts; empty where it reads none.
std::vector<std::string> read_as(const chem::Rules& rules, const std::vector<std::string>& texts) {
  test::ModelFiles files;
  files.description.features = {"(", ")", "=", "C", "O", "[CH2]", "[CH]"};
  files.description.seen.assign(7, 1);
  files.description.preparation->rules = rules;
  const LatentSpace space(files.model({1}));
  std::vector<std::string> smiles;
  for (const EncodedMolecule& molecule : space.encode(texts)) {
    smiles.push_back(molecule.readable() ? molecule.smiles : "");
  }
  return smiles;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(predict)

BOOST_AUTO_TEST_CASE(molecules_are_prepared_as_in_the_training) {
  const std::vector<std::string> texts{"C[CH][CH]C", "CCO.C", "C[CH2]"};
  BOOST_TEST((read_as({}, texts) == std::vector<std::string>{"CC=CC", "", ""}));
  BOOST_TEST((read_as({{"radicals", "keep"}, {"fragments", "largest"}}, texts) ==
              std::vector<std::string>{"C[CH][CH]C", "CCO", "[CH2]C"}));
}

BOOST_AUTO_TEST_CASE(a_model_of_molecules_has_to_say_how_they_were_prepared) {
  test::ModelFiles files;
  files.description.preparation.reset();
  const auto model = files.model({1});
  const auto refused = test::says("model.h5: does not say how its molecules were prepared");
  BOOST_CHECK_EXCEPTION(files.predict({1}), InputError, refused);
  BOOST_CHECK_EXCEPTION(Predictor{model}, InputError, refused);
  const auto self = parallel::Communicator::self();
  BOOST_CHECK_EXCEPTION(app::encode(self, {model, files.path("in.csv"), files.path("latent.h5")}), InputError, refused);
  const LatentSpace space(model);
  BOOST_TEST(space.decode(std::vector<float>{0, 0, 0}).size() == 1U);
  BOOST_CHECK_EXCEPTION(space.encode(std::vector<std::string>{"C"}), InputError, refused);
}

BOOST_AUTO_TEST_CASE(texts_are_read_from_the_column_of_the_source) {
  test::ModelFiles files;
  files.description.preparation->column = "structure";
  const auto expected = files.predict({1});
  files.folder.write("in.csv", "structure,smiles\nCCO,C\nC,C\nOC(C)C,C\n");
  const auto predicted = files.predict({1});
  for (std::size_t row = 0; row < 3; ++row) {
    BOOST_TEST(predicted.field(row, predicted.column("mu_D")) == expected.field(row, expected.column("mu_D")));
  }
}

BOOST_AUTO_TEST_CASE(results_replace_neither_model_nor_input_and_have_the_ending_of_their_format) {
  test::ModelFiles files;
  const auto self = parallel::Communicator::self();
  const auto model = files.model({1});
  const auto input = files.path("in.csv");
  const auto refused = [&](const std::string& output, const char* why) {
    const auto told = test::says(output.c_str(), why);
    BOOST_CHECK_EXCEPTION(app::predict(self, {model, input, files.path(output), "", ""}), InputError, told);
    BOOST_CHECK_EXCEPTION(app::decode(self, {model, input, files.path(output), {}}), InputError, told);
    BOOST_CHECK_EXCEPTION(app::encode(self, {model, input, files.path(output), ""}), InputError, told);
  };
  const std::string before = test::read_file(model);
  refused("model.h5", "would replace what is read");
  refused("in.csv", "would replace what is read");
  refused("out.csv.gz", "does not fit the ending .gz");
  refused("out.XLSX", "does not fit the ending .xlsx");
  BOOST_CHECK_EXCEPTION(app::predict(self, {model, input, files.path("out.h5"), "", ""}), InputError,
                        test::says("out.h5", "does not fit the ending .h5"));
  BOOST_TEST((test::read_file(model) == before));
  BOOST_TEST(test::read_file(input).starts_with("smiles\nCCO"));
  BOOST_CHECK_NO_THROW(app::predict(self, {model, input, files.path("out.txt"), "", ""}));
  BOOST_CHECK_NO_THROW(app::encode(self, {model, input, files.path("out.h5"), ""}));
}

BOOST_AUTO_TEST_CASE(logarithms_that_the_import_took_are_undone, *boost::unit_test::tolerance(1e-9)) {
  const auto numbers = [](const data::CsvTable& table, const std::string& column) {
    std::vector<double> values;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      values.push_back(text::to_double(table.field(row, table.column(column))).value_or(std::nan("")));
    }
    return values;
  };
  test::ModelFiles files;
  files.description.heads.back().unit = "ln(D)";
  const std::vector<double> first = numbers(files.predict({1}, "dipole"), "mu_D");
  const std::vector<double> second = numbers(files.predict({2}, "dipole"), "mu_D");
  files.description.preparation->columns = {{"mu_D", "dipole", "D", "ln(D)"}};
  const std::vector<double> alone = numbers(files.predict({1}, "dipole"), "mu_D");
  const data::CsvTable both = files.predict({1, 2}, "dipole");
  for (std::size_t row = 0; row < 3; ++row) {
    const double a = std::exp(first[row]);
    const double b = std::exp(second[row]);
    BOOST_TEST(alone[row] == a);
    BOOST_TEST(numbers(both, "mu_D")[row] == (a + b) / 2);
    BOOST_TEST(numbers(both, "mu_D_std")[row] == std::abs(a - b) / std::sqrt(2));
  }
  BOOST_TEST(Predictor(files.model({1})).properties().back().unit == "D");
}

BOOST_AUTO_TEST_CASE(intervals_are_of_one_head_and_in_the_source_s_unit, *boost::unit_test::tolerance(1e-9)) {
  test::ModelFiles files;
  files.description.heads.back().unit = "-log10(D)";
  files.description.preparation->columns = {{"mu_D", "dipole", "D", "-log10(D)"}};
  models::ModelFile model{files.description, {}, {}};
  for (const std::uint32_t seed : {1U, 2U}) {
    model.members.push_back(files.weights(seed));
  }
  const transfer::EnsembleIntervals intervals{0.5, {0, 1}, {0.1, -0.2, 0.3}, {0, 0, 0}, {0, 1, 1}};
  models::write_model(files.path("with.h5"), model, [&](data::Hdf5File& file) { intervals.write(file, "dipole"); });
  const auto self = parallel::Communicator::self();
  app::predict(self, {files.path("with.h5"), files.path("in.csv"), files.path("out.csv"), "", ""});
  const auto table = data::CsvTable::read(files.path("out.csv"));
  BOOST_TEST(text::join(table.columns(), " ") ==
             "smiles gap_eV_gap gap_eV_gap_std gap_eV_cheap gap_eV_cheap_std mu_D mu_D_std mu_D_low mu_D_high warning");
  const auto number = [](const data::CsvTable& of, std::size_t row, const std::string& column) {
    return text::to_double(of.field(row, of.column(column))).value();
  };
  const auto first = files.predict({1}, "dipole");
  const auto second = files.predict({2}, "dipole");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto interval = intervals.of(
        std::vector<double>{-std::log10(number(first, row, "mu_D")), -std::log10(number(second, row, "mu_D"))});
    BOOST_TEST(number(table, row, "mu_D_low") == std::pow(10, -interval.high));
    BOOST_TEST(number(table, row, "mu_D_high") == std::pow(10, -interval.low));
  }
  app::predict(self, {files.path("with.h5"), files.path("in.csv"), files.path("out.csv"), "", "cheap"});
  BOOST_TEST(text::join(data::CsvTable::read(files.path("out.csv")).columns(), " ") ==
             "smiles gap_eV gap_eV_std warning");
}

BOOST_AUTO_TEST_SUITE_END()
