#include "nn/cross_entropy.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::DataType;
using linalg::NumberBuffer;
using Numbers = std::vector<float>;
using Ids = std::vector<std::int32_t>;
using test::values_of;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// A gradient buffer full of nines, so that numbers that were not written show.
NumberBuffer nines(DataType type, std::size_t size) {
  NumberBuffer buffer(type, size);
  linalg::convert(Numbers(size, 9.0f).data(), buffer, size);
  return buffer;
}

nn::TokenSums loss_of(const Numbers& logits, const Ids& targets) {
  return nn::cross_entropy(logits.data(), targets.data(), targets.size(), logits.size() / targets.size(), nullptr);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cross_entropy_test)

BOOST_AUTO_TEST_CASE(loss_gradient_and_accuracy_agree_with_pytorch) {
  const auto json = test::fixture("sequence.json").at("cross_entropy");
  const Numbers logits = test::floats(json.at("logits"));
  const Ids targets = json.at("targets").get<Ids>();
  const Numbers expected = test::floats(json.at("gradient"));
  for (const DataType type : {DataType::float32, DataType::bfloat16}) {
    NumberBuffer gradient = nines(type, logits.size());
    const auto sums = nn::cross_entropy(logits.data(), targets.data(), targets.size(), json.at("tokens"), &gradient);
    BOOST_TEST(sums.loss == json.at("loss").get<double>(), boost::test_tools::tolerance(1e-6));
    BOOST_TEST(sums.tokens == json.at("counted").get<std::int64_t>());
    BOOST_TEST(sums.correct == json.at("correct").get<std::int64_t>());
    const double tolerance = type == DataType::float32 ? 5e-7 : 4e-3;
    BOOST_TEST(test::largest_difference(values_of(gradient), expected, expected.size()) < tolerance);
  }
  Ids largest(targets.size());
  nn::argmax(logits.data(), targets.size(), json.at("tokens"), largest.data());
  BOOST_TEST(largest == json.at("argmax").get<Ids>(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_gradient_is_the_slope_of_the_loss) {
  for (const std::size_t tokens : {1u, 2u, 16u, 17u, 40u}) {
    const Ids targets{static_cast<std::int32_t>(tokens) - 1, -1, 0};
    Numbers logits = test::random_numbers(3 * tokens, 1, -3, 3);
    NumberBuffer gradient(DataType::float32, logits.size());
    nn::cross_entropy(logits.data(), targets.data(), 3, tokens, &gradient);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const float kept = logits[i];
      constexpr float step = 0.01f;
      logits[i] = kept + step;
      const double above = loss_of(logits, targets).loss;
      logits[i] = kept - step;
      const double below = loss_of(logits, targets).loss;
      logits[i] = kept;
      BOOST_TEST(std::abs((above - below) / (2 * step) - gradient.as<float>()[i]) < 5e-5);
    }
  }
}

BOOST_AUTO_TEST_CASE(masked_rows_count_nothing_and_have_no_gradient) {
  const Numbers logits{1, 2, kNan, kInfinity, 3, 4};
  for (const DataType type : {DataType::float32, DataType::bfloat16}) {
    NumberBuffer gradient = nines(type, 6);
    const Ids none{-1, -1, -1};
    const auto nothing = nn::cross_entropy(logits.data(), none.data(), 3, 2, &gradient);
    BOOST_TEST(nothing.loss == 0.0);
    BOOST_TEST(nothing.tokens == 0);
    BOOST_TEST(nothing.correct == 0);
    BOOST_TEST(values_of(gradient) == Numbers(6, 0.0f), boost::test_tools::per_element());
    const Ids some{1, -1, 0};
    const auto two = nn::cross_entropy(logits.data(), some.data(), 3, 2, &gradient);
    BOOST_TEST(two.loss == std::log1p(std::exp(-1.0)) + std::log1p(std::exp(1.0)), boost::test_tools::tolerance(1e-6));
    BOOST_TEST(two.tokens == 2);
    BOOST_TEST(two.correct == 1);
  }
}

BOOST_AUTO_TEST_CASE(large_logits_do_not_overflow) {
  const Numbers logits{10000, 0, -10000, 3e38f, 0, -3e38f};
  const auto sums = loss_of(logits, {0, 0});
  BOOST_TEST(sums.loss == 0.0);
  BOOST_TEST(loss_of({10000, 0, -10000}, {2}).loss == 20000.0);
}

BOOST_AUTO_TEST_CASE(logits_that_are_not_finite_show_in_the_loss) {
  BOOST_TEST(std::isnan(loss_of({0, kNan, 0}, {0}).loss));
  BOOST_TEST(!std::isfinite(loss_of({0, kInfinity, 0}, {0}).loss));
  BOOST_TEST(!std::isfinite(loss_of({0, kInfinity, 0}, {1}).loss));
  BOOST_TEST(!std::isfinite(loss_of({0, -kInfinity, 0}, {1}).loss));
  BOOST_TEST(loss_of({0, -kInfinity, 0}, {0}).loss == std::log(2.0), boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_lowest_index_wins_a_tie) {
  const Numbers logits{1, 3, 3, 3, 0, 0, -kInfinity, -kInfinity, kNan, 5, 5, 1};
  Ids largest(3);
  nn::argmax(logits.data(), 3, 4, largest.data());
  BOOST_TEST(largest == (Ids{1, 0, 1}), boost::test_tools::per_element());
  BOOST_TEST(loss_of({1, 3, 3}, {1}).correct == 1);
  BOOST_TEST(loss_of({1, 3, 3}, {2}).correct == 0);
  Numbers wide(40, 0.0f);
  wide[17] = wide[33] = 1;
  Ids one(1);
  nn::argmax(wide.data(), 1, 40, one.data());
  BOOST_TEST(one[0] == 17);
}

BOOST_AUTO_TEST_CASE(targets_outside_the_table_are_refused) {
  for (const std::int32_t wrong : {-2, 3, 100000}) {
    BOOST_CHECK_THROW(loss_of({1, 2, 3}, {wrong}), Error);
  }
  const Numbers logits(1025);
  const Ids target{0};
  BOOST_CHECK_THROW(nn::cross_entropy(logits.data(), target.data(), 1, 1025, nullptr), Error);
  NumberBuffer small(DataType::float32, 2);
  BOOST_CHECK_THROW(nn::cross_entropy(logits.data(), target.data(), 1, 3, &small), Error);
}

BOOST_AUTO_TEST_SUITE_END()
