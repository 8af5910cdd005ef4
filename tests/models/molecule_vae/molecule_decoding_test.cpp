#include "models/molecule_vae/molecule_vae.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "linalg/cpu.h"
#include "models/molecule_vae/vae_case.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::models;
using linalg::Backend;
using linalg::DataType;
using test::Numbers;
using test::Sequence;
using test::small_settings;
using test::VaeCase;
using Tokens = std::vector<std::int32_t>;

namespace {

/// Ten strings as molecules of a model with one token per character.
struct Strings {
  std::vector<std::string> texts = {"CCO", "CCN", "C1CC1", "CC=O", "C#N", "N", "OCC=C", "C1COC1", "CC(C)C", "O=CC#N"};
  std::string alphabet = "CNO=#()1";
  MoleculeVaeSettings settings;

  Strings() {
    settings = small_settings();
    settings.tokens = alphabet.size() + 1;
    settings.dense = 48;
    settings.latent = 8;
    settings.cells = 40;
    settings.heads = {"size"};
    settings.head_weights = {};
  }

  std::vector<Sequence> molecules() const {
    std::vector<Sequence> molecules;
    for (const std::string& text : texts) {
      Sequence& molecule = molecules.emplace_back();
      for (const char symbol : text) {
        molecule.push_back(static_cast<TokenId>(1 + alphabet.find(symbol)));
      }
      molecule.push_back(0);
    }
    return molecules;
  }

  std::string text(const std::int32_t* tokens) const {
    std::string result;
    for (std::size_t t = 0; t < settings.length && tokens[t] != 0; ++t) {
      result += alphabet[static_cast<std::size_t>(tokens[t] - 1)];
    }
    return result;
  }
};

/// Adam's moments and its step for one weight.
struct Moments {
  double first = 0;
  double second = 0;

