#include "sampling/points/encoded.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/small_vae.h"
#include "numbers.h"
#include "sampling/points/property_direction.h"
#include "train/molecule_set.h"

using namespace epitaxy;
using test::says;

namespace {

constexpr std::size_t kLatent = 3;

models::ModelDescription small_model(std::size_t head_hidden = 0) {
  models::MoleculeVaeSettings s = test::small_vae(12);
  s.head_hidden = head_hidden;
  models::ModelDescription d = models::describe(models::molecule_vae(), s);
  d.features = {"C", "O"};
  d.seen = {1, 1};
  d.heads = {{"gap_dft", "gap_eV", "eV", {5, 2}}, {"gap_xtb", "gap_eV", "eV", {4, 1}}, {"dipole", "mu_D", "D", {1, 3}}};
  return d;
}

struct Case {
  models::MoleculeModel model;
  std::vector<float> weights;

  explicit Case(std::size_t head_hidden = 0)
      : model(small_model(head_hidden)), weights(test::random_numbers(model.layout().size(), 7)) {}
};

data::DatasetIndex set_of(const std::vector<std::string>& smiles) {
  data::DatasetIndex index = test::molecule_set(smiles, {}).index;
  index.path = "molecules.h5";
  return index;
}

/// 700 molecules, of which some are too long or hold nitrogen: three chunks of readable ones.
data::DatasetIndex molecules() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 700; ++i) {
    std::string smiles;
    for (std::size_t code = i + 2; code > 0; code /= 2) {
      smiles += code % 2 == 0 ? "C" : "O";
    }
    smiles += i % 97 == 5 ? "N" : "";
    smiles += i % 101 == 7 ? "CCCCCCCC" : "";
    texts.push_back(smiles);
  }
  return set_of(texts);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(encoded_test)

