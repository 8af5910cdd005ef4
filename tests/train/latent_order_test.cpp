#include "train/latent_order.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::train;
using Values = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-6);

/// Latent vectors in a box, each of another molecule.
struct Molecules {
  Molecules(std::size_t count, std::size_t dimensions)
      : latent(dimensions), latents(test::random_numbers(count * dimensions, 5, -1, 1)) {
    for (std::size_t i = 0; i < count; ++i) {
      groups.push_back("molecule " + std::to_string(i));
    }
  }

  data::Target target(const std::string& name, const std::function<double(const float*)>& value) const {
    data::Target result{name, "eV", {}, {}};
    for (std::size_t i = 0; i < groups.size(); ++i) {
      result.values.push_back(value(latents.data() + i * latent));
    }
    return result;
  }

  std::size_t latent;
  std::vector<float> latents;
  std::vector<std::string> groups;
};

double first(const float* z) { return z[0]; }
double second(const float* z) { return z[1]; }

}  // namespace

BOOST_AUTO_TEST_SUITE(latent_order_test)

BOOST_AUTO_TEST_CASE(a_linear_property_is_fitted_exactly) {
  const Molecules molecules(200, 3);
  const auto gap = molecules.target("gap", [](const float* z) { return 2.0 * z[0] - z[2] + 5; });
  const LatentOrder order = fit_latent_order(molecules.latents, molecules.groups, {gap});
  BOOST_TEST(order.active == std::vector<bool>(3, true), boost::test_tools::per_element());
  BOOST_REQUIRE(order.properties.size() == 1u);
  const LatentProperty& property = order.properties.front();
  BOOST_TEST(property.name == "gap");
  BOOST_TEST(property.unit == "eV");
  BOOST_TEST(property.r2 == 1.0, kClose);
  BOOST_TEST(property.mae < 1e-6);
  BOOST_TEST(property.direction[0] == 2 / std::sqrt(5.0), kClose);
  BOOST_TEST(std::abs(property.direction[1]) < 1e-6);
  BOOST_TEST(property.direction[2] == -1 / std::sqrt(5.0), kClose);
  BOOST_TEST(property.fitted + property.rows == 200u);
  BOOST_TEST(property.fitted > 60u);
  BOOST_TEST(property.rows > 60u);
}

