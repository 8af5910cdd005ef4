#include "linalg/buffer.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

using namespace epitaxy::linalg;

BOOST_AUTO_TEST_SUITE(buffer_test)

BOOST_AUTO_TEST_CASE(buffers_begin_on_a_cache_line_and_are_zero) {
  for (const std::size_t size : {1, 15, 16, 17, 1000}) {
    const Buffer<float> buffer(size);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0u);
    BOOST_TEST(buffer.size() == size);
    BOOST_TEST(std::ranges::all_of(buffer, [](float x) { return x == 0.0f; }));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_buffer_is_empty) {
  const Buffer<double> buffer;
  BOOST_TEST(buffer.empty());
  BOOST_TEST((buffer.begin() == buffer.end()));
  BOOST_TEST(Buffer<double>(buffer).empty());
}

BOOST_AUTO_TEST_CASE(copies_are_deep) {
  Buffer<int> original(3);
  original[1] = 7;
  Buffer<int> copy(original);
  Buffer<int> assigned(10);
  assigned = original;
  original[1] = 8;
  BOOST_TEST(copy[1] == 7);
  BOOST_TEST(assigned[1] == 7);
  BOOST_TEST(assigned.size() == 3u);
}

BOOST_AUTO_TEST_CASE(moving_keeps_the_memory) {
  Buffer<int> original(3);
  const int* memory = original.data();
  const Buffer<int> moved(std::move(original));
  BOOST_TEST(moved.data() == memory);
}

BOOST_AUTO_TEST_CASE(number_buffers_hold_either_type) {
  NumberBuffer wide(DataType::float32, 5);
  NumberBuffer narrow(DataType::bfloat16, 5);
  BOOST_TEST(wide.size() == 5u);
  BOOST_TEST(narrow.size() == 5u);
  wide.as<float>()[4] = 1.5f;
  narrow.as<Bfloat16>()[4] = Bfloat16::from(1.5f);
  BOOST_TEST(static_cast<const float*>(wide.data())[4] == 1.5f);
  BOOST_TEST(static_cast<const Bfloat16*>(narrow.data())[4].bits == 0x3fc0);
}

// Around 1 two neighboring bfloat16 numbers are 2^-7 apart.
BOOST_AUTO_TEST_CASE(bfloat16_rounds_to_the_nearest_and_ties_to_even) {
  const auto rounded = [](float x) { return Bfloat16::from(x).value(); };
  BOOST_TEST(rounded(1.0f) == 1.0f);
  BOOST_TEST(rounded(1.0f + 0x1p-8f) == 1.0f);
  BOOST_TEST(rounded(1.0f + 0x1p-8f + 0x1p-20f) == 1.0f + 0x1p-7f);
  BOOST_TEST(rounded(1.0f + 3 * 0x1p-8f) == 1.0f + 0x1p-6f);
  BOOST_TEST(rounded(-1.0f - 3 * 0x1p-8f) == -1.0f - 0x1p-6f);
  BOOST_TEST(rounded(2.0f - 0x1p-9f) == 2.0f);
  BOOST_TEST(std::signbit(rounded(-0.0f)));
}

BOOST_AUTO_TEST_CASE(bfloat16_keeps_what_is_not_finite) {
  const float infinity = std::numeric_limits<float>::infinity();
  BOOST_TEST(Bfloat16::from(infinity).value() == infinity);
  BOOST_TEST(Bfloat16::from(-infinity).value() == -infinity);
  BOOST_TEST(Bfloat16::from(std::numeric_limits<float>::max()).value() == infinity);
  BOOST_TEST(std::isnan(Bfloat16::from(std::numeric_limits<float>::quiet_NaN()).value()));
  // A NaN whose payload lies in the lower half alone would become infinite if it were cut.
  BOOST_TEST(std::isnan(Bfloat16::from(std::bit_cast<float>(0x7f800001u)).value()));
  BOOST_TEST(std::isnan(Bfloat16::from(std::bit_cast<float>(0xffffffffu)).value()));
}

BOOST_AUTO_TEST_SUITE_END()
