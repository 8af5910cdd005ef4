#include "base/memory.h"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "base/error.h"

using namespace epitaxy;

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(what_is_too_large_is_told_with_what_there_is) {
  BOOST_TEST(available_memory() > 1'000'000U);
  BOOST_CHECK_NO_THROW(require_memory("t.csv", 1000));
  try {
    require_memory("t.csv: its text", std::numeric_limits<std::size_t>::max() - 1);
    BOOST_ERROR("nothing was thrown");
  } catch (const InputError& error) {
    const std::string message = error.what();
    BOOST_TEST(message.find("t.csv: its text needs about 18.4 EB of memory; ") == 0U);
    BOOST_TEST(message.find("are available") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(sizes_are_told_in_three_digits) {
  BOOST_TEST(told_bytes(12) == "12 bytes");
  BOOST_TEST(told_bytes(64'000'000) == "64 MB");
  BOOST_TEST(told_bytes(999'700) == "1 MB");
  BOOST_TEST(told_bytes(8'589'934'592) == "8.59 GB");
}

BOOST_AUTO_TEST_SUITE_END()
