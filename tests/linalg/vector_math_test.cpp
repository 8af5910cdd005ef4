#include "linalg/vector_math.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace epitaxy::linalg;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// The largest relative error on 100,000 numbers between two bounds.
template <typename Approximation, typename Exact>
double largest_error(float low, float high, Approximation approximation, Exact exact) {
  double largest = 0;
  constexpr int steps = 100000;
  for (int i = 0; i <= steps; ++i) {
    const float x = low + (high - low) * (static_cast<float>(i) / steps);
    const double expected = exact(static_cast<double>(x));
    const double error = std::abs(approximation(x) - expected);
    largest = std::max(largest, expected == 0 ? error : error / std::abs(expected));
  }
  return largest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vector_math_test)

BOOST_AUTO_TEST_CASE(functions_are_good_to_a_few_units_in_the_last_place) {
  const auto exponential = [](double x) { return std::exp(x); };
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto tangent = [](double x) { return std::tanh(x); };
  for (const auto& [low, high] : {std::pair{-87.3f, 88.3f}, std::pair{-1.0f, 1.0f}, std::pair{-1e-3f, 1e-3f}}) {
    BOOST_TEST(largest_error(low, high, fast_exp, exponential) < 2e-7);
    BOOST_TEST(largest_error(low, high, fast_sigmoid, sigmoid) < 2e-7);
    BOOST_TEST(largest_error(low, high, fast_tanh, tangent) < 2e-7);
  }
}

BOOST_AUTO_TEST_CASE(values_at_the_ends) {
  BOOST_TEST(fast_exp(0.0f) == 1.0f);
  BOOST_TEST(fast_exp(-87.4f) == 0.0f);
  BOOST_TEST(fast_exp(-kInfinity) == 0.0f);
  BOOST_TEST(std::isfinite(fast_exp(kInfinity)));
  BOOST_TEST(fast_exp(kInfinity) > 2e38f);
  BOOST_TEST(fast_sigmoid(0.0f) == 0.5f);
  BOOST_TEST(fast_sigmoid(kInfinity) == 1.0f);
  BOOST_TEST(fast_sigmoid(-kInfinity) < std::numeric_limits<float>::min());
  BOOST_TEST(fast_tanh(0.0f) == 0.0f);
  BOOST_TEST(fast_tanh(kInfinity) == 1.0f);
  BOOST_TEST(fast_tanh(-kInfinity) == -1.0f);
}

BOOST_AUTO_TEST_CASE(nan_stays_nan) {
  BOOST_TEST(std::isnan(fast_exp(kNan)));
  BOOST_TEST(std::isnan(fast_sigmoid(kNan)));
  BOOST_TEST(std::isnan(fast_tanh(kNan)));
}

BOOST_AUTO_TEST_SUITE_END()
