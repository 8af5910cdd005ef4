#include "data/csv_separator.h"

#include <boost/test/unit_test.hpp>

using epitaxy::data::find_separator;

BOOST_AUTO_TEST_SUITE(csv_separator)

BOOST_AUTO_TEST_CASE(the_header_and_the_first_rows_tell_the_separator) {
  BOOST_TEST(find_separator("a,b\n1,2\n", false) == ',');
  BOOST_TEST(find_separator("a;b\n1;2\n", false) == ';');
  BOOST_TEST(find_separator("\n\na\tb\r1\t2\r", false) == '\t');
  BOOST_TEST(find_separator("a\n1\n", false) == ',');
  BOOST_TEST(find_separator("a;b", false) == ';');
  BOOST_TEST(find_separator("", false) == ',');
}

BOOST_AUTO_TEST_CASE(a_comma_that_is_right_for_most_rows_stays) {
  BOOST_TEST(find_separator("a,b;c\n1,2;3\n4,5;6\n", false) == ',');
  BOOST_TEST(find_separator("a,b;c\n1,2\n4,5\n", false) == ',');
  BOOST_TEST(find_separator("a;b\n1\n2\n", false) == ',');
}

BOOST_AUTO_TEST_CASE(separators_in_names_of_columns_do_not_count_where_rows_say_so) {
  BOOST_TEST(find_separator("a;b, eV;c\n1;2;3\n1;2;3\n", false) == ';');
  BOOST_TEST(find_separator("\"a;x\",\"b;y\"\n1,2\n", false) == ',');
  BOOST_TEST(find_separator("\"a,x\";b\n\"1;2\";2\n", false) == ';');
}

BOOST_AUTO_TEST_CASE(a_first_line_may_declare_it) {
  using epitaxy::data::declared_separator;
  BOOST_TEST((declared_separator("sep=;\na,b\n") == ';'));
  BOOST_TEST((declared_separator("sep=\t\r\na\n") == '\t'));
  BOOST_TEST(!declared_separator("sep=|\na|b\n").has_value());
  BOOST_TEST(!declared_separator("sep=;x\n").has_value());
  BOOST_TEST(!declared_separator("a;b\n").has_value());
}

BOOST_AUTO_TEST_CASE(a_name_may_promise_tabs) {
  BOOST_TEST(find_separator("a, eV\tb, eV\n1\t2\n", true) == '\t');
  BOOST_TEST(find_separator("a\n1\n", true) == '\t');
  BOOST_TEST(find_separator("a,b\n1,2\n", true) == ',');
}

BOOST_AUTO_TEST_SUITE_END()
