#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/molecule_vae/molecule_vae.h"
#include "models/molecule_vae/vae_case.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::models;
using test::Numbers;
using test::VaeCase;
using Tokens = std::vector<std::int32_t>;

namespace {

/// Three symbols and the end token, at most five of them.
MoleculeVaeSettings tiny_settings(DecoderInput input) {
  auto settings = test::small_settings();
  settings.tokens = 4;
  settings.length = 5;
  settings.convolutions = {{3, 2}};
  settings.decoder_input = input;
  settings.heads = {};
  settings.head_weights = {};
  return settings;
}

/// Weights large enough that strings differ and end, with an encoder that gives every molecule the same latent vector
/// (the bias of the mean).
void make_lively(VaeCase& c, std::uint32_t seed) {
  for (const auto& parameter : c.net.layout().parameters()) {
    const Numbers numbers = test::random_numbers(parameter.size, seed + static_cast<std::uint32_t>(parameter.offset));
    const float scale = parameter.name.starts_with("decoder") ? 1.5f : 1.0f;
    for (std::size_t i = 0; i < parameter.size; ++i) {
      c.weights[parameter.offset + i] = scale * numbers[i];
    }
  }
  c.set("encoder.mean.weight", 0.0f);
  c.set("encoder.log_variance.weight", 0.0f);
  c.set("encoder.log_variance.bias", -60.0f);
}

/// The latent vector of all molecules.
Numbers common_latent(const VaeCase& c) {
  const float* mean = c.weights.data() + c.net.layout().find("encoder.mean.bias").offset;
  return Numbers(mean, mean + c.net.settings().latent);
}

struct Found {
  Tokens tokens;
  std::vector<double> log_probabilities;

  Tokens row(std::size_t i, std::size_t length) const {
    const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(i * length);
    return Tokens(first, first + static_cast<std::ptrdiff_t>(length));
  }
};

std::unique_ptr<MoleculeVaeExecutor> executor_for(const VaeCase& c, std::size_t rows) {
  auto executor = c.net.executor({.rows = rows, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(c.weights.data());
  return executor;
}

/// `decode` for width 0.
Found search(const VaeCase& c, const Numbers& latent, std::size_t width) {
  const std::size_t rows = latent.size() / c.net.settings().latent;
  const auto executor = executor_for(c, rows);
  Found found{Tokens(rows * c.net.settings().length, -1), std::vector<double>(rows, 1.0)};
  if (width == 0) {
    executor->decode(latent.data(), found.tokens.data());
  } else {
    executor->beam(latent.data(), width, found.tokens.data(), found.log_probabilities.data());
  }
  return found;
}

/// Log-probability of a string given the common latent vector, from the loss in training: with the right token before
/// each. For models of one row.
double log_probability(VaeCase& c, const Tokens& tokens) {
  const auto executor = c.executor();
  c.molecules = {test::sequence_of(tokens)};
  c.gradient(*executor);
  return -executor->parts().reconstruction;
}

/// All strings of a tiny model with at least one token.
std::vector<Tokens> all_strings(const MoleculeVaeSettings& s) {
  std::vector<Tokens> strings;
  Tokens counter(s.length, 0);
  const auto next = [&] {
    for (std::int32_t& digit : counter) {
      if (++digit < static_cast<std::int32_t>(s.tokens)) {
        return true;
      }
      digit = 0;
    }
    return false;
  };
  while (next()) {
    const auto end = std::find(counter.begin(), counter.end(), 0);
    if (end != counter.begin() && std::all_of(end, counter.end(), [](std::int32_t token) { return token == 0; })) {
      strings.push_back(counter);
    }
  }
  return strings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_beam_test)

BOOST_AUTO_TEST_CASE(a_beam_as_wide_as_there_are_beginnings_finds_the_most_probable_string) {
  int better_than_greedy = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    const auto input = seed % 3 == 0 ? DecoderInput::nothing : DecoderInput::previous_token;
    VaeCase c(tiny_settings(input), 1);
    make_lively(c, 100 * seed);
    const std::vector<Tokens> strings = all_strings(c.net.settings());
    BOOST_TEST(strings.size() == 363u);  // 3 + 9 + 27 + 81 + 243
    Tokens likeliest(c.net.settings().length, 0);
    double largest = -1e30;
    double sum = 0;
    for (const Tokens& string : strings) {
      const double value = log_probability(c, string);
      sum += std::exp(value);
      if (value > largest) {
        largest = value;
        likeliest = string;
      }
    }
    BOOST_TEST(sum < 1.0 + 1e-5);
    // What is left is the empty string's.
    if (1.0 - sum > std::exp(largest)) {
      largest = std::log(1.0 - sum);
      std::ranges::fill(likeliest, 0);
    }
    const Numbers one = common_latent(c);
    Numbers latent;  // Room for 81 beginnings of four tokens.
    for (std::size_t i = 0; i < 81; ++i) {
      latent.insert(latent.end(), one.begin(), one.end());
    }
    const Found found = search(c, latent, 81);
    for (const std::size_t i : {std::size_t{0}, std::size_t{80}}) {
      BOOST_TEST((found.row(i, likeliest.size()) == likeliest));
      BOOST_TEST(std::abs(found.log_probabilities[i] - largest) < 1e-4);
    }
    better_than_greedy += search(c, one, 0).tokens == likeliest ? 0 : 1;
  }
  BOOST_TEST(better_than_greedy >= 2);
}

BOOST_AUTO_TEST_CASE(a_beam_of_one_is_greedy_decoding) {
  VaeCase c(test::small_settings());
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    make_lively(c, 100 * seed);
    const Numbers latent = test::random_numbers(100 * c.net.settings().latent, seed, -3, 3);
    BOOST_TEST((search(c, latent, 1).tokens == search(c, latent, 0).tokens));
  }
}

BOOST_AUTO_TEST_CASE(wider_beams_are_never_less_probable_than_greedy_decoding) {
  int better = 0;
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    VaeCase c(test::small_settings());
    make_lively(c, 100 * seed);
    const Numbers latent = test::random_numbers(64 * c.net.settings().latent, seed, -3, 3);
    const Found greedy = search(c, latent, 1);
    for (const std::size_t width : {2, 3, 8}) {
      const Found found = search(c, latent, width);
      for (std::size_t i = 0; i < found.log_probabilities.size(); ++i) {
        BOOST_TEST(found.log_probabilities[i] >= greedy.log_probabilities[i]);
        better += found.log_probabilities[i] > greedy.log_probabilities[i] ? 1 : 0;
      }
    }
  }
  BOOST_TEST(better > 100);
}

