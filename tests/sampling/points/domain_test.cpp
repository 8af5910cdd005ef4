#include "sampling/points/domain.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/statistics.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"
#include "sampling/points/sobol.h"

using namespace epitaxy;
using sampling::Domain;
using sampling::DomainKind;
using sampling::DomainSettings;
using sampling::EncodedStatistics;
using test::says;

namespace {

constexpr std::size_t kPoints = 1 << 14;

DomainSettings read(const std::string& keys) {
  const auto document = config::Document::from_text("stage: x\ndomain:\n" + keys, "x.yaml");
  auto root = document.root();
  root.string("stage");
  auto settings = config::read<DomainSettings>(root.section("domain"));
  document.finish();
  return settings;
}

void check_unreadable(const std::string& keys, const std::string& part) {
  BOOST_TEST_CONTEXT(keys) { BOOST_CHECK_EXCEPTION(read(keys), InputError, says(part)); }
}

void check_refused(const std::string& keys, std::size_t latent, const EncodedStatistics* encoded,
                   const std::string& part) {
  BOOST_TEST_CONTEXT(keys) {
    const DomainSettings settings = read(keys);
    BOOST_CHECK_EXCEPTION(Domain(settings, latent, encoded), InputError, says(part));
  }
}

/// Three dimensions: standard deviations 2, 1, 1/2 along (1, 1, 0), (-1, 1, 0), (0, 0, 1).
EncodedStatistics encoded() { return {{1, -2, 0.5}, {2.5, 1.5, 0, 1.5, 2.5, 0, 0, 0, 0.25}, 100}; }

std::vector<float> vectors_of(const Domain& domain, std::size_t count = kPoints) {
  const sampling::SobolSequence sequence(domain.dimensions(), sampling::SobolSequence::Scramble::linear_matrix, 1, 0);
  std::vector<double> unit(count * domain.dimensions());
  sequence.points(0, count, unit.data());
  std::vector<float> latent(count * domain.latent());
  domain.map(unit.data(), count, latent.data());
  return latent;
}

std::vector<float> vector_at(const Domain& domain, const std::vector<double>& unit) {
  std::vector<float> latent(domain.latent());
  domain.map(unit.data(), 1, latent.data());
  return latent;
}

EncodedStatistics moments_of(const std::vector<float>& latent, std::size_t size) {
  const std::size_t rows = latent.size() / size;
  EncodedStatistics result{std::vector<double>(size), std::vector<double>(size * size), rows};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      result.mean[j] += latent[i * size + j] / static_cast<double>(rows);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t k = 0; k < size; ++k) {
        result.covariance[j * size + k] += (latent[i * size + j] - result.mean[j]) *
                                           (latent[i * size + k] - result.mean[k]) / static_cast<double>(rows);
      }
    }
  }
  return result;
}

void check_close(const std::vector<double>& values, const std::vector<double>& expected, double error) {
  BOOST_REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_TEST(std::abs(values[i] - expected[i]) < error, i << ": " << values[i] << " is not " << expected[i]);
  }
}