BOOST_AUTO_TEST_CASE(angles_are_between_the_directions) {
  const Molecules molecules(200, 3);
  const LatentOrder order =
      fit_latent_order(molecules.latents, molecules.groups,
                       {molecules.target("a", first), molecules.target("b", second),
                        molecules.target("both", [](const float* z) { return 1 + 3.0 * z[0] + 3.0 * z[1]; }),
                        molecules.target("falls", [](const float* z) { return -0.1 * z[0]; })});
  BOOST_REQUIRE(order.properties.size() == 4u);
  const auto angle = [&](std::size_t i, std::size_t j) {
    return order.angle(order.properties[i].direction, order.properties[j].direction);
  };
  BOOST_TEST(angle(0, 1) == 90.0, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(angle(0, 2) == 45.0, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(angle(0, 3) == 180.0, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(order.angle(order.properties[1].direction, Values{0, 7, 0}) < 0.01);
  BOOST_TEST(std::isnan(order.angle(order.properties[1].direction, Values{0, 0, 0})));
}

BOOST_AUTO_TEST_CASE(rows_without_a_value_do_not_count) {
  const Molecules molecules(200, 3);
  auto gap = molecules.target("gap", first);
  for (std::size_t i = 0; i < 200; i += 4) {
    gap.values[i] = kNone;
  }
  const LatentOrder order =
      fit_latent_order(molecules.latents, molecules.groups, {gap, molecules.target("whole", second)});
  BOOST_REQUIRE(order.properties.size() == 2u);
  BOOST_TEST(order.properties[0].fitted + order.properties[0].rows == 150u);
  BOOST_TEST(order.properties[0].r2 == 1.0, kClose);
  BOOST_TEST(order.properties[1].fitted + order.properties[1].rows == 200u);
}

BOOST_AUTO_TEST_CASE(targets_with_too_few_or_equal_values_are_skipped) {
  const Molecules molecules(200, 10);
  auto few = molecules.target("few", first);
  std::fill(few.values.begin() + 30, few.values.end(), kNone);  // about 15 in a half; 22 are needed
  const LatentOrder order = fit_latent_order(
      molecules.latents, molecules.groups,
      {few, molecules.target("gap", first), molecules.target("constant", [](const float*) { return 0.1; }),
       molecules.target("none", [](const float*) { return kNone; })});
  BOOST_REQUIRE(order.properties.size() == 1u);
  BOOST_TEST(order.properties[0].name == "gap");
  BOOST_TEST(order.skipped == (std::vector<std::string>{"few", "constant", "none"}), boost::test_tools::per_element());
}

// Twenty-one coefficients follow fifty random values well, but tell nothing of others.
BOOST_AUTO_TEST_CASE(the_measured_half_is_not_the_fitted_one) {
  const Molecules molecules(120, 20);
  const auto numbers = test::random_numbers(120, 77, -1, 1);
  const data::Target noise{"noise", "eV", Values(numbers.begin(), numbers.end()), {}};
  const LatentOrder order = fit_latent_order(molecules.latents, molecules.groups, {noise});
  BOOST_REQUIRE(order.properties.size() == 1u);
  BOOST_TEST(order.properties[0].r2 < -0.1);
}

BOOST_AUTO_TEST_CASE(the_order_of_the_rows_does_not_matter) {
  const Molecules molecules(100, 2);
  Molecules reversed = molecules;
  for (std::size_t i = 0; i < 100; ++i) {
    std::copy_n(molecules.latents.data() + 2 * i, 2, reversed.latents.data() + 2 * (99 - i));
  }
  std::ranges::reverse(reversed.groups);
  const auto curve = [](const float* z) { return std::exp(z[0]) * z[1]; };
  const auto one = fit_latent_order(molecules.latents, molecules.groups, {molecules.target("x", curve)}).properties;
  const auto other = fit_latent_order(reversed.latents, reversed.groups, {reversed.target("x", curve)}).properties;
  BOOST_REQUIRE(one.size() == 1u);
  BOOST_REQUIRE(other.size() == 1u);
  BOOST_TEST(one[0].r2 < 0.999);
  BOOST_TEST(one[0].r2 == other[0].r2, kClose);
  BOOST_TEST(one[0].fitted == other[0].fitted);
}

// Molecules lie along the line z1 = z0: what is at a right angle on paper is the same function for them.
BOOST_AUTO_TEST_CASE(functions_are_correlated_over_the_molecules) {
  Molecules molecules(200, 2);
  const LatentOrder round = fit_latent_order(molecules.latents, molecules.groups, {});
  BOOST_TEST(std::abs(round.correlation(Values{1, 0}, Values{0, 1})) < 0.2);
  BOOST_TEST(round.correlation(Values{1, 0}, Values{3, 0}) == 1.0, kClose);
  for (std::size_t i = 0; i < 200; ++i) {
    molecules.latents[2 * i + 1] = molecules.latents[2 * i] + 0.001f * molecules.latents[2 * i + 1];
  }
  const LatentOrder line = fit_latent_order(molecules.latents, molecules.groups, {});
  BOOST_TEST(line.angle(Values{1, 0}, Values{0, 1}) == 90.0, kClose);
  BOOST_TEST(line.correlation(Values{1, 0}, Values{0, 1}) > 0.9999);
  BOOST_TEST(line.correlation(Values{1, 0}, Values{-2, 0.5}) < -0.9999);
  BOOST_TEST(std::isnan(line.correlation(Values{1, 0}, Values{0, 0})));
  // By hand: variances 1/4 and 1, covariance 0 of (+-1/2, +-1): (1, 1) and (1, 0) have 0.25 / sqrt(1.25 * 0.25).
  const LatentOrder corners =
      fit_latent_order(std::vector<float>{0.5f, 1, 0.5f, -1, -0.5f, 1, -0.5f, -1}, {"a", "b", "c", "d"}, {});
  BOOST_TEST(corners.correlation(Values{1, 1}, Values{1, 0}) == std::sqrt(0.2), kClose);
}

// A dimension that hardly varies would get a huge coefficient and turn every direction towards itself.
BOOST_AUTO_TEST_CASE(inactive_dimensions_take_no_part) {
  Molecules molecules(200, 3);
  for (std::size_t i = 0; i < 200; ++i) {
    molecules.latents[3 * i + 1] *= 0.001f;
  }
  const auto gap = molecules.target("gap", [](const float* z) { return z[0] + 100.0 * z[1]; });
  const LatentOrder order = fit_latent_order(molecules.latents, molecules.groups, {gap});
  BOOST_TEST(order.active == (std::vector<bool>{true, false, true}), boost::test_tools::per_element());
  BOOST_REQUIRE(order.properties.size() == 1u);
  BOOST_TEST(order.properties[0].direction[1] == 0.0);
  BOOST_TEST(order.properties[0].direction[0] > 0.99);
  BOOST_TEST(order.angle(Values{1, 50, 0}, Values{1, -50, 0}) < 1e-6);
}

BOOST_AUTO_TEST_CASE(a_collapsed_latent_space_predicts_the_mean) {
  Molecules molecules(200, 2);
  auto gap = molecules.target("gap", first);
  std::ranges::fill(molecules.latents, 0.5f);
  const LatentOrder order = fit_latent_order(molecules.latents, molecules.groups, {gap});
  BOOST_REQUIRE(order.properties.size() == 1u);
  BOOST_TEST(order.properties[0].r2 <= 0.0);
  BOOST_TEST(order.properties[0].r2 > -0.2);
  BOOST_TEST(order.properties[0].mae == 0.5, boost::test_tools::tolerance(0.2));
  BOOST_TEST(std::isnan(order.angle(order.properties[0].direction, order.properties[0].direction)));
}

BOOST_AUTO_TEST_SUITE_END()
