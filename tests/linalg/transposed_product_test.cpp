#include "linalg/transposed_product.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::Bfloat16;
using linalg::Buffer;
using linalg::TransposedProduct;

namespace {

boost::test_tools::assertion_result has_amx(boost::unit_test::test_unit_id) { return TransposedProduct::available(); }

Buffer<Bfloat16> rounded(std::size_t size, std::uint32_t seed) {
  const auto numbers = test::random_numbers(size, seed);
  Buffer<Bfloat16> result(size);
  linalg::convert(numbers.data(), result.data(), size);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transposed_product_test, *boost::unit_test::precondition(has_amx))

BOOST_AUTO_TEST_CASE(it_is_the_product_of_the_textbook_for_one_and_for_several_pieces) {
  constexpr std::size_t m = 64;
  constexpr std::size_t n = 96;
  TransposedProduct product(m, n);
  for (const std::size_t k : {32, 480, 512, 544, 1120}) {
    const auto a = rounded(k * m, 1);
    const auto b = rounded(k * n, 2);
    std::vector<double> expected(m * n, 0.0);
    for (std::size_t row = 0; row < k; ++row) {
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          expected[i * n + j] += static_cast<double>(a[row * m + i].value()) * b[row * n + j].value();
        }
      }
    }
    std::vector<float> c(m * n, 99.0f);
    product.run(a.data(), b.data(), k, c.data());
    BOOST_TEST(test::largest_difference(c, expected, c.size()) < 1e-5);
    std::vector<float> again(m * n, 0.0f);
    product.run(a.data(), b.data(), k, again.data());
    BOOST_TEST(test::same_bits(c.data(), again.data(), c.size()));
  }
}

BOOST_AUTO_TEST_CASE(sizes_that_are_not_whole_tiles_are_refused) {
  BOOST_CHECK_THROW(TransposedProduct(48, 32), Error);
  BOOST_CHECK_THROW(TransposedProduct(32, 0), Error);
  TransposedProduct product(32, 32);
  const auto numbers = rounded(64 * 32, 1);
  std::vector<float> c(32 * 32);
  BOOST_CHECK_THROW(product.run(numbers.data(), numbers.data(), 33, c.data()), Error);
}

BOOST_AUTO_TEST_SUITE_END()
