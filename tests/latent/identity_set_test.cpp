#include "latent/identity_set.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "base/random.h"

using namespace epitaxy;
using namespace epitaxy::latent;

BOOST_AUTO_TEST_SUITE(identity_set_test)

BOOST_AUTO_TEST_CASE(members_are_told_from_others) {
  IdentitySet set;
  BOOST_TEST(!set.contains(7));
  BOOST_TEST(set.insert(7));
  BOOST_TEST(!set.insert(7));
  BOOST_TEST(set.insert(0));
  BOOST_TEST(!set.insert(0));
  BOOST_TEST(set.contains(0));
  BOOST_TEST(set.contains(7));
  BOOST_TEST(!set.contains(8));
  BOOST_TEST(set.size() == 2u);
  set.clear();
  BOOST_TEST(set.size() == 0u);
  BOOST_TEST(!set.contains(7));
}

BOOST_AUTO_TEST_CASE(it_agrees_with_the_standard_library_on_many_numbers) {
  // Few distinct numbers, close together and far apart, so that most are repeated and many collide.
  RandomStream stream(1, Purpose::synthetic);
  IdentitySet set;
  std::set<std::uint64_t> expected;
  for (int i = 0; i < 50000; ++i) {
    const std::uint64_t identity = stream.below(20000) << (stream.below(2) * 40);
    BOOST_REQUIRE(set.insert(identity) == expected.insert(identity).second);
  }
  BOOST_TEST(set.size() == expected.size());
  for (const std::uint64_t identity : expected) {
    BOOST_REQUIRE(set.contains(identity));
  }
  BOOST_TEST(!set.contains(20001));
}

BOOST_AUTO_TEST_SUITE_END()
