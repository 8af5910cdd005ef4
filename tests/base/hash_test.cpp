#include "base/hash.h"

#include <boost/test/unit_test.hpp>
#include <numeric>
#include <vector>

using namespace epitaxy;

BOOST_AUTO_TEST_SUITE(hash_test)

// As printed by `printf abc | xxhsum -H2`.
BOOST_AUTO_TEST_CASE(bytes_hash_to_the_published_values) {
  Hasher nothing;
  BOOST_TEST(nothing.hex() == "99aa06d3014798d86001c324468d497f");
  Hasher abc;
  abc.add_bytes("abc", 3);
  BOOST_TEST(abc.hex() == "06b05ab6733a618578af5f94892f3950");
}

BOOST_AUTO_TEST_CASE(the_way_bytes_are_cut_does_not_matter_their_order_does) {
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), 0.f);
  const std::span<const float> all(values);
  Hasher whole;
  whole.add(all);
  Hasher cut;
  cut.add(all.first(123));
  BOOST_TEST(cut.hex() != whole.hex());
  cut.add(all.subspan(123));
  BOOST_TEST(cut.hex() == whole.hex());
  Hasher swapped;
  swapped.add(all.subspan(123));
  swapped.add(all.first(123));
  BOOST_TEST(swapped.hex() != whole.hex());
}

BOOST_AUTO_TEST_CASE(texts_are_told_apart_by_where_they_end) {
  Hasher first;
  first.add("ab");
  first.add("c");
  Hasher second;
  second.add("a");
  second.add("bc");
  BOOST_TEST(first.hex() != second.hex());
}

BOOST_AUTO_TEST_SUITE_END()
