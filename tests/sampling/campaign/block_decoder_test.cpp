#include "sampling/campaign/block_decoder.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "models/kinds.h"
#include "models/molecule_vae/small_vae.h"
#include "numbers.h"
#include "sampling/campaign/part_file.h"

using namespace epitaxy;
using namespace epitaxy::sampling;

namespace {

models::ModelDescription small_model() {
  models::ModelDescription d = models::describe(models::molecule_vae(), test::small_vae(10));
  d.features = {"C", "O", "N", "=", "(", ")"};
  d.seen = {9, 9, 9, 9, 9, 9};
  d.heads = {{"gap", "gap_eV", "eV", {.mean = 6, .scale = 2}, 1}, {"dipole", "mu_D", "D", {}, 1}};
  return d;
}

/// Large weights make a decoder that was never trained write many different strings.
struct Case {
  models::MoleculeModel model{small_model()};
  std::vector<float> weights = std::vector<float>(model.layout().size());
  Domain domain{{}, 3, nullptr};
  data::DatasetIndex training;

  Case() {
    model.layout().initialize(weights.data(), 3);
    for (float& weight : weights) {
      weight *= 5;
    }
    training.groups = {"CC", "C", "CCO"};
  }

  BlockDecoder decoder(const latent::KnownMolecules& known, const latent::DecodingSettings& decoding = {},
                       std::uint64_t seed = 7) {
    return BlockDecoder({model, weights.data(), {}, domain, seed, decoding, &known});
  }
};

constexpr latent::DecodingSettings kDrawn{.kind = latent::DecodingKind::sampled, .attempts = 3, .temperature = 1.5};

void append(BlockResults& all, const BlockResults& part) {
  const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  all.points += part.points;
  all.attempts = part.attempts;
  add(all.smiles, part.smiles);
  add(all.canonical, part.canonical);
  add(all.causes, part.causes);
  add(all.rdkit_valid, part.rdkit_valid);
  add(all.identity, part.identity);
  add(all.novel, part.novel);
  add(all.properties, part.properties);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(block_decoder_test, Case)

BOOST_AUTO_TEST_CASE(points_give_the_same_however_they_are_cut_into_blocks) {
  const latent::KnownMolecules known(training);
  for (const latent::DecodingSettings& decoding :
       {latent::DecodingSettings{}, kDrawn, latent::DecodingSettings{.kind = latent::DecodingKind::beam}}) {
    BlockDecoder whole = decoder(known, decoding);
    const BlockResults expected = whole.compute({1, 0}, 512);
    BOOST_TEST(std::set(expected.smiles.begin(), expected.smiles.end()).size() > 20U);
    BOOST_TEST(expected.smiles.size() == 512 * decoding.attempts);
    BOOST_TEST(expected.properties.size() == 512 * 2U);

    BlockDecoder other = decoder(known, decoding);
    std::vector<BlockResults> parts;
    for (const std::uint64_t first : {448U, 64U, 384U, 0U, 128U, 320U, 192U, 256U}) {
      other.compute({0, first}, 64);  // another scramble in between
      parts.push_back(other.compute({1, first}, 64));
    }
    std::ranges::sort(parts, {}, &BlockResults::key);
    BlockResults all;
    all.key = {1, 0};
    for (const BlockResults& part : parts) {
      append(all, part);
    }
    BOOST_TEST(hash_of(all) == hash_of(expected));
  }
}

BOOST_AUTO_TEST_CASE(a_beam_may_be_wider_than_a_block) {
  const latent::KnownMolecules known(training);
  const latent::DecodingSettings wide{.kind = latent::DecodingKind::beam, .width = 300};
  const auto hash = [&](std::size_t block) {
    BlockDecoder decoder({model, weights.data(), {}, domain, 7, wide, &known, block});
    return hash_of(decoder.compute({0, 0}, 16));
  };
  const std::string expected = hash(512);
  BOOST_TEST(hash(16) == expected);
  BOOST_TEST(hash(1) == expected);
}

BOOST_AUTO_TEST_CASE(seeds_scrambles_and_attempts_differ) {
  const latent::KnownMolecules known(training);
  const BlockResults block = decoder(known, kDrawn).compute({0, 0}, 64);
  BOOST_TEST(hash_of(decoder(known, kDrawn, 8).compute({0, 0}, 64)) != hash_of(block));
  BOOST_TEST(decoder(known, kDrawn).compute({1, 0}, 64).properties != block.properties);
  std::size_t different = 0;
  for (std::size_t point = 0; point < 64; ++point) {
    different += block.smiles[3 * point] != block.smiles[3 * point + 1] ? 1 : 0;
  }
  BOOST_TEST(different > 10U);
}

BOOST_AUTO_TEST_CASE(properties_are_those_of_the_points_in_the_targets_units) {
  const latent::KnownMolecules known(training);
  const BlockResults block = decoder(known).compute({0, 32}, 32);
  const SobolSequence sequence(3, SobolSequence::Scramble::linear_matrix, 7, 0);
  std::vector<double> unit(3);
  std::vector<float> latent(3);
  const float* weight = weights.data() + model.layout().find("head.gap.weight").offset;
  const float bias = weights[model.layout().find("head.gap.bias").offset];
  for (std::size_t i = 0; i < 32; ++i) {
    sequence.points(32 + i, 1, unit.data());
    domain.map(unit.data(), 1, latent.data());
    const double standardized = bias + weight[0] * latent[0] + weight[1] * latent[1] + weight[2] * latent[2];
    BOOST_TEST(block.properties[2 * i] == 6 + 2 * standardized, boost::test_tools::tolerance(1e-5));
  }
}

BOOST_AUTO_TEST_SUITE_END()