BOOST_AUTO_TEST_CASE(the_log_probability_is_that_of_the_string) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    VaeCase c(test::small_settings(), 1);
    make_lively(c, 100 * seed);
    const Found found = search(c, common_latent(c), 5);
    if (found.tokens[0] != 0) {
      BOOST_TEST(std::abs(log_probability(c, found.tokens) - found.log_probabilities[0]) < 1e-4);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_row_gives_does_not_depend_on_the_others) {
  VaeCase c(test::small_settings());
  make_lively(c, 7);
  const std::size_t size = c.net.settings().latent;
  const std::size_t length = c.net.settings().length;
  const std::size_t rows = 75;
  const Numbers latent = test::random_numbers(rows * size, 8, -3, 3);
  Numbers reversed(latent.size());
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy_n(latent.data() + i * size, size, reversed.data() + (rows - 1 - i) * size);
  }
  const Found found = search(c, latent, 5);
  const Found back = search(c, reversed, 5);
  for (std::size_t i = 0; i < rows; ++i) {
    BOOST_TEST((found.row(i, length) == back.row(rows - 1 - i, length)));
    BOOST_TEST(found.log_probabilities[i] == back.log_probabilities[rows - 1 - i]);
  }
  // Fewer rows, so that other rows share their steps.
  const Found few = search(c, Numbers(latent.begin(), latent.begin() + static_cast<std::ptrdiff_t>(3 * size)), 5);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST((found.row(i, length) == few.row(i, length)));
    BOOST_TEST(found.log_probabilities[i] == few.log_probabilities[i]);
  }
}

BOOST_AUTO_TEST_CASE(one_executor_searches_and_decodes_in_turn) {
  VaeCase c(test::small_settings());
  make_lively(c, 9);
  const Numbers latent = test::random_numbers(40 * c.net.settings().latent, 8, -3, 3);
  const auto executor = executor_for(c, 40);
  Found found{Tokens(40 * c.net.settings().length, -1), {}};
  for (int repeat = 0; repeat < 2; ++repeat) {
    executor->beam(latent.data(), 4, found.tokens.data());
    BOOST_TEST((found.tokens == search(c, latent, 4).tokens));
    executor->decode(latent.data(), found.tokens.data());
    BOOST_TEST((found.tokens == search(c, latent, 0).tokens));
  }
}

BOOST_AUTO_TEST_CASE(a_beam_that_does_not_fit_is_refused) {
  const VaeCase c(test::small_settings());
  const Numbers latent(3 * c.net.settings().latent, 0.5f);
  BOOST_CHECK_THROW(search(c, latent, 33), Error);
  BOOST_CHECK_NO_THROW(search(c, latent, 32));
}

BOOST_AUTO_TEST_SUITE_END()
