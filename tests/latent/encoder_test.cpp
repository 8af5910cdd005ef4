#include "latent/encoder.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "chem/tokens.h"
#include "latent/latent_case.h"

using namespace epitaxy;
using namespace epitaxy::latent;
using test::LatentCase;
using test::same_bits;

namespace {

constexpr std::size_t kLatent = 3;

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(encoder_test, LatentCase)

// 700 molecules: three blocks, the last one not full.
BOOST_AUTO_TEST_CASE(any_number_of_ranks_gives_the_same_bits) {
  Encoder encoder(network());
  const RowSource source = [&](std::size_t row, models::RowBlock& rows) { encoder.read(molecule(row), rows); };
  const LatentVectors alone = encoder.encode({0, 700}, source);
  BOOST_TEST(alone.mean.size() == 700 * kLatent);
  const auto world = parallel::Communicator::world();
  const LatentVectors together = encoder.encode(world, 700, source);
  BOOST_TEST(same(together.mean, alone.mean));
  BOOST_TEST(same(together.log_variance, alone.log_variance));
  BOOST_TEST(same(encoder.means(world, 700, source), alone.mean));
  BOOST_TEST(encoder.encode(world, 0, source).mean.empty());
}

BOOST_AUTO_TEST_CASE(any_place_in_a_block_gives_the_same_bits) {
  Encoder encoder(network());
  const auto encoded_from = [&](std::size_t first, std::size_t last) {
    return encoder.encode({first, last},
                          [&](std::size_t row, models::RowBlock& rows) { encoder.read(molecule(row), rows); });
  };
  const LatentVectors all = encoded_from(0, 300);
  for (const std::size_t first : {1U, 7U, 100U, 255U, 299U}) {
    const LatentVectors part = encoded_from(first, 300);
    BOOST_TEST(same_bits(part.mean.data(), all.mean.data() + first * kLatent, part.mean.size()));
    BOOST_TEST(same_bits(part.log_variance.data(), all.log_variance.data() + first * kLatent, part.mean.size()));
  }
}

BOOST_AUTO_TEST_CASE(a_molecule_is_encoded_as_by_the_model_itself) {
  Encoder encoder(network());
  models::RowBlock rows;
  encoder.read("CCO", rows);
  const LatentVectors vectors = encoder.encode(rows);
  const auto executor =
      model.net().executor({.rows = 1, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(weights.data());
  std::vector<float> mean(kLatent);
  std::vector<float> log_variance(kLatent);
  executor->encode(rows, mean.data(), log_variance.data());
  BOOST_REQUIRE(vectors.mean.size() == kLatent);
  BOOST_TEST(test::largest_difference(vectors.mean, mean, kLatent) < 1e-5);
  BOOST_TEST(test::largest_difference(vectors.log_variance, log_variance, kLatent) < 1e-5);
}

// Heads are linear in the latent mean.
BOOST_AUTO_TEST_CASE(predictions_are_those_of_the_latent_mean) {
  Encoder encoder(network());
  const RowSource source = [&](std::size_t row, models::RowBlock& rows) { encoder.read(molecule(row), rows); };
  const std::vector<float> mean = encoder.encode({0, 270}, source).mean;
  const std::vector<float> predictions = encoder.predict({0, 270}, source);
  BOOST_REQUIRE(predictions.size() == 270 * 2U);
  for (const std::string head : {"gap", "dipole"}) {
    const float* weight = weights.data() + model.layout().find("head." + head + ".weight").offset;
    const float bias = weights[model.layout().find("head." + head + ".bias").offset];
    const std::size_t h = head == "gap" ? 0 : 1;
    for (std::size_t i = 0; i < 270; ++i) {
      const float* z = mean.data() + i * kLatent;
      const float expected = bias + weight[0] * z[0] + weight[1] * z[1] + weight[2] * z[2];
      BOOST_TEST(std::abs(predictions[2 * i + h] - expected) < 1e-4F * (1 + std::abs(expected)));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_the_model_cannot_read_is_told_on_all_ranks) {
  Encoder encoder(network());
  BOOST_TEST(encoder.can_read("CCO"));
  BOOST_TEST(!encoder.can_read("CCF"));
  BOOST_TEST(!encoder.can_read("CCCCCCCCCCCCCC"));
  const auto world = parallel::Communicator::world();
  const RowSource source = [&](std::size_t row, models::RowBlock& rows) {
    encoder.read(row == 500 ? "CCF" : molecule(row), rows);
  };
  BOOST_CHECK_THROW(encoder.encode(world, 700, source), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_source_that_appends_no_row_or_two_is_refused) {
  Encoder encoder(network());
  BOOST_CHECK_THROW(encoder.encode({0, 3}, [](std::size_t, models::RowBlock&) {}), Error);
  const RowSource twice = [&](std::size_t row, models::RowBlock& rows) {
    encoder.read(molecule(row), rows);
    encoder.read(molecule(row), rows);
  };
  BOOST_CHECK_THROW(encoder.encode({0, 3}, twice), Error);
}

BOOST_AUTO_TEST_SUITE_END()