BOOST_AUTO_TEST_CASE(molecules_are_encoded_the_same_by_any_number_of_ranks) {
  const Case c;
  const auto index = molecules();
  const auto world = parallel::Communicator::world();
  const auto all = sampling::encode_molecules(world, c.model, c.weights.data(), {}, index);
  const auto alone = sampling::encode_molecules(parallel::Communicator::self(), c.model, c.weights.data(), {}, index);
  BOOST_TEST(all.rows == alone.rows, boost::test_tools::per_element());
  BOOST_REQUIRE(all.means.size() == alone.means.size());
  BOOST_TEST(test::same_bits(all.means.data(), alone.means.data(), all.means.size()));

  // One by one, each of them is the same as in its chunk.
  const models::MoleculeText text(c.model.description());
  const auto reader = models::molecule_vae().reader(c.model.description());
  const auto executor =
      c.model.net().executor({.rows = 1, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  std::size_t place = 0;
  for (std::size_t row = 0; row < index.rows; ++row) {
    if (!text.can_encode(index.texts[row])) {
      continue;
    }
    BOOST_REQUIRE(place < all.rows.size());
    BOOST_TEST(all.rows[place] == row);
    models::RowBlock block;
    std::vector<float> mean(kLatent);
    std::vector<float> log_variance(kLatent);
    reader->read(index.texts[row], block);
    executor->encode(block, mean.data(), log_variance.data());
    BOOST_TEST(test::largest_difference(mean, all.means.data() + place * kLatent, kLatent) < 1e-5);
    ++place;
  }
  BOOST_TEST(place == all.rows.size());
  BOOST_TEST(place > 2 * 256u);
  BOOST_TEST(place < index.rows);
}

BOOST_AUTO_TEST_CASE(a_data_set_without_a_readable_molecule_is_refused) {
  const Case c;
  const auto world = parallel::Communicator::world();
  auto index = set_of({"N", "N", "N"});
  BOOST_CHECK_EXCEPTION(sampling::encode_molecules(world, c.model, c.weights.data(), {}, index), InputError,
                        says("molecules.h5", "can read none of the 3 molecules"));
  index.texts.assign(3, "CO");  // a formula that the model could read as SMILES
  index.substance = &chem::compositions();
  BOOST_CHECK_THROW(sampling::encode_molecules(world, c.model, c.weights.data(), {}, index), InputError);
}

BOOST_AUTO_TEST_CASE(statistics_by_hand) {
  // The points (0, 1), (2, 3), (4, -1): means 2 and 1.
  const sampling::EncodedMolecules molecules{{0, 1, 2, 3, 4, -1}, {0, 1, 5}};
  const auto statistics = sampling::statistics_of(molecules, 2);
  BOOST_TEST(statistics.rows == 3u);
  const std::vector<double> mean = {2, 1};
  const std::vector<double> covariance = {8.0 / 3, -4.0 / 3, -4.0 / 3, 8.0 / 3};
  BOOST_TEST(statistics.mean == mean, boost::test_tools::tolerance(1e-14) << boost::test_tools::per_element());
  BOOST_TEST(statistics.covariance == covariance, boost::test_tools::tolerance(1e-14)
                                                      << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(property_directions_are_what_heads_predict) {
  const Case c;
  const auto executor =
      c.model.net().executor({.rows = 5, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  const auto latent = test::random_numbers(5 * kLatent, 9, -3, 3);
  std::vector<float> predictions(5 * 3);
  executor->predict_latent(latent.data(), predictions.data());
  for (const std::string name : {"gap_dft", "gap_xtb", "dipole"}) {
    const auto property = sampling::property_direction(c.model, c.weights.data(), name);
    BOOST_TEST(property.head == name);
    for (std::size_t i = 0; i < 5; ++i) {
      double value = property.offset;
      for (std::size_t j = 0; j < kLatent; ++j) {
        value += property.direction[j] * latent[i * kLatent + j];
      }
      const double expected =
          c.model.description().heads[property.index].standardizer.backward(predictions[i * 3 + property.index]);
      BOOST_TEST(std::abs(value - expected) < 1e-5);
    }
  }
  const auto by_target = sampling::property_direction(c.model, c.weights.data(), "mu_D");
  BOOST_TEST(by_target.head == "dipole");
  BOOST_TEST(by_target.unit == "D");
}

BOOST_AUTO_TEST_CASE(properties_without_a_direction_are_refused) {
  const Case c;
  const auto direction = [](const Case& of, const std::string& name) {
    return sampling::property_direction(of.model, of.weights.data(), name);
  };
  BOOST_CHECK_EXCEPTION(direction(c, "gap_eV"), InputError, says("several heads", "gap_dft, gap_xtb"));
  BOOST_CHECK_EXCEPTION(direction(c, "dipol"), InputError, says("no head 'dipol'", "did you mean 'dipole'?"));
  BOOST_CHECK_EXCEPTION(direction(Case(4), "dipole"), InputError, says("hidden layer"));
  Case none;
  auto description = small_model();
  description.heads.clear();
  const models::MoleculeModel bare(description);
  BOOST_CHECK_EXCEPTION(sampling::property_direction(bare, none.weights.data(), "gap"), InputError,
                        says("predicts no property"));
}

// Along the first direction of the plane the first property changes; along the second one it does not.
BOOST_AUTO_TEST_CASE(planes_of_two_properties) {
  const Case c;
  const auto world = parallel::Communicator::world();
  const auto statistics =
      sampling::statistics_of(sampling::encode_molecules(world, c.model, c.weights.data(), {}, molecules()), kLatent);
  sampling::DomainSettings settings;
  settings.kind = sampling::DomainKind::plane;
  settings.properties = {"gap_dft", "dipole"};
  sampling::set_property_vectors(settings, c.model, c.weights.data());
  const sampling::Domain plane(settings, kLatent, &statistics);
  const std::vector<double> unit = {0.5, 0.5, 1, 0.5, 0.5, 1};
  std::vector<float> latent(3 * kLatent);
  plane.map(unit.data(), 3, latent.data());
  const auto gap = sampling::property_direction(c.model, c.weights.data(), "gap_dft");
  const auto dipole = sampling::property_direction(c.model, c.weights.data(), "dipole");
  const auto value = [&](const sampling::PropertyDirection& property, std::size_t row) {
    double sum = property.offset;
    for (std::size_t j = 0; j < kLatent; ++j) {
      sum += property.direction[j] * latent[row * kLatent + j];
    }
    return sum;
  };
  BOOST_TEST(value(gap, 1) > value(gap, 0) + 1e-3);
  BOOST_TEST(std::abs(value(gap, 2) - value(gap, 0)) < 1e-5);
  BOOST_TEST(value(dipole, 2) > value(dipole, 0) + 1e-3);
}

BOOST_AUTO_TEST_SUITE_END()
