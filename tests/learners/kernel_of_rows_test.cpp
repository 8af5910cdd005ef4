#include "learners/kernel_of_rows.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.h"

using namespace epitaxy;
using namespace epitaxy::learners;

namespace {

constexpr auto kNumber = static_cast<std::int64_t>(ColumnKind::number);
constexpr auto kCount = static_cast<std::int64_t>(ColumnKind::count);
constexpr auto kCoordinate = static_cast<std::int64_t>(ColumnKind::coordinate);
const auto kTolerance = boost::test_tools::tolerance(1e-6);

/// The similarity of the second row to the first.
double similarity(const Matrix& rows, const std::vector<std::int64_t>& kinds, const KernelForm& form) {
  return RowKernel(rows, kinds, form).of_training()(1, 0);
}

void check_weights(const KernelWeights& found, double fragments, double coordinates, double numbers) {
  BOOST_TEST(found.fragments == fragments, kTolerance);
  BOOST_TEST(found.coordinates == coordinates, kTolerance);
  BOOST_TEST(found.numbers == numbers, kTolerance);
}

Matrix random_rows(std::size_t rows, std::size_t columns) {
  RandomStream random(1, Purpose::synthetic);
  Matrix result{rows, columns, {}};
  for (std::size_t i = 0; i < rows * columns; ++i) {
    result.values.push_back(static_cast<float>(random.below(5)) + (i % 3 == 0 ? 0.0F : 0.25F));
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_of_rows)

// Two rows are one deviation from the mean in each of two columns: 2 from each other.
BOOST_AUTO_TEST_CASE(numbers_of_two_rows_are_alike_by_shape_and_width) {
  const Matrix rows{2, 2, {0, 5, 1, 3}};
  const std::vector<std::int64_t> kinds{kNumber, kNumber};
  BOOST_TEST(similarity(rows, kinds, {.width = 2}) == std::exp(-4 / 2.0 / 4), kTolerance);
  BOOST_TEST(similarity(rows, kinds, {.shape = KernelShape::laplacian, .width = 2}) == std::exp(-1), kTolerance);
}

// d^2 is 25, 100 and 25: the median is 25.
BOOST_AUTO_TEST_CASE(coordinates_are_compared_as_they_are_in_units_of_the_median) {
  const Matrix rows{3, 2, {0, 0, 3, 4, 6, 8}};
  const Kernel k = RowKernel(rows, {kCoordinate, kCoordinate}, {.coordinates_width = 2}).of_training();
  BOOST_TEST(k(1, 0) == std::exp(-0.5), kTolerance);
  BOOST_TEST(k(2, 0) == std::exp(-2), kTolerance);
}

BOOST_AUTO_TEST_CASE(equal_coordinates_are_alike) {
  BOOST_TEST(similarity({3, 1, {2, 2, 2}}, {kCoordinate}, {}) == 1.0);
}

// Tanimoto 1/3, coordinates exp(-1), numbers exp(-2).
BOOST_AUTO_TEST_CASE(similarities_are_added_by_weight) {
  const Matrix rows{2, 3, {1, 0, 7, 3, 1, 9}};
  const KernelForm form{.fragments = 0.2, .coordinates = 0.3, .shape = KernelShape::laplacian};
  BOOST_TEST(
      similarity(rows, {kCount, kCoordinate, kNumber}, form) == 0.2 / 3 + 0.3 * std::exp(-1) + 0.5 * std::exp(-2),
      kTolerance);
}

BOOST_AUTO_TEST_CASE(what_has_no_columns_has_no_weight) {
  const KernelForm form{.fragments = 0.2, .coordinates = 0.3};
  check_weights(KernelWeights::of(form, true, true, true), 0.2, 0.3, 0.5);
  check_weights(KernelWeights::of(form, true, true, false), 0.4, 0.6, 0);
  check_weights(KernelWeights::of(form, true, false, true), 0.2, 0, 0.8);
  check_weights(KernelWeights::of(form, false, true, true), 0, 0.3, 0.7);
  check_weights(KernelWeights::of(form, false, false, true), 0, 0, 1);
  check_weights(KernelWeights::of(form, false, false, false), 0, 0, 0);
  check_weights(KernelWeights::of({.fragments = 0.6, .coordinates = 0.6}, true, true, true), 0.5, 0.5, 0);
  check_weights(KernelWeights::of({.fragments = 0, .coordinates = 0}, true, true, false), 0.5, 0.5, 0);
}

// One of 26 values differs: 5 deviations from the mean, the others -0.2.
BOOST_AUTO_TEST_CASE(squashed_numbers_are_logarithms_and_clipped) {
  Matrix rows{26, 1, std::vector<float>(26, 0.0F)};
  rows.values[7] = static_cast<float>(-std::expm1(2.0));
  const auto plain = NumberScales(rows, false).apply(rows);
  BOOST_TEST(plain.values[7] == -5.0F, boost::test_tools::tolerance(1e-5F));
  const NumberScales scales(rows, true);
  const auto squashed = scales.apply(rows);
  BOOST_TEST(squashed.values[7] == -4.0F);
  BOOST_TEST(squashed.values[0] == 0.2F, boost::test_tools::tolerance(1e-5F));
  // Halfway in the logarithm: -1, where the mean is -2/26 and the deviation 10/26.
  const auto halfway = scales.apply({1, 1, {static_cast<float>(-std::expm1(1.0))}});
  BOOST_TEST(halfway.values[0] == -2.4F, boost::test_tools::tolerance(1e-5F));
}

BOOST_AUTO_TEST_CASE(a_laplacian_is_the_sum_over_many_columns) {
  const Matrix rows = random_rows(70, 37);
  const std::vector<std::int64_t> kinds(37, kNumber);
  const Kernel k = RowKernel(rows, kinds, {.shape = KernelShape::laplacian}).of_training();
  const auto z = NumberScales(rows, false).apply(rows);
  for (const std::size_t i : {1U, 65U, 69U}) {
    double sum = 0;
    for (std::size_t j = 0; j < 37; ++j) {
      sum += std::abs(z.row(i)[j] - z.row(0)[j]);
    }
    BOOST_TEST(k(static_cast<Eigen::Index>(i), 0) == std::exp(-sum / 37), kTolerance);
  }
}

BOOST_AUTO_TEST_CASE(a_row_does_not_depend_on_the_rows_around_it) {
  const Matrix training = random_rows(300, 30);
  std::vector<std::int64_t> kinds(30, kNumber);
  std::fill_n(kinds.begin(), 10, kCoordinate);
  for (const KernelShape shape : {KernelShape::gaussian, KernelShape::laplacian}) {
    const RowKernel kernel(training, kinds, {.coordinates = 0.4, .shape = shape, .squash = true});
    std::vector<Eigen::VectorXd> all;
    kernel.for_rows(training, [&](std::size_t, const auto& k) { all.emplace_back(k.transpose()); });
    BOOST_REQUIRE(all.size() == 300U);
    for (const std::size_t i : {0U, 257U, 299U}) {
      kernel.for_rows(pick_rows(training, std::vector<std::size_t>{i}),
                      [&](std::size_t, const auto& k) { BOOST_TEST((k.transpose() == all[i])); });
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
