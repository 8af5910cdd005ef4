#include "models/molecule_vae/molecule_vae.h"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
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

namespace {

/// How a gradient compares with central differences, leaving out kinks.
struct Comparison {
  int compared = 0;
  int kinks = 0;
  double worst = 0;
};

/// The loss at weights + distance * direction.
double loss_at(const VaeCase& c, MoleculeVaeExecutor& executor, const Numbers& direction, float distance) {
  Numbers moved = c.weights;
  Numbers unused(moved.size());
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i] += distance * direction[i];
  }
  return c.gradient(executor, moved, unused).loss;
}

/// In a smooth loss the slopes to the right and to the left approach each other as the distance shrinks; across a kink
/// they do not.
void compare(const VaeCase& c, MoleculeVaeExecutor& executor, const Numbers& gradient, const Numbers& direction,
             Comparison& result) {
  double predicted = 0;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    predicted += static_cast<double>(gradient[i]) * direction[i];
  }
  const auto slope = [&](float distance) {
    return (loss_at(c, executor, direction, distance) - loss_at(c, executor, direction, 0)) / distance;
  };
  const double right = slope(4e-3f);
  const double left = slope(-4e-3f);
  const double near_right = slope(2e-3f);
  const double near_left = slope(-2e-3f);
  const double narrow = (near_right + near_left) / 2;
  const double bound = 4e-3 * (1 + std::abs(narrow));
  if (std::abs((right + left) / 2 - narrow) > bound || std::abs(near_right - near_left - (right - left) / 2) > bound) {
    ++result.kinks;
    return;
  }
  ++result.compared;
  result.worst = std::max(result.worst, std::abs(predicted - narrow) / (1 + std::abs(narrow)));
}