void check_close(const std::vector<float>& values, const std::vector<double>& expected, double error = 1e-6) {
  check_close(std::vector<double>(values.begin(), values.end()), expected, error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(domain_test)

BOOST_AUTO_TEST_CASE(the_prior_is_standard_normal) {
  const Domain domain(read("  kind: prior\n"), 3, nullptr);
  BOOST_TEST(domain.dimensions() == 3);
  BOOST_TEST(domain.mass() == 1.0);
  const auto moments = moments_of(vectors_of(domain), 3);
  check_close(moments.mean, {0, 0, 0}, 1e-3);
  check_close(moments.covariance, {1, 0, 0, 0, 1, 0, 0, 0, 1}, 5e-3);
  check_close(vector_at(domain, {0.5, 0.975, 0.01}), {0, 1.959964, -2.326348});
  const auto ends = vector_at(domain, {0x1p-33, 1 - 0x1p-33, 0.5});
  BOOST_TEST((ends[0] < -6 && ends[1] == -ends[0]));
}

BOOST_AUTO_TEST_CASE(the_encoded_domain_has_mean_and_spread_of_the_molecules) {
  const auto given = encoded();
  const auto diagonal = moments_of(vectors_of(Domain(read("  kind: encoded\n"), 3, &given)), 3);
  check_close(diagonal.mean, given.mean, 5e-3);
  check_close(diagonal.covariance, {2.5, 0, 0, 0, 2.5, 0, 0, 0, 0.25}, 0.02);
  const Domain full(read("  kind: encoded\n  covariance: full\n"), 3, &given);
  const auto correlated = moments_of(vectors_of(full), 3);
  check_close(correlated.mean, given.mean, 5e-3);
  check_close(correlated.covariance, given.covariance, 0.02);
  // The first dimension of the cube is the longest axis.
  const double step = 2 * std::sqrt(0.5);
  check_close(vector_at(full, {statistics::normal_below(1), 0.5, 0.5}), {1 + step, -2 + step, 0.5});
}

BOOST_AUTO_TEST_CASE(boxes_reach_from_corner_to_corner) {
  const Domain same(read("  kind: box\n  low: -3\n  high: 3\n"), 3, nullptr);
  check_close(vector_at(same, {0.25, 0.5, 1}), {-1.5, 0, 3});
  const Domain own(read("  kind: box\n  low: [-1, 0, 2]\n  high: [1, 1, 6]\n"), 3, nullptr);
  check_close(vector_at(own, {0, 0, 0}), {-1, 0, 2});
  check_close(vector_at(own, {1, 1, 1}), {1, 1, 6});
  const auto moments = moments_of(vectors_of(own), 3);
  check_close(moments.mean, {0, 0.5, 4}, 1e-3);
  check_close(moments.covariance, {4.0 / 12, 0, 0, 0, 1.0 / 12, 0, 0, 0, 16.0 / 12}, 1e-3);

  const auto given = encoded();
  const Domain turned(read("  kind: box\n  low: [-2, -1, 0]\n  high: 2\n  axes: principal\n"), 3, &given);
  // -2, -1 and 0 deviations of 2, 1, 1/2 along the three axes; the sign of the second is that of its largest number.
  const double root = std::sqrt(0.5);
  const auto corner = vector_at(turned, {0, 0, 0});
  BOOST_TEST(std::abs(corner[0] + corner[1] - (-1 - 4 / root)) < 1e-5);
  BOOST_TEST(std::abs(std::abs(corner[0] - corner[1] - 3) - 2 * root) < 1e-5);
  BOOST_TEST(std::abs(corner[2] - 0.5) < 1e-6);
  BOOST_TEST(std::abs(vector_at(turned, {0, 0, 1})[2] - 1.5) < 1e-6);
}

BOOST_AUTO_TEST_CASE(planes_lie_along_principal_axes_or_given_vectors) {
  const auto given = encoded();
  const double root = std::sqrt(0.5);
  const Domain principal(read("  kind: plane\n  axes: [1, 3]\n  half_width: 2\n"), 3, &given);
  BOOST_TEST(principal.dimensions() == 2);
  check_close(vector_at(principal, {0.5, 0.5}), {1, -2, 0.5});
  check_close(vector_at(principal, {0, 0}), {1 - 4 * root, -2 - 4 * root, -0.5});
  check_close(vector_at(principal, {1, 0.75}), {1 + 4 * root, -2 + 4 * root, 1});
  // The second vector is made orthogonal to the first: (0, 1, 0), where molecules deviate by sqrt(2.5).
  const Domain vectors(read("  kind: plane\n  center: [0, 0, 0]\n  first: [0, 0, 5]\n  second: [0, 2, 2]\n"), 3,
                       &given);
  check_close(vector_at(vectors, {1, 1}), {0, 3 * std::sqrt(2.5), 1.5});

  // A box inside of a plane and outside of it comes back.
  std::vector<double> unit(2);
  const auto vector = vector_at(principal, {0.3, 0.9});
  principal.to_unit(vector.data(), unit.data());
  check_close(unit, {0.3, 0.9}, 1e-6);
  const std::vector<float> beside = {vector[0] + 1, vector[1] - 1, vector[2]};
  principal.to_unit(beside.data(), unit.data());
  check_close(unit, {0.3, 0.9}, 1e-6);
}

BOOST_AUTO_TEST_CASE(vectors_are_mapped_back) {
  const auto given = encoded();
  for (const std::string keys :
       {"  kind: prior\n", "  kind: encoded\n", "  kind: encoded\n  covariance: full\n",
        "  kind: box\n  low: -1\n  high: [1, 2, 3]\n", "  kind: box\n  low: -1\n  high: 1\n  axes: principal\n"}) {
    const Domain domain(read(keys), 3, &given);
    std::vector<double> unit(3);
    domain.to_unit(vector_at(domain, {0.1, 0.5, 0.8}).data(), unit.data());
    check_close(unit, {0.1, 0.5, 0.8}, 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(a_vector_depends_on_its_point_alone) {
  const auto given = encoded();
  Domain domain(read("  kind: encoded\n  covariance: full\n"), 3, &given);
  domain.constrain(std::vector<double>{1, 2, 3}, 0, true, 0.5);
  const auto all = vectors_of(domain, 37);
  const auto part = vectors_of(domain, 5);
  BOOST_TEST(std::equal(part.begin(), part.end(), all.begin()));
}

namespace {

/// What a restriction has to fulfil, with a known mean and deviation of the property.
void check_restricted(Domain domain, const std::vector<double>& direction, bool below, double threshold, double mean,
                      double deviation) {
  const double offset = 4;
  domain.constrain(direction, offset, below, threshold);
  const double sign = below ? 1 : -1;
  const double limit = sign * (threshold - mean) / deviation;
  BOOST_TEST(domain.mass() == statistics::normal_below(limit), boost::test_tools::tolerance(1e-9));
  const auto latent = vectors_of(domain);
  const std::size_t size = direction.size();
  std::vector<double> sizes;
  double sum = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double value = std::inner_product(direction.begin(), direction.end(), latent.begin() + i * size, offset);
    BOOST_REQUIRE((below ? value < threshold : value > threshold));
    sizes.push_back(sign * (value - mean) / deviation);
    sum += sizes.back();
  }
  // Mean of the truncated normal distribution: minus its density at the limit over its mass.
  const double density = std::exp(-0.5 * limit * limit) / std::sqrt(2 * M_PI);
  BOOST_TEST(std::abs(sum / kPoints + density / domain.mass()) < 2e-3);
  // One value in each interval of equal mass but for the margin: still space-filling.
  std::ranges::sort(sizes);
  for (std::size_t i = 0; i < kPoints; i += 511) {
    const double rank = statistics::normal_below(sizes[i]) / domain.mass() * kPoints;
    BOOST_TEST(std::abs(rank - static_cast<double>(i) - 0.5) < 0.7 + 1e-4 * kPoints);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(restricted_domains_keep_to_the_threshold) {
  const auto given = encoded();
  const Domain prior(read("  kind: prior\n"), 3, nullptr);
  const Domain diagonal(read("  kind: encoded\n"), 3, &given);
  const Domain full(read("  kind: encoded\n  covariance: full\n"), 3, &given);
  const std::vector<double> direction = {2, -1, 0.5};
  check_restricted(prior, direction, true, 3.0, 4, std::sqrt(5.25));
  check_restricted(prior, direction, false, 3.0, 4, std::sqrt(5.25));
  check_restricted(prior, direction, true, -12.0, 4, std::sqrt(5.25));
  check_restricted(prior, {-1, 0, 0}, false, 9.0, 4, 1);
  check_restricted(prior, {1, 0, 0}, false, 9.0, 4, 1);
  check_restricted(prior, {0, 0, 3}, true, 1e3, 4, 3);
  check_restricted(diagonal, direction, true, 6.0, 8.25, std::sqrt(4 * 2.5 + 2.5 + 0.25 * 0.25));
  check_restricted(full, direction, true, 6.0, 8.25, std::sqrt(10 + 2.5 - 4 * 1.5 + 0.0625));
}

// Other directions stay as they are, and the sum over what lies below and above is the whole.
BOOST_AUTO_TEST_CASE(restrictions_leave_the_rest_as_it_is) {
  Domain below(read("  kind: prior\n"), 3, nullptr);
  Domain above = below;
  const std::vector<double> direction = {1, 1, 0};
  below.constrain(direction, 0, true, -1);
  above.constrain(direction, 0, false, -1);
  BOOST_TEST(below.mass() + above.mass() == 1.0, boost::test_tools::tolerance(1e-12));
  const auto moments = moments_of(vectors_of(below), 3);
  BOOST_TEST(std::abs(moments.mean[0] - moments.mean[1]) < 5e-3);
  BOOST_TEST(std::abs(moments.mean[2]) < 5e-3);
  BOOST_TEST(std::abs(moments.covariance[8] - 1) < 1e-2);
  const auto& c = moments.covariance;
  BOOST_TEST(std::abs((c[0] + c[4] - 2 * c[1]) / 2 - 1) < 1e-2);
}

BOOST_AUTO_TEST_CASE(impossible_restrictions_are_refused) {
  const auto given = encoded();
  const std::vector<double> direction = {1, 0, 0};
  Domain box(read("  kind: box\n  low: 0\n  high: 1\n"), 3, nullptr);
  BOOST_CHECK_EXCEPTION(box.constrain(direction, 0, true, 0), InputError, says("'prior' and 'encoded' alone"));
  Domain prior(read("  kind: prior\n"), 3, nullptr);
  BOOST_CHECK_EXCEPTION(prior.constrain(std::vector<double>{1, 0}, 0, true, 0), InputError, says("has 2 numbers"));
  BOOST_CHECK_EXCEPTION(prior.constrain(std::vector<double>{0, 0, 0}, 0, true, 0), InputError, says("does not vary"));
  BOOST_CHECK_EXCEPTION(prior.constrain(direction, 5, true, -35), InputError,
                        says("the property is 5 +- 1 there, so that below -35 is 40 standard deviations away"));
}

BOOST_AUTO_TEST_CASE(domains_that_do_not_fit_the_model_are_refused) {
  const auto given = encoded();
  check_refused("  kind: box\n  low: [0, 0]\n  high: 1\n", 3, nullptr, "'domain.low' has 2 numbers");
  check_refused("  kind: box\n  low: 0\n  high: [1, 1, 1, 1]\n", 3, nullptr, "'domain.high' has 4 numbers");
  check_refused("  kind: encoded\n", 4, &given, "have 3 latent dimensions, the model has 4");
  check_refused("  kind: plane\n  center: [0, 1]\n", 3, &given, "'domain.center' has 2 numbers");
  check_refused("  kind: plane\n  axes: [1, 4]\n", 3, &given, "names the principal axis 4");
  check_refused("  kind: plane\n  first: [0, 1]\n  second: [1, 0]\n", 3, &given, "'domain.first' has 2 numbers");
  check_refused("  kind: plane\n  first: [0, 1, 0]\n  second: [0, -2, 0]\n", 3, &given, "are the same");
  check_refused("  kind: plane\n  first: [0, 0, 0]\n  second: [0, -2, 0]\n", 3, &given, "is zero");
  auto flat = given;
  flat.covariance[8] = 0;
  check_refused("  kind: plane\n  axes: [1, 3]\n", 3, &flat, "do not vary along direction 2");
  flat.rows = 1;
  check_refused("  kind: encoded\n", 3, &flat, "at least two training molecules");
  const EncodedStatistics one{{0}, {1}, 9};
  check_refused("  kind: plane\n", 1, &one, "at least two dimensions");
}

BOOST_AUTO_TEST_CASE(inputs_are_read_with_their_defaults) {
  BOOST_TEST((read("  {}\n").kind == DomainKind::prior));
  BOOST_TEST(!read("  kind: prior\n").needs_encoded());
  BOOST_TEST(!read("  kind: box\n  low: 0\n  high: 1\n").needs_encoded());
  BOOST_TEST(read("  kind: box\n  low: 0\n  high: 1\n  axes: principal\n").needs_encoded());
  BOOST_TEST(read("  kind: encoded\n").needs_encoded());
  const auto plane = read("  kind: plane\n  properties: [gap, dipole]\n");
  BOOST_TEST(plane.needs_encoded());
  BOOST_TEST(plane.half_width == 3.0);
  BOOST_TEST(plane.properties == (std::vector<std::string>{"gap", "dipole"}), boost::test_tools::per_element());
  BOOST_TEST(read("  kind: plane\n  axes: [2, 5]\n").axes == (std::array<std::size_t, 2>{1, 4}),
             boost::test_tools::per_element());
  for (const DomainKind kind : {DomainKind::prior, DomainKind::encoded, DomainKind::box, DomainKind::plane}) {
    const std::string name = name_of(kind);
    BOOST_TEST((read("  kind: " + name + (name == "box" ? "\n  low: 0\n  high: 1\n" : "\n")).kind == kind));
  }
}

BOOST_AUTO_TEST_CASE(empty_lists_of_a_plane_stand_for_its_defaults) {
  const auto plane = read("  kind: plane\n  center: []\n  properties: []\n  axes: [1, 2]\n");
  BOOST_TEST(plane.center.empty());
  BOOST_TEST(plane.properties.empty());
  BOOST_TEST(plane.vectors.empty());
  BOOST_TEST(read("  kind: plane\n  first: [1, 0]\n  second: [0, 2]\n").vectors.size() == 2U);
}

BOOST_AUTO_TEST_CASE(every_problem_is_told_at_its_line) {
  check_unreadable("  kind: sphere\n", "x.yaml:3: 'domain.kind' must be one of prior, encoded, box, plane");
  check_unreadable("  kind: box\n  low: 1\n", "'domain' lacks 'high'");
  check_unreadable("  kind: box\n  low: 1\n  high: 1\n", "x.yaml:5: 'domain.high': must be above 'low', but is 1");
  check_unreadable("  kind: box\n  low: [0, 3]\n  high: [1, 2]\n", "is 2 where that is 3");
  check_unreadable("  kind: box\n  low: [0, 3]\n  high: [1, 2, 3]\n", "x.yaml:5: 'domain.high': has 3 numbers");
  check_unreadable("  kind: box\n  low: []\n  high: 1\n", "x.yaml:4: 'domain.low': needs at least one number");
  check_unreadable("  kind: box\n  low: .nan\n  high: 1\n", "x.yaml:4: 'domain.low' must be a number");
  check_unreadable("  kind: prior\n  low: 1\n", "x.yaml:4");
  check_unreadable("  kind: plane\n  half_width: 0\n", "x.yaml:4: 'domain.half_width' must lie between");
  check_unreadable("  kind: plane\n  axes: [1, 1]\n", "x.yaml:4: 'domain.axes': must be the numbers of two different");
  check_unreadable("  kind: plane\n  properties: [gap]\n",
                   "x.yaml:4: 'domain.properties': must be two different heads");
  check_unreadable("  kind: plane\n  first: [1, 0]\n", "'domain' lacks 'second'");
  check_unreadable("  kind: plane\n  first: [1, 0]\n  second: [1]\n", "x.yaml:5: 'domain.second': has 1 numbers");
  check_unreadable("  kind: plane\n  axes: [1, 2]\n  properties: [a, b]\n", "give one of these");
  check_unreadable("  kind: encoded\n  covariance: some\n", "x.yaml:4: 'domain.covariance' must be one of");
}

BOOST_AUTO_TEST_SUITE_END()
