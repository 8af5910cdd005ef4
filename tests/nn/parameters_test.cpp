#include "nn/parameters.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/error.h"

using namespace epitaxy;
using nn::ParameterLayout;

namespace {

ParameterLayout small_layout() {
  ParameterLayout layout;
  layout.add("a.weight", {3, 7}, 0.5);
  layout.add("a.bias", {7}, 0.0);
  layout.add("b.weight", {40, 50}, 2.0);
  return layout;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parameters_test)

BOOST_AUTO_TEST_CASE(parameters_lie_one_after_another_on_cache_lines) {
  const ParameterLayout layout = small_layout();
  BOOST_TEST(layout[0].offset == 0u);
  BOOST_TEST(layout[0].size == 21u);
  BOOST_TEST(layout[1].offset == 32u);
  BOOST_TEST(layout[1].size == 7u);
  BOOST_TEST(layout[2].offset == 48u);
  BOOST_TEST(layout.size() == 2048u);
  BOOST_TEST(layout.weight_count() == 2028u);
}

BOOST_AUTO_TEST_CASE(parameters_are_found_by_name) {
  const ParameterLayout layout = small_layout();
  BOOST_TEST(layout.has("a.bias"));
  BOOST_TEST(!layout.has("a"));
  BOOST_TEST(layout.find("b.weight").shape == (std::vector<std::size_t>{40, 50}), boost::test_tools::per_element());
  BOOST_CHECK_THROW(layout.find("c"), Error);
}

BOOST_AUTO_TEST_CASE(a_name_is_given_once) {
  ParameterLayout layout = small_layout();
  BOOST_TEST(layout.add("c", {1}, 0.0) == 3u);
  BOOST_CHECK_THROW(layout.add("a.bias", {1}, 0.0), Error);
}

BOOST_AUTO_TEST_CASE(starting_values_fill_their_bounds_evenly_and_gaps_are_zero) {
  const ParameterLayout layout = small_layout();
  std::vector<float> flat(layout.size(), 99.0f);
  layout.initialize(flat.data(), 1);
  BOOST_TEST(std::all_of(flat.begin() + 21, flat.begin() + 48, [](float x) { return x == 0.0f; }));
  double sum = 0;
  double squares = 0;
  float largest = 0;
  for (std::size_t i = 48; i < 2048; ++i) {
    sum += flat[i];
    squares += static_cast<double>(flat[i]) * flat[i];
    largest = std::max(largest, std::abs(flat[i]));
  }
  // Uniform in +-2: variance 4/3; five standard errors.
  BOOST_TEST(std::abs(sum / 2000) < 5 * std::sqrt(4.0 / 3 / 2000));
  BOOST_TEST(std::abs(squares / 2000 - 4.0 / 3) < 5 * std::sqrt(16.0 * 4 / 45 / 2000));
  BOOST_TEST(largest <= 2.0f);
  BOOST_TEST(largest > 1.98f);
}

BOOST_AUTO_TEST_CASE(starting_values_depend_on_the_name_and_the_seed_alone) {
  const ParameterLayout layout = small_layout();
  ParameterLayout other;
  other.add("b.weight", {2000}, 2.0);
  other.add("c.weight", {2000}, 2.0);
  std::vector<float> flat(layout.size());
  std::vector<float> moved(other.size());
  layout.initialize(flat.data(), 7);
  other.initialize(moved.data(), 7);
  BOOST_TEST(std::equal(flat.begin() + 48, flat.end(), moved.begin()));
  BOOST_TEST(!std::equal(flat.begin() + 48, flat.end(), moved.begin() + 2000));
  other.initialize(moved.data(), 8);
  BOOST_TEST(!std::equal(flat.begin() + 48, flat.end(), moved.begin()));
}

BOOST_AUTO_TEST_CASE(one_parameter_can_be_started_again) {
  const ParameterLayout layout = small_layout();
  std::vector<float> all(layout.size());
  layout.initialize(all.data(), 3);
  std::vector<float> one(layout.size(), 9.0f);
  layout.initialize(layout.find("a.weight"), one.data(), 3);
  BOOST_TEST(std::equal(one.begin(), one.begin() + 21, all.begin()));
  BOOST_TEST(std::all_of(one.begin() + 21, one.end(), [](float x) { return x == 9.0f; }));
}

BOOST_AUTO_TEST_CASE(the_bound_of_he_keeps_the_variance_of_a_relu_layer) {
  // Uniform in +-bound has variance bound^2 / 3, which is to be 2 / fan_in.
  BOOST_TEST(nn::he_bound(6) == 1.0);
  BOOST_TEST(nn::he_bound(150) == 0.2, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
