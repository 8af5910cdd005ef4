#include "models/model.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_vae.h"

using namespace epitaxy;
using namespace epitaxy::models;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

ModelDescription description() {
  ModelDescription d = describe(composition_net(), DenseSettings{{4, 3}, true, 0.1});
  d.features = {"H", "O"};
  d.seen = {5, 7};
  d.heads = {{"oqmd", "formation_energy", "eV/atom", {-0.1, 0.3}}, {"experiment", "enthalpy", "kJ/mol", {1.0 / 3, 2}}};
  return d;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model_test)

BOOST_AUTO_TEST_CASE(standardizing_by_hand) {
  const Standardizer s = Standardizer::fit({1, kNone, 3, 5, 7});
  BOOST_TEST(s.mean == 4.0);
  BOOST_TEST(s.scale == std::sqrt(5.0), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(s.forward(4 + std::sqrt(5.0)) == 1.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(s.backward(s.forward(-17.5)) == -17.5, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_column_without_values_is_left_as_it_is) {
  for (const std::vector<double>& values : {std::vector<double>{}, std::vector<double>{kNone, kNone}}) {
    const Standardizer s = Standardizer::fit(values);
    BOOST_TEST(s.mean == 0.0);
    BOOST_TEST(s.scale == 1.0);
  }
}

// The sum of three times 0.1, divided by three, is not 0.1: rounding must not pass for a spread.
BOOST_AUTO_TEST_CASE(labels_whose_squares_cannot_be_computed_are_refused) {
  for (const double size : {1e-200, 1e200, 1e308}) {
    BOOST_CHECK_EXCEPTION(Standardizer::fit({-size, size}), InputError, [](const InputError& error) {
      return std::string(error.what()).starts_with("labels from -1e");
    });
  }
  BOOST_TEST(Standardizer::fit({-1e150, 1e150}).scale == 1e150, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_constant_column_has_scale_one) {
  for (const double value : {0.1, -2.7, 1e6 / 3, 0.0}) {
    for (const std::size_t count : {1, 3, 7, 1000}) {
      const Standardizer s = Standardizer::fit(std::vector<double>(count, value));
      BOOST_TEST(s.scale == 1.0);
      BOOST_TEST(s.forward(value) == 0.0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_molecule_model_comes_back_from_its_json) {
  MoleculeVaeSettings s;
  s.representation = "selfies";
  s.length = 12;
  s.convolutions = {{5, 3}, {4, 2}};
  s.dense = 10;
  s.latent = 4;
  s.cells = 6;
  s.layers = 2;
  s.decoder_input = DecoderInput::nothing;
  s.token_dropout = 0.1;
  s.free_bits = 0.2;
  s.head_hidden = 7;
  s.spellings = 3;
  ModelDescription d = describe(molecule_vae(), s);
  d.features = {"[C]", "[O]"};
  d.seen = {3, 1};
  d.heads = {{"gap", "gap_eV", "eV", {5, 2}, 4.0}, {"dipole", "mu_D", "D", {}}};
  d.preparation = data::Preparation{
      {{"stereo", "keep"}, {"radicals", "keep"}, {"fragments", "reject"}}, "SMILES", {{"gap_eV", "gap", "Ha", "eV"}}};
  const auto back = ModelDescription::from_json(d.to_json());
  BOOST_TEST(back.to_json() == d.to_json());
  BOOST_TEST(back.kind == &molecule_vae());
  BOOST_TEST(back.as<MoleculeVaeSettings>().length == 12u);
  BOOST_TEST(back.heads[0].weight == 4.0);
  BOOST_REQUIRE(back.preparation.has_value());
  BOOST_TEST((*back.preparation == *d.preparation));
  const auto model = make_model(back);
  BOOST_TEST(model->layout().find("heads.hidden.weight").size == 4u * 7u);
  BOOST_TEST(model->layout().find("decoder.output.weight").size == 6u * 3u);
  BOOST_CHECK_NO_THROW(molecule_model(*model, "here"));
  BOOST_CHECK_EXCEPTION(molecule_model(*make_model(description()), "there.h5"), InputError, [](const auto& error) {
    return std::string(error.what()).find("there.h5") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_description_comes_back_from_its_json) {
  const ModelDescription d = description();
  const ModelDescription back = ModelDescription::from_json(d.to_json());
  BOOST_TEST(back.kind == &composition_net());
  const auto& settings = back.as<DenseSettings>();
  BOOST_TEST(settings.widths == (std::vector<std::size_t>{4, 3}), boost::test_tools::per_element());
  BOOST_TEST(settings.residual);
  BOOST_TEST(!back.preparation.has_value());
  BOOST_TEST(settings.dropout == 0.1);
  BOOST_TEST(back.features == d.features, boost::test_tools::per_element());
  BOOST_TEST(back.seen == d.seen, boost::test_tools::per_element());
  BOOST_REQUIRE(back.heads.size() == 2u);
  BOOST_TEST(back.heads[1].name == "experiment");
  BOOST_TEST(back.heads[1].target == "enthalpy");
  BOOST_TEST(back.heads[1].unit == "kJ/mol");
  BOOST_TEST(back.heads[1].standardizer.mean == 1.0 / 3);
  BOOST_TEST(back.heads[1].standardizer.scale == 2.0);
  BOOST_TEST(back.to_json() == d.to_json());
}

BOOST_AUTO_TEST_CASE(what_is_no_description_is_an_input_error) {
  for (const std::string text : {"", "{", "[]", "{\"kind\": \"composition_net\"}", "{\"kind\": 3}"}) {
    BOOST_CHECK_EXCEPTION(ModelDescription::from_json(text), InputError, test::says("model description"));
  }
  std::string wrong_type = description().to_json();
  wrong_type.replace(wrong_type.find("[4,3]"), 5, "\"4 3\"");
  BOOST_CHECK_THROW(ModelDescription::from_json(wrong_type), InputError);
}

BOOST_AUTO_TEST_CASE(a_description_of_very_many_lists_in_lists_is_refused) {
  const std::string lists = std::string(200'000, '[') + std::string(200'000, ']');
  BOOST_CHECK_EXCEPTION(ModelDescription::from_json(R"({"kind":"composition_net","widths":)" + lists + "}"), InputError,
                        test::says("lists in lists"));
}

BOOST_AUTO_TEST_CASE(heads_are_found_by_name_with_a_hint) {
  const ModelDescription d = description();
  BOOST_TEST(d.head_index("oqmd") == 0u);
  BOOST_TEST(d.head_index("experiment") == 1u);
  BOOST_CHECK_EXCEPTION(d.head_index("experimant"), InputError,
                        test::says("no head 'experimant'", "oqmd, experiment", "did you mean 'experiment'?"));
}

BOOST_AUTO_TEST_CASE(models_are_made_by_kind) {
  const ModelDescription d = description();
  const auto model = make_model(d);
  // 2 x 4 + 4, 4 x 3 + 3, and two heads of 3 + 1.
  BOOST_TEST(model->layout().weight_count() == 12u + 15u + 8u);
  BOOST_TEST(model->description().heads.size() == 2u);
  std::string of_another_kind = d.to_json();
  of_another_kind.replace(of_another_kind.find("composition_net"), 15, "random_forest");
  BOOST_CHECK_EXCEPTION(ModelDescription::from_json(of_another_kind), InputError,
                        test::says("random_forest", "composition_net"));
  BOOST_CHECK_THROW(d.as<MoleculeVaeSettings>(), Error);
}

BOOST_AUTO_TEST_SUITE_END()
