#include "linalg/solvers.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "linalg/buffer.h"

using namespace epitaxy;
using namespace epitaxy::linalg;
using Values = std::vector<double>;

namespace {

const auto kClose = boost::test_tools::tolerance(1e-10);

Values random_values(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, Purpose::synthetic);
  Values values(count);
  std::ranges::generate(values, [&] { return random.normal(); });
  return values;
}

/// result(values) is the same wherever the values lie.
template <typename Result>
void check_same_bits_anywhere(const Values& values, Result result) {
  const auto expected = result(std::span<const double>(values));
  Buffer<double> memory(values.size() + 8);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::ranges::copy(values, memory.data() + shift);
    BOOST_TEST((result(std::span<const double>(memory.data() + shift, values.size())) == expected));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solvers_test)

BOOST_AUTO_TEST_CASE(a_linear_fit_finds_a_plane) {
  const Values x{0, 0, 1, 0, 0, 1, 2, 3};
  const LinearFit fit = fit_linear(x, 2, Values{5, 7, 4, 6});  // 5 + 2 a - b
  BOOST_TEST(fit.constant == 5.0, kClose);
  BOOST_TEST(fit.coefficients[0] == 2.0, kClose);
  BOOST_TEST(fit.coefficients[1] == -1.0, kClose);
  BOOST_TEST(fit.at(Values{10, 1}) == 24.0, kClose);
}

BOOST_AUTO_TEST_CASE(of_columns_that_are_alike_a_linear_fit_has_the_smallest_coefficients) {
  const LinearFit fit = fit_linear(Values{1, 1, 2, 2, 3, 3}, 2, Values{2, 4, 6});
  BOOST_TEST(fit.coefficients[0] == 1.0, kClose);
  BOOST_TEST(fit.coefficients[1] == 1.0, kClose);
  const LinearFit constant = fit_linear(Values{4, 4, 4}, 1, Values{1, 2, 6});
  BOOST_TEST(constant.coefficients[0] == 0.0);
  BOOST_TEST(constant.constant == 3.0, kClose);
}

BOOST_AUTO_TEST_CASE(without_columns_a_linear_fit_is_the_mean) {
  const LinearFit fit = fit_linear({}, 0, Values{1, 2, 6});
  BOOST_TEST(fit.coefficients.empty());
  BOOST_TEST(fit.constant == 3.0, kClose);
}

BOOST_AUTO_TEST_CASE(ridge_by_hand) {
  // (1 + 4 + 1) c = 1 * 3 + 2 * 6 with penalty 1: c = 15 / 6.
  BOOST_TEST(fit_ridge(std::vector<float>{1, 2}, 1, Values{3, 6}, 1)[0] == 2.5, kClose);
}

BOOST_AUTO_TEST_CASE(ridge_solves_the_same_problem_with_more_columns_than_rows) {
  // One row (1, 2), y = 12, penalty 1: c = x y / (x x + 1) = (2, 4).
  const Values c = fit_ridge(std::vector<float>{1, 2}, 2, Values{12}, 1);
  BOOST_TEST(c[0] == 2.0, kClose);
  BOOST_TEST(c[1] == 4.0, kClose);
}

BOOST_AUTO_TEST_CASE(positive_definite_equations_are_solved_from_the_lower_triangle) {
  Buffer<double> m(4);
  const double none = std::numeric_limits<double>::quiet_NaN();
  std::ranges::copy(Values{4, none, 2, 3}, m.data());
  const auto x = solve_positive({m.data(), 4}, Values{8, 7});  // 4 x + 2 y = 8, 2 x + 3 y = 7
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST((*x)[0] == 1.25, kClose);
  BOOST_TEST((*x)[1] == 1.5, kClose);
}

BOOST_AUTO_TEST_CASE(an_indefinite_matrix_has_no_solution_of_that_kind) {
  Values m{1, 2, 2, 1};
  BOOST_TEST(!solve_positive(m, Values{1, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(eigenvalues_and_eigenvectors_by_hand) {
  const auto eigen = symmetric_eigen(Values{2, 1, 1, 2}, 2);
  BOOST_TEST_REQUIRE(eigen.has_value());
  BOOST_TEST(eigen->values[0] == 1.0, kClose);
  BOOST_TEST(eigen->values[1] == 3.0, kClose);
  BOOST_TEST(eigen->vectors[0] == -eigen->vectors[1], kClose);
  BOOST_TEST(eigen->vectors[2] == eigen->vectors[3], kClose);
  BOOST_TEST(std::abs(eigen->vectors[2]) == std::sqrt(0.5), kClose);
  const double none = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(!symmetric_eigen(Values{none, 1, 1, 2}, 2).has_value());
}

BOOST_AUTO_TEST_CASE(covariance_by_hand) {
  // Columns 1, 3 and 2, 8: deviations 1 and 3.
  BOOST_TEST(covariance(std::vector<float>{1, 2, 3, 8}, 2) == (Values{1, 3, 3, 9}), boost::test_tools::per_element());
  BOOST_TEST(covariance({}, 2) == (Values{0, 0, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(products_and_lengths_by_hand) {
  BOOST_TEST(product(Values{1, 2}, Values{2, 1, 1, 3}, Values{3, 1}) == 19.0);  // (1, 2) . (7, 6)
  BOOST_TEST(length(Values{3, 4}) == 5.0);
}

BOOST_AUTO_TEST_CASE(results_are_the_same_wherever_the_numbers_lie) {
  constexpr std::size_t kColumns = 7;
  constexpr std::size_t kRows = 45;
  const Values y = random_values(kRows, 2);
  check_same_bits_anywhere(random_values(kRows * kColumns, 1),
                           [&](std::span<const double> x) { return fit_linear(x, kColumns, y).coefficients; });
  const Values m = random_values(23 * 23, 3);
  check_same_bits_anywhere(random_values(23, 4), [&](std::span<const double> x) { return product(x, m, x); });
  check_same_bits_anywhere(random_values(57, 5), [&](std::span<const double> x) { return length(x); });
}

BOOST_AUTO_TEST_CASE(tables_of_the_wrong_size_are_an_error) {
  BOOST_CHECK_THROW(fit_linear(Values{1, 2, 3}, 2, Values{1, 2}), Error);
  BOOST_CHECK_THROW(fit_ridge(std::vector<float>{1, 2, 3}, 2, Values{1, 2}, 1), Error);
  BOOST_CHECK_THROW(symmetric_eigen(Values{1, 2, 3}, 2), Error);
}

BOOST_AUTO_TEST_SUITE_END()