/// A random direction in each parameter, and some of its single weights.
void check_slopes(const VaeCase& c) {
  const auto executor = c.executor();
  const Numbers gradient = c.gradient(*executor);
  Comparison all;
  for (const auto& parameter : c.net.layout().parameters()) {
    Comparison here;
    for (std::size_t trial = 0; trial < 6; ++trial) {
      Numbers direction(c.weights.size(), 0.0f);
      if (trial < 2) {
        const Numbers numbers = test::random_numbers(parameter.size, static_cast<std::uint32_t>(50 + trial));
        const float scale = 1.0f / std::sqrt(static_cast<float>(parameter.size));
        for (std::size_t i = 0; i < parameter.size; ++i) {
          direction[parameter.offset + i] = scale * numbers[i];
        }
      } else {
        direction[parameter.offset + trial * 7919 % parameter.size] = 1.0f;
      }
      compare(c, *executor, gradient, direction, here);
    }
    BOOST_TEST(here.worst < 4e-3, parameter.name << " is off by " << here.worst);
    all.compared += here.compared;
    all.kinks += here.kinks;
  }
  BOOST_TEST(all.kinks * 8 <= all.compared);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

/// |cos| of the angle between two gradients.
double cosine(const Numbers& a, const Numbers& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_vae_test)

BOOST_AUTO_TEST_CASE(the_default_is_the_published_shape) {
  MoleculeVaeSettings settings;
  settings.tokens = 23;
  settings.heads = {"gap"};
  BOOST_TEST(settings.shortest_length() == 27);
  const MoleculeVae net(settings);
  const auto& layout = net.layout();
  BOOST_TEST(layout.find("encoder.convolution.0.weight").size == 9 * 23 * 8);
  BOOST_TEST(layout.find("encoder.convolution.2.weight").size == 11 * 8 * 16);
  BOOST_TEST(layout.find("encoder.dense.weight").size == 8 * 16 * 196);
  BOOST_TEST(layout.find("decoder.gru.0.input.weight").size == (56 + 24) * 1500);
  BOOST_TEST(layout.find("decoder.gru.2.hidden.weight").size == 500 * 1500);
  BOOST_TEST(layout.find("decoder.output.weight").size == 500 * 23);
  BOOST_TEST(layout.find("head.gap.weight").offset == net.heads_begin());
}

BOOST_AUTO_TEST_CASE(shapes_that_cannot_be_built_are_refused) {
  MoleculeVaeSettings good;
  good.tokens = 20;
  good.length = 27;
  BOOST_CHECK_NO_THROW(MoleculeVae{good});
  const auto refused = [&](const auto& change) {
    MoleculeVaeSettings settings = good;
    change(settings);
    BOOST_CHECK_THROW(MoleculeVae{settings}, InputError);
  };
  refused([](auto& s) { s.length = 26; });
  refused([](auto& s) { s.tokens = 1; });
  refused([](auto& s) { s.convolutions.clear(); });
  refused([](auto& s) { s.convolutions[0].kernel = 0; });
  refused([](auto& s) { s.latent = 0; });
  refused([](auto& s) { s.layers = 0; });
  refused([](auto& s) { s.token_dropout = 1.0; });
  refused([](auto& s) { s.free_bits = -0.1; });
  refused([](auto& s) { s.head_weights = {1.0}; });
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes_of_the_loss) {
  check_slopes(VaeCase(small_settings()));
  check_slopes(VaeCase(small_settings(), 40));
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes_with_token_dropout_and_free_bits) {
  auto settings = small_settings();
  settings.token_dropout = 0.4;
  settings.free_bits = 0.05;
  const VaeCase c(settings);
  check_slopes(c);
  auto executor = c.executor();
  const Numbers with = c.gradient(*executor);
  settings.token_dropout = 0;
  const VaeCase without(settings);
  executor = without.executor();
  BOOST_TEST(!test::same_bits(with.data(), without.gradient(*executor).data(), with.size()));
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes_with_a_repeated_latent_vector) {
  auto settings = small_settings();
  settings.decoder_input = DecoderInput::nothing;
  const VaeCase c(settings);
  BOOST_TEST(c.net.layout().find("decoder.gru.0.input.weight").shape[0] == settings.latent);
  check_slopes(c);
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes_with_a_layer_under_the_heads) {
  auto settings = small_settings();
  settings.head_hidden = 5;
  const VaeCase c(settings);
  BOOST_TEST(c.net.layout().find("heads.hidden.weight").offset == c.net.heads_begin());
  check_slopes(c);
}

BOOST_AUTO_TEST_CASE(the_encoder_reads_another_spelling_each_epoch) {
  auto settings = small_settings();
  const VaeCase plain(settings);
  settings.spellings = 2;
  VaeCase c(settings);
  const std::vector<Sequence> own = plain.molecules;
  const std::vector<Sequence> other = test::random_sequences(settings, c.rows, 77);
  const auto fill = [&](const std::vector<Sequence>& first, const std::vector<Sequence>& second) {
    for (std::size_t i = 0; i < c.rows; ++i) {
      c.molecules[i] = own[i];
      c.molecules[i].insert(c.molecules[i].end(), first[i].begin(), first[i].end());
      c.molecules[i].insert(c.molecules[i].end(), second[i].begin(), second[i].end());
    }
  };
  fill(own, other);
  const auto executor = c.executor();
  const auto plain_executor = plain.executor();
  const Numbers canonical = plain.gradient(*plain_executor);
  BOOST_TEST(test::same_bits(c.gradient(*executor).data(), canonical.data(), canonical.size()));  // epoch 2
  c.position.epoch = 3;
  const Numbers odd = c.gradient(*executor);
  fill(other, other);
  c.position.epoch = 3;
  BOOST_TEST(test::same_bits(c.gradient(*executor).data(), odd.data(), odd.size()));
  check_slopes(c);
}

BOOST_AUTO_TEST_CASE(without_a_decoder_to_train_only_properties_are_learned) {
  VaeCase c(small_settings());
  const auto full = c.executor();
  c.gradient(*full);
  const double properties = full->parts().properties;
  std::vector<bool> trainable;
  for (const auto& parameter : c.net.layout().parameters()) {
    trainable.push_back(!parameter.name.starts_with("decoder."));
  }
  const auto executor = c.executor({}, trainable);
  Numbers gradient(c.weights.size(), 99.0f);
  const BatchLoss sums = c.gradient(*executor, c.weights, gradient);
  BOOST_TEST(sums.loss == properties);
  BOOST_TEST(sums.labels == static_cast<double>(c.rows));
  BOOST_TEST(executor->parts().reconstruction == 0.0);
  // The slopes of that loss alone, along one direction in all trained parameters.
  const Numbers numbers = test::random_numbers(c.weights.size(), 91);
  Numbers direction(c.weights.size(), 0.0f);
  for (std::size_t p = 0; p < trainable.size(); ++p) {
    const auto& parameter = c.net.layout()[p];
    for (std::size_t i = parameter.offset; i < parameter.offset + parameter.size; ++i) {
      direction[i] = trainable[p] ? 0.02f * numbers[i] : 0.0f;
      BOOST_TEST_REQUIRE((trainable[p] || gradient[i] == 0.0f));
    }
  }
  Comparison slopes;
  compare(c, *executor, gradient, direction, slopes);
  BOOST_TEST(slopes.compared == 1);
  BOOST_TEST(slopes.worst < 4e-3);

  // With the encoder frozen, too, the heads learn alone.
  for (std::size_t p = 0; p < trainable.size(); ++p) {
    trainable[p] = c.net.layout()[p].name.starts_with("head.");
  }
  const auto heads = c.executor({}, trainable);
  Numbers of_heads(c.weights.size(), 99.0f);
  c.gradient(*heads, c.weights, of_heads);
  for (std::size_t p = 0; p < trainable.size(); ++p) {
    const auto& parameter = c.net.layout()[p];
    for (std::size_t i = parameter.offset; i < parameter.offset + parameter.size; ++i) {
      BOOST_TEST_REQUIRE(of_heads[i] == (trainable[p] ? gradient[i] : 0.0f));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_follows_the_end_does_not_matter) {
  VaeCase c(small_settings());
  const auto executor = c.executor();
  const Numbers before = c.gradient(*executor);
  const MoleculeVaeLoss parts = executor->parts();
  std::int64_t tokens = 0;
  for (Sequence& row : c.molecules) {
    tokens += static_cast<std::int64_t>(std::min(row.size(), c.net.settings().length));
    row.insert(row.end(), c.net.settings().length, 3);
  }
  BOOST_TEST(parts.tokens == tokens);
  BOOST_TEST(test::same_bits(before.data(), c.gradient(*executor).data(), before.size()));
  BOOST_TEST(executor->parts().reconstruction == parts.reconstruction);
}

BOOST_AUTO_TEST_CASE(absent_rows_and_missing_labels_count_nowhere) {
  VaeCase c(small_settings(), 9);
  VaeCase longer(small_settings(), 40);
  // Both a row without values and an empty sequence are absent.
  longer.molecules.assign(longer.rows, {});
  longer.molecules.back() = {0};
  std::ranges::copy(c.molecules, longer.molecules.begin());
  std::ranges::copy(c.targets, longer.targets.begin());
  const auto executor = c.executor();
  const auto longer_executor = longer.executor();
  Numbers gradient(c.weights.size(), 0.0f);
  Numbers same(c.weights.size(), 0.0f);
  const BatchLoss sums = c.gradient(*executor, c.weights, gradient);
  const BatchLoss same_sums = longer.gradient(*longer_executor, c.weights, same);
  BOOST_TEST(sums.labels == 9.0);
  BOOST_TEST(same_sums.labels == 9.0);
  BOOST_TEST(same_sums.loss == sums.loss, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(test::largest_difference(same, gradient, same.size()) < 1e-5);

  std::ranges::fill(c.targets, std::numeric_limits<float>::quiet_NaN());
  c.gradient(*executor, c.weights, gradient);
  BOOST_TEST(executor->parts().properties == 0.0);
  const auto& head = c.net.layout().find("head.gap.weight");
  BOOST_TEST(std::all_of(gradient.data() + head.offset, gradient.data() + head.offset + head.size,
                         [](float x) { return x == 0.0f; }));

  c.molecules.assign(c.rows, {});
  BOOST_TEST(c.gradient(*executor, c.weights, gradient).labels == 0.0);
  BOOST_TEST(std::ranges::all_of(gradient, [](float x) { return x == 0.0f; }));
}

BOOST_AUTO_TEST_CASE(tokens_outside_the_table_are_refused) {
  VaeCase c(small_settings());
  const auto executor = c.executor();
  for (const TokenId id : {TokenId{7}, TokenId{0xFFFF}}) {
    c.molecules[0][0] = id;
    BOOST_CHECK_THROW(c.gradient(*executor), Error);
  }
}

BOOST_AUTO_TEST_CASE(the_loss_is_the_sum_of_its_parts) {
  VaeCase c(small_settings());
  const auto executor = c.executor();
  Numbers gradient(c.weights.size());
  const BatchLoss sums = c.gradient(*executor, c.weights, gradient);
  const MoleculeVaeLoss parts = executor->parts();
  BOOST_TEST(sums.parts == (std::array{parts.reconstruction, parts.divergence, parts.properties}),
             boost::test_tools::per_element());
  BOOST_TEST(sums.loss == parts.reconstruction + 0.7 * parts.divergence + parts.properties,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(parts.divergence > 0.0);
  BOOST_TEST(parts.properties > 0.0);
  c.beta = 0;
  BOOST_TEST(c.gradient(*c.executor(), c.weights, gradient).loss == parts.reconstruction + parts.properties,
             boost::test_tools::tolerance(1e-12));
  std::vector<float> mean(c.rows * 4);
  std::vector<float> log_variance(mean.size());
  executor->encode(c.block(), mean.data(), log_variance.data());
  double divergence = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    divergence += 0.5 * (std::pow(mean[i], 2) + std::exp(log_variance[i]) - 1 - log_variance[i]);
  }
  BOOST_TEST(parts.divergence == divergence, boost::test_tools::tolerance(1e-5));
}

// A constant factor an epoch from 0.1 in epoch 1 to 0.4 in epoch 3 is 0.2 in epoch 2.
BOOST_AUTO_TEST_CASE(the_weight_of_the_divergence_follows_the_epochs) {
  VaeCase c(small_settings());
  const auto executor =
      c.net.executor({.rows = c.rows,
                      .arithmetic = {},
                      .training = true,
                      .trainable = {},
                      .of_kind = BetaSchedule{.start = 0.1, .end = 0.4, .from_epoch = 1, .to_epoch = 3}});
  Numbers gradient(c.weights.size());
  for (const auto& [epochs, beta] : {std::pair{0.5, 0.1}, {2.0, 0.2}, {3.5, 0.4}}) {
    c.position.epochs = epochs;
    const double loss = c.gradient(*executor, c.weights, gradient).loss;
    const MoleculeVaeLoss& parts = executor->parts();
    BOOST_TEST(loss == parts.reconstruction + beta * parts.divergence + parts.properties,
               boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(predictions_are_linear_in_the_mean) {
  const VaeCase c(small_settings());
  const auto executor = c.executor();
  executor->load(c.weights.data());
  Numbers predictions(c.rows * 2);
  Numbers mean(c.rows * 4);
  Numbers log_variance(mean.size());
  executor->predict(c.block(), predictions.data());
  executor->encode(c.block(), mean.data(), log_variance.data());
  const float* w = c.weights.data() + c.net.layout().find("head.dipole.weight").offset;
  const float bias = c.weights[c.net.layout().find("head.dipole.bias").offset];
  for (std::size_t i = 0; i < c.rows; ++i) {
    double sum = bias;
    for (std::size_t j = 0; j < 4; ++j) {
      sum += static_cast<double>(mean[i * 4 + j]) * w[j];
    }
    BOOST_TEST(predictions[i * 2 + 1] == sum, boost::test_tools::tolerance(1e-4));
  }
}

BOOST_AUTO_TEST_CASE(the_same_input_gives_the_same_bits) {
  const VaeCase c(small_settings(), 40);
  VaeCase other(small_settings(), 40);
  std::ranges::reverse(other.molecules);
  for (const nn::Arithmetic arithmetic :
       {nn::Arithmetic{DataType::float32, Backend::onednn}, nn::Arithmetic{DataType::bfloat16, Backend::onednn}}) {
    if (arithmetic.type == DataType::bfloat16 && !linalg::has_fast_bfloat16()) {
      continue;
    }
    const auto executor = c.executor(arithmetic);
    const Numbers first = c.gradient(*executor);
    other.gradient(*executor);
    const Numbers again = c.gradient(*executor);
    const Numbers fresh = c.gradient(*c.executor(arithmetic));
    BOOST_TEST(test::same_bits(first.data(), again.data(), first.size()));
    BOOST_TEST(test::same_bits(first.data(), fresh.data(), first.size()));
  }
}

BOOST_AUTO_TEST_CASE(noise_is_keyed_by_the_position) {
  VaeCase c(small_settings());
  const auto executor = c.executor();
  const Numbers first = c.gradient(*executor);
  for (const StreamPosition position : {StreamPosition{2, 2, 3, 0, 0}, StreamPosition{1, 1, 3, 0, 0},
                                        StreamPosition{1, 2, 4, 0, 0}, StreamPosition{1, 2, 3, 1, 0}}) {
    c.position = position;
    BOOST_TEST(!test::same_bits(first.data(), c.gradient(*executor).data(), first.size()));
  }
}

BOOST_AUTO_TEST_CASE(back_ends_and_number_types_agree) {
  const VaeCase c(small_settings(), 40);
  const Numbers onednn = c.gradient(*c.executor());
  const Numbers blas = c.gradient(*c.executor({DataType::float32, Backend::openblas}));
  BOOST_TEST(test::largest_difference(blas, onednn, blas.size()) < 1e-5);
  if (linalg::has_fast_bfloat16()) {
    const Numbers split = c.gradient(*c.executor({DataType::float32, Backend::split}));
    BOOST_TEST(test::largest_difference(split, onednn, split.size()) < 1e-4);
  }
}

BOOST_AUTO_TEST_CASE(gradients_in_bfloat16_point_the_same_way, *boost::unit_test::precondition(fast_bfloat16)) {
  const VaeCase c(small_settings(), 40);
  const Numbers exact = c.gradient(*c.executor());
  const Numbers rounded = c.gradient(*c.executor({DataType::bfloat16, Backend::onednn}));
  BOOST_TEST(cosine(rounded, exact) > 0.999);
}

BOOST_AUTO_TEST_CASE(frozen_parameters_have_no_gradient_and_progress_goes_backwards) {
  const VaeCase c(small_settings());
  const Numbers expected = c.gradient(*c.executor());
  const auto& parameters = c.net.layout().parameters();
  std::vector<bool> trainable(parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    trainable[p] = p % 3 != 0;
  }
  const auto executor = c.executor({}, trainable);
  Numbers gradient(c.weights.size(), 99.0f);
  std::vector<std::size_t> firsts;
  std::vector<Numbers> snapshots;
  executor->on_ready([&](std::size_t first) {
    firsts.push_back(first);
    snapshots.push_back(gradient);
  });
  c.gradient(*executor, c.weights, gradient);
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    for (std::size_t i = parameters[p].offset; i < parameters[p].offset + parameters[p].size; ++i) {
      BOOST_TEST_REQUIRE(gradient[i] == (trainable[p] ? expected[i] : 0.0f));
    }
  }
  BOOST_TEST_REQUIRE(firsts.size() > 3);
  BOOST_TEST(firsts.back() == 0);
  for (std::size_t k = 0; k < firsts.size(); ++k) {
    BOOST_TEST((k == 0 || firsts[k] < firsts[k - 1]));
    BOOST_TEST(
        test::same_bits(snapshots[k].data() + firsts[k], gradient.data() + firsts[k], gradient.size() - firsts[k]));
  }
}

BOOST_AUTO_TEST_SUITE_END()
