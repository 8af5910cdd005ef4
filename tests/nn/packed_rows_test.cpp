#include "nn/packed_rows.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <vector>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "nn/row_products.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::Backend;
using linalg::DataType;
using linalg::NumberBuffer;
using Numbers = std::vector<float>;

BOOST_AUTO_TEST_SUITE(packed_rows_test)

BOOST_AUTO_TEST_CASE(a_step_has_the_blocks_of_rows_that_have_not_ended) {
  nn::PackedRows rows(8, 70);
  BOOST_TEST(rows.capacity() == 8 * 96);
  BOOST_TEST(rows.total() == 8 * 96);
  std::vector<std::int32_t> lengths(70, 2);
  std::fill_n(lengths.begin(), 33, 5);
  lengths[0] = 6;
  lengths[69] = 0;
  rows.set(lengths);
  BOOST_TEST(rows.steps() == 6);
  const std::vector<std::size_t> expected = {96, 96, 64, 64, 64, 32};
  std::size_t offset = 0;
  for (std::size_t t = 0; t < 6; ++t) {
    BOOST_TEST(rows.rows(t) == expected[t]);
    BOOST_TEST(rows.offset(t) == offset);
    offset += expected[t];
  }
  BOOST_TEST(rows.total() == offset);
  rows.set_full();
  BOOST_TEST(rows.total() == rows.capacity());
}

BOOST_AUTO_TEST_CASE(lengths_that_do_not_fit_are_refused) {
  nn::PackedRows rows(4, 32);
  const auto set = [&](std::vector<std::int32_t> lengths) { rows.set(lengths); };
  BOOST_CHECK_THROW(set({}), Error);
  BOOST_CHECK_THROW(set({5, 1}), Error);
  BOOST_CHECK_THROW(set({0}), Error);
  BOOST_CHECK_THROW(set({3, -1}), Error);
  BOOST_CHECK_THROW(set({2, 3}), Error);
  BOOST_CHECK_THROW(set(std::vector<std::int32_t>(33, 1)), Error);
  set({4, 1});
  BOOST_TEST(rows.steps() == 4);
}

BOOST_AUTO_TEST_CASE(products_of_any_number_of_rows_are_those_of_the_textbook) {
  constexpr std::size_t kRows = nn::RowGradient::kPiece + 2 * nn::kRowBlock;
  constexpr std::size_t kIn = 5;
  constexpr std::size_t kOut = 7;
  const nn::Arithmetic arithmetic{DataType::float32, Backend::onednn};
  const Numbers x = test::random_numbers(kRows * kIn, 1);
  const Numbers w = test::random_numbers(kIn * kOut, 2);
  const Numbers bias = test::random_numbers(kOut, 3);
  std::vector<double> y(kRows * kOut);
  std::vector<double> dw(kIn * kOut, 0.0);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kOut; ++j) {
      y[i * kOut + j] = bias[j];
      for (std::size_t k = 0; k < kIn; ++k) {
        y[i * kOut + j] += static_cast<double>(x[i * kIn + k]) * w[k * kOut + j];
      }
      for (std::size_t k = 0; k < kIn; ++k) {
        dw[k * kOut + j] += static_cast<double>(x[i * kIn + k]) * static_cast<float>(y[i * kOut + j]);
      }
    }
  }
  nn::RowProduct product(arithmetic, kIn, kOut, false, DataType::float32, linalg::Epilogue::bias);
  product.load(w.data());
  const std::size_t capacity = nn::RowGradient::capacity(kRows);
  NumberBuffer out(DataType::float32, capacity * kOut);
  NumberBuffer in(DataType::float32, capacity * kIn);
  linalg::convert(x.data(), in, x.size());
  product.run(in.data(), kRows, out.data(), bias.data());
  BOOST_TEST(test::largest_difference(out.as<float>(), y, y.size()) < 1e-6);
  std::fill(out.as<float>() + kRows * kOut, out.as<float>() + out.size(), std::numeric_limits<float>::quiet_NaN());
  nn::zero_tail(out, kRows, kOut);
  nn::RowGradient gradient(arithmetic, kIn, kOut);
  Numbers sums(kIn * kOut, 99.0f);
  gradient.run(in.data(), out.data(), kRows, sums.data());
  BOOST_TEST(test::largest_difference(sums, dw, dw.size()) < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
