#include "linalg/elementwise.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::linalg;
using Numbers = std::vector<float>;
using test::buffer_of;
using test::values_of;

namespace {

constexpr DataType kTypes[] = {DataType::float32, DataType::bfloat16};

}  // namespace

BOOST_AUTO_TEST_SUITE(elementwise_test)

BOOST_AUTO_TEST_CASE(conversion_rounds_each_number) {
  const Numbers values = test::random_numbers(1003, 1, -50, 50);
  std::vector<Bfloat16> narrow(values.size());
  Numbers back(values.size());
  convert(values.data(), narrow.data(), values.size());
  convert(narrow.data(), back.data(), values.size());
  int wrong = 0;
  int changed = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    wrong += back[i] == Bfloat16::from(values[i]).value() ? 0 : 1;
    wrong += std::abs(back[i] - values[i]) <= 0x1p-8f * std::abs(values[i]) ? 0 : 1;
    changed += back[i] != values[i] ? 1 : 0;
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(changed > 900);
}

BOOST_AUTO_TEST_CASE(conversion_writes_at_an_offset_and_stays_inside_its_buffer) {
  for (const DataType type : kTypes) {
    NumberBuffer buffer(type, 5);
    const Numbers two{1.5f, -2.5f};
    convert(two.data(), buffer, 2, 3);
    BOOST_TEST(values_of(buffer) == (Numbers{0, 0, 0, 1.5f, -2.5f}), boost::test_tools::per_element());
    BOOST_CHECK_THROW(convert(two.data(), buffer, 2, 4), Error);
  }
}

BOOST_AUTO_TEST_CASE(sums_and_copies_by_hand_in_both_types) {
  for (const DataType type : kTypes) {
    NumberBuffer a = buffer_of({1, -2, 3, 0.5f}, type);
    const NumberBuffer b = buffer_of({10, 20, -30, 0.25f}, type);
    NumberBuffer out(type, 4);
    add(a, b, out);
    BOOST_TEST(values_of(out) == (Numbers{11, 18, -27, 0.75f}), boost::test_tools::per_element());
    add(a, b, 2);
    BOOST_TEST(values_of(a) == (Numbers{11, 18, 3, 0.5f}), boost::test_tools::per_element());
    copy(b, a, 3);
    BOOST_TEST(values_of(a) == (Numbers{10, 20, -30, 0.5f}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_backward_pass_of_relu_by_hand_in_both_types) {
  for (const DataType type : kTypes) {
    const NumberBuffer activation = buffer_of({2, 0, -0.0f, 0.125f, 5}, type);
    NumberBuffer gradient = buffer_of({3, 4, 5, -6, 7}, type);
    relu_backward(gradient, activation, 4, 1.0f);
    BOOST_TEST(values_of(gradient) == (Numbers{3, 0, 0, -6, 7}), boost::test_tools::per_element());
    relu_backward(gradient, activation, 5, 2.0f);
    BOOST_TEST(values_of(gradient) == (Numbers{6, 0, 0, -12, 14}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(dropout_drops_its_share_and_scales_the_rest) {
  constexpr std::size_t kSize = 100001;  // odd: two numbers share one draw
  for (const double rate : {0.1, 0.5}) {
    NumberBuffer values = buffer_of(Numbers(kSize, 1.0f), DataType::float32);
    dropout(values, kSize, rate, RandomStream(1, Purpose::dropout));
    const Numbers result = values_of(values);
    const auto dropped = std::ranges::count(result, 0.0f);
    BOOST_TEST(std::abs(static_cast<double>(dropped) - rate * kSize) < 5 * std::sqrt(rate * (1 - rate) * kSize));
    BOOST_TEST(dropped + std::ranges::count(result, static_cast<float>(1 / (1 - rate))) == kSize);
  }
}

BOOST_AUTO_TEST_CASE(dropout_is_a_function_of_its_stream_whatever_the_type) {
  const auto dropped = [](DataType type, std::uint32_t step) {
    NumberBuffer values = buffer_of(Numbers(999, 1.0f), type);
    dropout(values, 999, 0.5, RandomStream(1, Purpose::dropout, 0, step));
    return values_of(values);
  };
  BOOST_TEST((dropped(DataType::float32, 3) == dropped(DataType::float32, 3)));
  BOOST_TEST((dropped(DataType::float32, 3) == dropped(DataType::bfloat16, 3)));
  BOOST_TEST((dropped(DataType::float32, 3) != dropped(DataType::float32, 4)));
}

BOOST_AUTO_TEST_CASE(dropout_leaves_numbers_beyond_its_size_alone) {
  NumberBuffer values = buffer_of(Numbers(10, 1.0f), DataType::float32);
  dropout(values, 5, 0.75, RandomStream(1, Purpose::dropout));
  const Numbers result = values_of(values);
  BOOST_TEST(std::all_of(result.begin() + 5, result.end(), [](float x) { return x == 1.0f; }));
  BOOST_TEST(std::all_of(result.begin(), result.begin() + 5, [](float x) { return x == 0.0f || x == 4.0f; }));
}

BOOST_AUTO_TEST_CASE(column_sums_by_hand_in_both_types) {
  for (const DataType type : kTypes) {
    Numbers sums(2, 99.0f);
    column_sums(buffer_of({1, 2, 3, 4, 5, -6.5f}, type), 3, 2, sums.data());
    BOOST_TEST(sums == (Numbers{9, -0.5f}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_sum_of_squares_is_taken_in_float64) {
  BOOST_TEST(sum_of_squares(nullptr, 0) == 0.0);
  Numbers counting(11);
  for (std::size_t i = 0; i < counting.size(); ++i) {
    counting[i] = static_cast<float>(i + 1);
  }
  BOOST_TEST(sum_of_squares(counting.data(), 11) == 506.0);
  BOOST_TEST(sum_of_squares(counting.data(), 3) == 14.0);
  // In float32 the squares would overflow, and the small number would be lost.
  const Numbers far{1e30f, 1.0f};
  BOOST_TEST(sum_of_squares(far.data(), 1) > 0.99e60);
  const Numbers near{0x1p13f, 1.0f};
  BOOST_TEST(sum_of_squares(near.data(), 2) == 0x1p26 + 1);
}

BOOST_AUTO_TEST_SUITE_END()
