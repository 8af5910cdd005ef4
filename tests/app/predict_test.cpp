#include "app/predict.h"

#include <boost/test/unit_test.hpp>

#include "app/encode.h"
#include "app/model_files.h"
#include "base/error.h"
#include "epitaxy/latent_space.h"
#include "epitaxy/predictor.h"

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

BOOST_AUTO_TEST_SUITE_END()
