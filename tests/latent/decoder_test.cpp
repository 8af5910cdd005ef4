#include "latent/decoder.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "base/error.h"
#include "latent/latent_case.h"

using namespace epitaxy;
using namespace epitaxy::latent;
using test::LatentCase;
using test::same_bits;
using Texts = std::vector<std::string>;

namespace {

constexpr std::size_t kLatent = 3;
constexpr DecodingSettings kDrawn{.kind = DecodingKind::sampled, .attempts = 3, .temperature = 1.5};
constexpr DecodingSettings kBeam{.kind = DecodingKind::beam, .width = 4};

struct Case : LatentCase {
  std::vector<float> points = test::random_numbers(64 * kLatent, 5, -2, 2);

  /// The strings of points first, first + 1, ..., decoded in blocks of `rows`.
  Texts decode(const DecodingSettings& settings, std::size_t rows, std::size_t first = 0) const {
    Decoder decoder(network(rows), settings);
    Texts texts;
    for (; first < 64; first += rows) {
      const std::size_t count = std::min<std::size_t>(rows, 64 - first);
      decoder.decode(std::span(points).subspan(first * kLatent, count * kLatent), [&](std::size_t row, std::size_t k) {
        return RandomStream(7, Purpose::tokens, static_cast<std::uint32_t>(first + row), static_cast<std::uint32_t>(k));
      });
      for (std::size_t i = 0; i < count * decoder.attempts(); ++i) {
        texts.push_back(decoder.text(i / decoder.attempts(), i % decoder.attempts()));
      }
    }
    return texts;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(decoder_test, Case)

BOOST_AUTO_TEST_CASE(strings_do_not_depend_on_blocks) {
  for (const DecodingSettings& settings : {DecodingSettings{}, kDrawn, kBeam}) {
    const Texts all = decode(settings, 64);
    const std::size_t attempts = settings.attempts;
    BOOST_TEST(all.size() == 64 * attempts);
    BOOST_TEST(std::set(all.begin(), all.end()).size() > 10U);
    BOOST_TEST(decode(settings, 48) == all, boost::test_tools::per_element());
    const Texts later = decode(settings, 64, 40);
    BOOST_TEST(later == Texts(all.begin() + static_cast<std::ptrdiff_t>(40 * attempts), all.end()),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(kinds_are_those_of_the_model_itself) {
  const auto executor =
      model.net().executor({.rows = 64, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(weights.data());
  std::vector<std::int32_t> tokens(64 * 14U);
  const models::MoleculeText text(model.description());
  const auto texts = [&] {
    Texts list;
    for (std::size_t i = 0; i < 64; ++i) {
      list.push_back(text.decode(tokens.data() + i * 14));
    }
    return list;
  };
  executor->decode(points.data(), tokens.data());
  const Texts greedy = texts();
  BOOST_TEST(decode({}, 64) == greedy, boost::test_tools::per_element());
  executor->beam(points.data(), 4, tokens.data());
  BOOST_TEST(decode(kBeam, 64) == texts(), boost::test_tools::per_element());
  std::vector<RandomStream> streams;
  for (std::uint32_t i = 0; i < 64; ++i) {
    streams.emplace_back(7, Purpose::tokens, i, 2);
  }
  executor->sample(points.data(), streams, 1.5, tokens.data());
  const Texts third = texts();
  const Texts drawn = decode(kDrawn, 64);
  for (std::size_t i = 0; i < 64; ++i) {
    BOOST_TEST(drawn[3 * i + 2] == third[i]);
  }
  // Cold draws and a beam of one are greedy.
  BOOST_TEST(decode({.kind = DecodingKind::sampled, .temperature = 1e-6}, 64) == greedy,
             boost::test_tools::per_element());
  BOOST_TEST(decode({.kind = DecodingKind::beam, .width = 1}, 64) == greedy, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(attempts_differ) {
  const Texts drawn = decode(kDrawn, 64);
  std::size_t different = 0;
  for (std::size_t point = 0; point < 64; ++point) {
    different += drawn[3 * point] != drawn[3 * point + 1] ? 1 : 0;
  }
  BOOST_TEST(different > 10U);
}

BOOST_AUTO_TEST_CASE(tokens_and_strings_belong_together) {
  Decoder decoder(network(64));
  decoder.decode(points);
  for (std::size_t i = 0; i < 64; ++i) {
    const auto tokens = decoder.tokens(i);
    BOOST_TEST(tokens.size() == 14U);
    const auto end = std::ranges::find(tokens, 0);
    BOOST_TEST(decoder.text(i).size() == static_cast<std::size_t>(end - tokens.begin()));
    BOOST_TEST(std::all_of(end, tokens.end(), [](std::int32_t id) { return id == 0; }));
  }
}

BOOST_AUTO_TEST_CASE(properties_are_those_of_the_points) {
  Decoder decoder(network(64));
  const float* weight = weights.data() + model.layout().find("head.dipole.weight").offset;
  const float bias = weights[model.layout().find("head.dipole.bias").offset];
  const auto some = std::span<const float>(points).first(20 * kLatent);
  const std::vector<float> predictions = decoder.predict(some);
  BOOST_REQUIRE(predictions.size() == 20 * 2U);
  for (std::size_t i = 0; i < 20; ++i) {
    const float* z = some.data() + i * kLatent;
    const float expected = bias + weight[0] * z[0] + weight[1] * z[1] + weight[2] * z[2];
    BOOST_TEST(std::abs(predictions[2 * i + 1] - expected) < 1e-4F * (1 + std::abs(expected)));
  }
}

BOOST_AUTO_TEST_CASE(a_decoder_knows_the_points_that_it_decoded_last) {
  Decoder decoder(network(64), kDrawn);
  BOOST_CHECK_THROW(decoder.tokens(0), Error);
  const auto decode_some = [&](std::size_t first, std::size_t count) {
    decoder.decode(std::span(points).subspan(first * kLatent, count * kLatent), [&](std::size_t row, std::size_t k) {
      return RandomStream(7, Purpose::tokens, static_cast<std::uint32_t>(first + row), static_cast<std::uint32_t>(k));
    });
  };
  const Texts all = decode(kDrawn, 64);
  for (const std::size_t count : {20U, 3U, 64U}) {
    decode_some(0, count);
    BOOST_TEST(decoder.text(count - 1, 2) == all[3 * count - 1]);
    BOOST_CHECK_THROW(decoder.tokens(count), Error);
    BOOST_CHECK_THROW(decoder.tokens(0, 3), Error);
  }
  decode_some(10, 5);
  decoder.predict(std::span<const float>(points).first(kLatent));  // forgets nothing
  BOOST_TEST(decoder.text(4, 1) == all[3 * 14 + 1]);
}

BOOST_AUTO_TEST_CASE(more_points_than_a_block_holds_are_refused) {
  Decoder decoder(network(32));
  BOOST_CHECK_THROW(decoder.decode(points), Error);
  Decoder drawing(network(64), kDrawn);
  BOOST_CHECK_THROW(drawing.decode(points), Error);  // without streams
}

BOOST_AUTO_TEST_SUITE_END()