  double step(double gradient, int count) {
    first = 0.9 * first + 0.1 * gradient;
    second = 0.99 * second + 0.01 * gradient * gradient;
    return first / (1 - std::pow(0.9, count)) / (std::sqrt(second / (1 - std::pow(0.99, count))) + 1e-8);
  }
};

/// Trains on one batch, with a rate that falls to zero; returns the losses per molecule.
std::vector<double> train(VaeCase& c, MoleculeVaeExecutor& executor, int steps, double rate) {
  Numbers gradient(c.weights.size(), 0.0f);
  std::vector<Moments> moments(c.weights.size());
  std::vector<double> losses;
  for (int step = 1; step <= steps; ++step) {
    c.position.step = static_cast<std::uint32_t>(step);
    const BatchLoss sums = c.gradient(executor, c.weights, gradient);
    losses.push_back(sums.loss / sums.labels);
    const double left = 1.0 - static_cast<double>(step) / steps;
    for (std::size_t i = 0; i < moments.size(); ++i) {
      c.weights[i] -= static_cast<float>(rate * left * moments[i].step(gradient[i] / sums.labels, step));
    }
  }
  return losses;
}

void check_that_strings_are_learned(const nn::Arithmetic& arithmetic, DecoderInput input) {
  Strings strings;
  strings.settings.decoder_input = input;
  VaeCase c(strings.settings, strings.texts.size());
  c.molecules = strings.molecules();
  for (std::size_t i = 0; i < c.rows; ++i) {
    c.targets[i] = static_cast<float>(strings.texts[i].size()) / 3.0f - 1.5f;
  }
  c.beta = 0.01;
  const auto executor = c.executor(arithmetic);
  const auto losses = train(c, *executor, 400, 0.01);
  BOOST_TEST(losses.front() > 5.0);
  BOOST_TEST(losses.back() < 1.0);
  executor->load(c.weights.data());
  Numbers mean(c.rows * strings.settings.latent);
  Numbers log_variance(mean.size());
  executor->encode(c.block(), mean.data(), log_variance.data());
  Tokens tokens(c.rows * strings.settings.length, -1);
  executor->decode(mean.data(), tokens.data());
  for (std::size_t i = 0; i < c.rows; ++i) {
    BOOST_TEST(strings.text(tokens.data() + i * strings.settings.length) == strings.texts[i]);
  }
  Numbers predictions(c.rows);
  executor->predict(c.block(), predictions.data());
  BOOST_TEST(test::largest_difference(predictions, c.targets, c.rows) < 0.2);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

/// Weights large enough that decoded sequences differ and end.
void make_lively(VaeCase& c, std::uint32_t seed) {
  for (const auto& parameter : c.net.layout().parameters()) {
    const Numbers numbers = test::random_numbers(parameter.size, seed + static_cast<std::uint32_t>(parameter.offset));
    const float scale = parameter.name.starts_with("decoder") ? 1.5f : 0.3f;
    for (std::size_t i = 0; i < parameter.size; ++i) {
      c.weights[parameter.offset + i] = scale * numbers[i];
    }
  }
}

Tokens decode(const VaeCase& c, const Numbers& latent, nn::Arithmetic arithmetic = {}) {
  const auto executor =
      c.net.executor({.rows = c.rows, .arithmetic = arithmetic, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  Tokens tokens(c.rows * c.net.settings().length, -1);
  executor->decode(latent.data(), tokens.data());
  return tokens;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_decoding_test)

BOOST_AUTO_TEST_CASE(ten_strings_are_learned_and_decoded) {
  check_that_strings_are_learned({DataType::float32, Backend::onednn}, DecoderInput::previous_token);
  check_that_strings_are_learned({DataType::float32, Backend::onednn}, DecoderInput::nothing);
}

BOOST_AUTO_TEST_CASE(ten_strings_are_learned_in_bfloat16, *boost::unit_test::precondition(fast_bfloat16)) {
  check_that_strings_are_learned({DataType::bfloat16, Backend::onednn}, DecoderInput::previous_token);
}

// The encoder is made constant, so that both ways of decoding start from the same latent vector.
BOOST_AUTO_TEST_CASE(greedy_decoding_is_the_largest_logit_given_the_tokens_before) {
  int compared = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    VaeCase c(small_settings(), 3);
    make_lively(c, 100 * seed);
    c.set("encoder.mean.weight", 0.0f);
    c.set("encoder.log_variance.weight", 0.0f);
    c.set("encoder.log_variance.bias", -60.0f);
    const float* mean = c.weights.data() + c.net.layout().find("encoder.mean.bias").offset;
    const std::size_t size = c.net.settings().latent;
    Numbers latent(c.rows * size);
    for (std::size_t i = 0; i < c.rows; ++i) {
      std::copy_n(mean, size, latent.data() + i * size);
    }
    const Tokens tokens = decode(c, latent);
    if (tokens[0] == 0) {
      continue;
    }
    ++compared;
    for (std::size_t i = 0; i < c.rows; ++i) {
      c.molecules[i] =
          test::sequence_of(std::span(tokens).subspan(i * c.net.settings().length, c.net.settings().length));
    }
    const auto executor = c.executor();
    c.gradient(*executor);
    BOOST_TEST(executor->parts().tokens > 0);
    BOOST_TEST(executor->parts().correct_tokens == executor->parts().tokens);
    c.molecules[0][1] = c.molecules[0][1] == 1 ? 2 : 1;
    c.gradient(*executor);
    BOOST_TEST(executor->parts().correct_tokens < executor->parts().tokens);
  }
  BOOST_TEST(compared >= 3);
}

BOOST_AUTO_TEST_CASE(what_a_row_decodes_to_does_not_depend_on_the_others) {
  VaeCase c(small_settings(), 75);
  make_lively(c, 7);
  const std::size_t latent_size = c.net.settings().latent;
  const std::size_t length = c.net.settings().length;
  const Numbers latent = test::random_numbers(c.rows * latent_size, 8, -3, 3);
  const Tokens tokens = decode(c, latent);
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < c.rows; ++i) {
    const auto* row = tokens.data() + i * length;
    const auto* end = std::find(row, row + length, 0);
    sizes.push_back(static_cast<std::size_t>(end - row));
    BOOST_TEST(std::all_of(end, row + length, [](std::int32_t token) { return token == 0; }));
  }
  // Rows end at different times, and some do not end.
  BOOST_TEST(std::ranges::min(sizes) < 3);
  BOOST_TEST(std::ranges::max(sizes) == length);
  Numbers reversed(latent.size());
  for (std::size_t i = 0; i < c.rows; ++i) {
    std::copy_n(latent.data() + i * latent_size, latent_size, reversed.data() + (c.rows - 1 - i) * latent_size);
  }
  const Tokens back = decode(c, reversed);
  for (std::size_t i = 0; i < c.rows; ++i) {
    BOOST_TEST(std::equal(tokens.data() + i * length, tokens.data() + (i + 1) * length,
                          back.data() + (c.rows - 1 - i) * length));
  }
}

BOOST_AUTO_TEST_CASE(sampling_is_keyed_by_the_streams_and_cold_samples_are_greedy) {
  VaeCase c(small_settings(), 40);
  make_lively(c, 7);
  const Numbers latent = test::random_numbers(c.rows * c.net.settings().latent, 8, -3, 3);
  const auto executor =
      c.net.executor({.rows = c.rows, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  const auto sample = [&](std::uint64_t seed, double temperature) {
    std::vector<RandomStream> streams;
    for (std::uint32_t i = 0; i < c.rows; ++i) {
      streams.emplace_back(seed, Purpose::synthetic, i);
    }
    Tokens tokens(c.rows * c.net.settings().length, -1);
    executor->sample(latent.data(), streams, temperature, tokens.data());
    return tokens;
  };
  const Tokens warm = sample(1, 1.0);
  BOOST_TEST((sample(1, 1.0) == warm));
  BOOST_TEST((sample(2, 1.0) != warm));
  BOOST_TEST((sample(2, 1e-6) == decode(c, latent)));
}

BOOST_AUTO_TEST_CASE(properties_of_a_point_are_those_of_a_molecule_with_that_mean) {
  for (const std::size_t hidden : {std::size_t{0}, std::size_t{5}}) {
    auto settings = small_settings();
    settings.head_hidden = hidden;
    const VaeCase c(settings);
    const auto executor =
        c.net.executor({.rows = c.rows, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
    executor->load(c.weights.data());
    Numbers mean(c.rows * settings.latent);
    Numbers log_variance(mean.size());
    Numbers of_molecules(c.targets.size());
    Numbers of_points(c.targets.size(), 100.0f);
    executor->encode(c.block(), mean.data(), log_variance.data());
    executor->predict(c.block(), of_molecules.data());
    executor->predict_latent(mean.data(), of_points.data());
    BOOST_TEST(test::same_bits(of_points.data(), of_molecules.data(), of_points.size()));
    if (hidden == 0) {
      // Twice the mean is twice as far from the prediction at the origin.
      Numbers of_origin(c.targets.size());
      executor->predict_latent(Numbers(mean.size(), 0.0f).data(), of_origin.data());
      for (float& number : mean) {
        number *= 2;
      }
      executor->predict_latent(mean.data(), of_points.data());
      for (std::size_t i = 0; i < of_points.size(); ++i) {
        BOOST_TEST(std::abs(of_points[i] - 2 * of_molecules[i] + of_origin[i]) < 1e-4);
      }
    }
  }
}

// With all weights zero the logits are the output's bias.
BOOST_AUTO_TEST_CASE(sampled_tokens_have_the_softmax_frequencies) {
  auto settings = small_settings();
  settings.heads = {};
  settings.head_weights = {};
  VaeCase c(settings, 4000);
  std::ranges::fill(c.weights, 0.0f);
  const auto& bias = c.net.layout().find("decoder.output.bias");
  double sum = 0;
  for (std::size_t k = 0; k < bias.size; ++k) {
    c.weights[bias.offset + k] = 0.5f * static_cast<float>(k);
    sum += std::exp(0.5 * static_cast<double>(k) / 2.0);
  }
  const auto executor =
      c.net.executor({.rows = c.rows, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  std::vector<RandomStream> streams;
  for (std::uint32_t i = 0; i < c.rows; ++i) {
    streams.emplace_back(3, Purpose::synthetic, i);
  }
  Tokens tokens(c.rows * settings.length);
  executor->sample(Numbers(c.rows * settings.latent).data(), streams, 2.0, tokens.data());
  std::vector<double> counts(bias.size, 0.0);
  for (std::size_t i = 0; i < c.rows; ++i) {
    counts[static_cast<std::size_t>(tokens[i * settings.length])] += 1;
  }
  for (std::size_t k = 0; k < bias.size; ++k) {
    const double probability = std::exp(0.5 * static_cast<double>(k) / 2.0) / sum;
    const double expected = probability * static_cast<double>(c.rows);
    BOOST_TEST(std::abs(counts[k] - expected) < 4 * std::sqrt(expected));
  }
}

BOOST_AUTO_TEST_SUITE_END()
