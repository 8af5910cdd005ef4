#include "features/scaling.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::features;
using boost::test_tools::tolerance;
using Numbers = std::vector<double>;
using Row = std::vector<float>;

namespace {

ColumnSums sums_of(const std::vector<Row>& rows, const Row& shift) {
  ColumnSums sums(shift);
  for (const Row& row : rows) {
    sums.add(row.data());
  }
  return sums;
}

std::vector<Row> random_rows(std::size_t count, std::uint32_t seed) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back(test::random_numbers(3, seed + static_cast<std::uint32_t>(i), -1, 5));
  }
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scaling_test)

BOOST_AUTO_TEST_CASE(sums_are_those_by_hand) {
  ColumnSums sums(2);
  sums.add(Row{1, 0}.data());
  sums.add(Row{3, -2}.data());
  BOOST_TEST(sums.columns() == 2U);
  BOOST_TEST(sums.rows == 2);
  BOOST_TEST(sums.sum == (Numbers{4, -2}), boost::test_tools::per_element());
  BOOST_TEST(sums.squares == (Numbers{10, 4}), boost::test_tools::per_element());
  BOOST_TEST(sums.nonzero == (std::vector<std::int64_t>{2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_shift_is_taken_from_the_values_but_zeros_stay_zeros) {
  const ColumnSums sums = sums_of({{10, 0}, {13, 2}}, {10, 1});
  BOOST_TEST(sums.sum == (Numbers{3, 0}), boost::test_tools::per_element());
  BOOST_TEST(sums.squares == (Numbers{9, 2}), boost::test_tools::per_element());
  BOOST_TEST(sums.nonzero == (std::vector<std::int64_t>{2, 1}), boost::test_tools::per_element());
}

// 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and standard deviation 2.
BOOST_AUTO_TEST_CASE(columns_get_mean_zero_and_deviation_one) {
  for (const float shift : {0.0F, 2.0F, -7.5F}) {
    const Scaling scaling = Scaling::of(sums_of({{2}, {4}, {4}, {4}, {5}, {5}, {7}, {9}}, {shift}));
    BOOST_TEST(scaling.mean[0] == 5.0, tolerance(1e-14));
    BOOST_TEST(scaling.factor[0] == 0.5, tolerance(1e-14));
    float standardized = 0;
    scaling.apply(Row{9}.data(), &standardized);
    BOOST_TEST(standardized == 2.0F, tolerance(1e-6F));
  }
}

BOOST_AUTO_TEST_CASE(a_constant_column_becomes_zero) {
  for (const float value : {0.0F, 3.0F, 0.1F, -1e6F, 1e-30F}) {
    for (const float shift : {value, 0.0F, 7.3F}) {
      const Scaling scaling = Scaling::of(sums_of(std::vector<Row>(1000, {value, 1}), {shift, 1}));
      BOOST_TEST_CONTEXT(value << " shifted by " << shift) {
        BOOST_TEST(scaling.factor[0] == 0.0);
        float standardized[2] = {1, 1};
        scaling.apply(Row{value, 1}.data(), standardized);
        BOOST_TEST(standardized[0] == 0.0F);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_single_row_has_constant_columns) {
  const Scaling scaling = Scaling::of(sums_of({{2, -1}}, {0, 0}));
  BOOST_TEST(scaling.mean == (Numbers{2, -1}), boost::test_tools::per_element());
  BOOST_TEST(scaling.factor == (Numbers{0, 0}), boost::test_tools::per_element());
}

// One row in a million holds a fragment: mean 1e-6, variance 1e-6 (1 - 1e-6).
BOOST_AUTO_TEST_CASE(a_rare_fragment_is_not_constant) {
  for (const float shift : {0.0F, 1.0F}) {
    ColumnSums sums(Row{shift});
    for (int i = 0; i < 1'000'000; ++i) {
      const float value = i == 500 ? 1.0F : 0.0F;
      sums.add(&value);
    }
    BOOST_TEST(Scaling::of(sums).factor[0] == 1 / std::sqrt(1e-6 * (1 - 1e-6)), tolerance(1e-9));
  }
}

// Values 2^24 - 1 and 2^24, half of the rows each: their squares alone would lose the variance of 1/4.
BOOST_AUTO_TEST_CASE(a_shift_keeps_the_variance_beside_a_large_mean) {
  ColumnSums sums(Row{16777216.0F});
  for (int i = 0; i < 100'000; ++i) {
    const float value = i % 2 == 0 ? 16777215.0F : 16777216.0F;
    sums.add(&value);
  }
  const Scaling scaling = Scaling::of(sums);
  BOOST_TEST(scaling.mean[0] == 16777215.5);
  BOOST_TEST(scaling.factor[0] == 2.0, tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(shares_add_up_to_the_whole) {
  const Row shift{1, 2, 3};
  const auto first = random_rows(40, 1);
  const auto second = random_rows(25, 100);
  ColumnSums shares = sums_of(first, shift);
  shares.add(sums_of(second, shift));
  auto rows = first;
  rows.insert(rows.end(), second.begin(), second.end());
  const ColumnSums whole = sums_of(rows, shift);
  BOOST_TEST(shares.rows == whole.rows);
  BOOST_TEST(shares.nonzero == whole.nonzero, boost::test_tools::per_element());
  for (std::size_t j = 0; j < 3; ++j) {
    BOOST_TEST(std::abs(shares.sum[j] - whole.sum[j]) < 1e-11);
    BOOST_TEST(std::abs(shares.squares[j] - whole.squares[j]) < 1e-11);
  }
}

// Two ranks that hold shares 1, 2 and 3, 4, or one that holds all: each share is summed for itself, and the shares are
// added one after another.
BOOST_AUTO_TEST_CASE(shares_added_in_the_same_order_give_the_same_bits_wherever_they_were_computed) {
  const Row shift{1, 2, 3};
  std::vector<ColumnSums> shares(4);
  for (const std::size_t i : {3U, 1U, 0U, 2U}) {
    shares[i] = sums_of(random_rows(50, 1000 * static_cast<std::uint32_t>(i)), shift);
  }
  ColumnSums alone(shift);
  for (std::uint32_t i = 0; i < 4; ++i) {
    alone.add(sums_of(random_rows(50, 1000 * i), shift));
  }
  ColumnSums together(shift);
  for (const ColumnSums& share : shares) {
    together.add(share);
  }
  BOOST_TEST((together.rows == alone.rows && together.sum == alone.sum && together.squares == alone.squares));
  const Scaling a = Scaling::of(together);
  const Scaling b = Scaling::of(alone);
  BOOST_TEST((a.mean == b.mean && a.factor == b.factor));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_together_is_refused) {
  ColumnSums sums(2);
  BOOST_CHECK_THROW(sums.add(ColumnSums(3)), Error);
  BOOST_CHECK_THROW(sums.add(ColumnSums(Row{1, 0})), Error);
  BOOST_CHECK_THROW(Scaling::of(sums), Error);
}

BOOST_AUTO_TEST_SUITE_END()
