#include "chem/elements.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <stdexcept>

using namespace epitaxy::chem;

BOOST_AUTO_TEST_SUITE(elements)

BOOST_AUTO_TEST_CASE(symbols_and_numbers_belong_together) {
  BOOST_TEST(atomic_number("H").value() == 1);
  BOOST_TEST(atomic_number("Fe").value() == 26);
  BOOST_TEST(atomic_number("W").value() == 74);
  BOOST_TEST(atomic_number("Og").value() == 118);
  for (int number = 1; number <= 118; ++number) {
    BOOST_TEST(atomic_number(symbol(number)).value() == number);
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_symbol) {
  for (const char* text : {"", "h", "fe", "FE", "Xx", "D", "J", "Fee", "F ", "1", "\xc3\xa9"}) {
    BOOST_TEST(!atomic_number(text).has_value(), text);
  }
  BOOST_CHECK_THROW(symbol(0), std::out_of_range);
  BOOST_CHECK_THROW(symbol(119), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(features_are_the_86_elements_in_order) {
  // H, Li, Be, B, C, N, O, F, Na: helium is left out before lithium, neon before sodium.
  BOOST_TEST(feature_index(1).value() == 0);
  BOOST_TEST(feature_index(3).value() == 1);
  BOOST_TEST(feature_index(11).value() == 8);
  // 94 elements to Pu without eight; Bi is the 83rd element with He, Ne, Ar before it.
  BOOST_TEST(feature_index(83).value() == 79);
  BOOST_TEST(feature_index(89).value() == 80);
  BOOST_TEST(feature_index(94).value() == kElementFeatures - 1);
  for (const char* outside : {"He", "Ne", "Ar", "Po", "At", "Rn", "Fr", "Ra", "Am", "Og"}) {
    BOOST_TEST(!feature_index(atomic_number(outside).value()).has_value(), outside);
  }
  BOOST_TEST(!feature_index(0).has_value());
  BOOST_TEST(!feature_index(-1).has_value());
  BOOST_TEST(!feature_index(500).has_value());
}

BOOST_AUTO_TEST_CASE(feature_symbols_match_the_indices) {
  const auto& symbols = feature_symbols();
  BOOST_TEST(std::set<std::string_view>(symbols.begin(), symbols.end()).size() == 86U);
  BOOST_TEST(symbols[7] == "F");
  BOOST_TEST(symbols[85] == "Pu");
  for (int i = 0; i < kElementFeatures; ++i) {
    BOOST_TEST(feature_index(atomic_number(symbols[static_cast<std::size_t>(i)]).value()).value() == i);
  }
}

BOOST_AUTO_TEST_SUITE_END()
