#include "base/out_of_memory.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy;

BOOST_AUTO_TEST_SUITE(out_of_memory_test)

BOOST_AUTO_TEST_CASE(what_is_said_of_a_failed_allocation_tells_what_is_free) {
  BOOST_TEST(no_memory().starts_with(kNoMemory));
  BOOST_TEST(no_memory().find("B are free") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
