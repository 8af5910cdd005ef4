#include "nn/embedding.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::Bfloat16;
using nn::TokenRows;
using Numbers = std::vector<float>;
using Ids = std::vector<std::int32_t>;

namespace {

std::vector<Bfloat16> rounded(const Numbers& values) {
  std::vector<Bfloat16> out(values.size());
  linalg::convert(values.data(), out.data(), values.size());
  return out;
}

Numbers floats_of(const std::vector<Bfloat16>& values) {
  Numbers out(values.size());
  linalg::convert(values.data(), out.data(), values.size());
  return out;
}

/// Three tokens of two numbers that bfloat16 holds exactly.
const TokenRows kShape{3, 2};
const Numbers kWeight{1, 2, 3, 4, 5, 6};
const Ids kIds{2, -1, 0, 2};

}  // namespace

BOOST_AUTO_TEST_SUITE(embedding_test)

BOOST_AUTO_TEST_CASE(rows_and_gradients_agree_with_pytorch) {
  const auto json = test::fixture("sequence.json").at("embedding");
  const TokenRows shape{json.at("tokens"), json.at("width")};
  const Ids ids = json.at("ids").get<Ids>();
  const Numbers weight = test::floats(json.at("weight"));
  const Numbers gradient = test::floats(json.at("gradient"));
  const Numbers expected = test::floats(json.at("rows"));
  const Numbers expected_dweight = test::floats(json.at("dweight"));
  Numbers rows(expected.size(), 99.0f);
  nn::gather_rows(shape, weight.data(), ids.data(), ids.size(), rows.data());
  BOOST_TEST(rows == expected, boost::test_tools::per_element());
  Numbers dweight(weight.size());
  nn::scatter_add_rows(shape, gradient.data(), ids.data(), ids.size(), dweight.data());
  BOOST_TEST(test::largest_difference(dweight, expected_dweight, dweight.size()) < 1e-6);
}

BOOST_AUTO_TEST_CASE(every_pair_of_types_gathers_and_adds) {
  const auto weight16 = rounded(kWeight);
  const Numbers start(8, 10.0f);
  const Numbers gathered{5, 6, 0, 0, 1, 2, 5, 6};
  const Numbers added{15, 16, 10, 10, 11, 12, 15, 16};
  const auto check = [&](const auto* weight) {
    Numbers out = start;
    nn::gather_rows(kShape, weight, kIds.data(), kIds.size(), out.data());
    BOOST_TEST(out == gathered, boost::test_tools::per_element());
    out = start;
    nn::add_gathered_rows(kShape, weight, kIds.data(), kIds.size(), out.data());
    BOOST_TEST(out == added, boost::test_tools::per_element());
    auto out16 = rounded(start);
    nn::gather_rows(kShape, weight, kIds.data(), kIds.size(), out16.data());
    BOOST_TEST(floats_of(out16) == gathered, boost::test_tools::per_element());
    out16 = rounded(start);
    nn::add_gathered_rows(kShape, weight, kIds.data(), kIds.size(), out16.data());
    BOOST_TEST(floats_of(out16) == added, boost::test_tools::per_element());
  };
  check(kWeight.data());
  check(weight16.data());
}

BOOST_AUTO_TEST_CASE(gradients_of_a_token_add_up_onto_what_is_there) {
  const Numbers gradient{1, 2, 30, 40, 5, 6, 7, 8};
  const Numbers expected{5.5f, 6.5f, 0.5f, 0.5f, 8.5f, 10.5f};
  Numbers dweight(6, 0.5f);
  nn::scatter_add_rows(kShape, gradient.data(), kIds.data(), kIds.size(), dweight.data());
  BOOST_TEST(dweight == expected, boost::test_tools::per_element());
  dweight.assign(6, 0.5f);
  nn::scatter_add_rows(kShape, rounded(gradient).data(), kIds.data(), kIds.size(), dweight.data());
  BOOST_TEST(dweight == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gradients_are_added_in_the_order_of_the_rows) {
  const std::size_t count = 1000;
  const Ids ids(count, 1);
  const Numbers gradient = test::random_numbers(count * 2, 1);
  Numbers dweight(6);
  nn::scatter_add_rows(kShape, gradient.data(), ids.data(), count, dweight.data());
  Numbers sums(2);
  for (std::size_t i = 0; i < count; ++i) {
    sums[0] += gradient[2 * i];
    sums[1] += gradient[2 * i + 1];
  }
  BOOST_TEST(test::same_bits(dweight.data() + 2, sums.data(), 2));
}

BOOST_AUTO_TEST_CASE(ids_outside_the_table_are_refused) {
  for (const std::int32_t wrong : {-2, 3, 1 << 30}) {
    const Ids ids{0, wrong};
    Numbers rows(4);
    Numbers dweight(6);
    BOOST_CHECK_THROW(nn::gather_rows(kShape, kWeight.data(), ids.data(), 2, rows.data()), Error);
    BOOST_CHECK_THROW(nn::add_gathered_rows(kShape, kWeight.data(), ids.data(), 2, rows.data()), Error);
    BOOST_CHECK_THROW(nn::scatter_add_rows(kShape, rows.data(), ids.data(), 2, dweight.data()), Error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
