#include "base/table.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace epitaxy;
using text::Align;
using text::Table;

BOOST_AUTO_TEST_SUITE(table_test)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_longest_cell_and_at_least_as_wide_as_asked_for) {
  Table table({{"variant", Align::left, 9}, {"MAE", Align::right, 6}, {"R2"}});
  table.row({"scratch", "0.4120", "0.81"});
  table.row({"frozen_features", "0.39", "-12.50"});
  BOOST_TEST(table.text() ==
             "variant            MAE     R2\n"
             "scratch         0.4120   0.81\n"
             "frozen_features   0.39 -12.50\n");
  Table narrow({{"a", Align::left, 9}, {"b", Align::right, 6}});
  narrow.row({"x", "1"});
  BOOST_TEST(narrow.text() ==
             "a              b\n"
             "x              1\n");
}

BOOST_AUTO_TEST_CASE(a_table_without_titles_has_no_line_of_them) {
  Table table({{"", Align::left}, {"", Align::left}});
  table.row({"valid", "93.2 %"});
  table.row({"new", "81.0 %"});
  BOOST_TEST(table.lines() == (std::vector<std::string>{"valid 93.2 %", "new   81.0 %"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gaps_and_the_indent_are_blanks_and_none_stand_at_the_end_of_a_line) {
  Table table({{"way", Align::left}, {"p", Align::right, 4, 3}, {"", Align::left, 0, 2}}, 2);
  table.row({"direct", "", ""});
  table.row({"stacking", "0.01", "chosen"});
  BOOST_TEST(table.text() ==
             "  way           p\n"
             "  direct\n"
             "  stacking   0.01  chosen\n");
}

BOOST_AUTO_TEST_CASE(short_rows_remarks_and_lines_across_do_not_widen_columns) {
  Table table({{"", Align::right, 2}, {"property", Align::left}, {"MAE"}});
  table.row({"1", "gap", "0.123"});
  table.row({"", "dipole"}, "too few different values");
  table.line("of 100 labels, whatever the columns");
  BOOST_TEST(table.text() ==
             "   property   MAE\n"
             " 1 gap      0.123\n"
             "   dipole   too few different values\n"
             "of 100 labels, whatever the columns\n");
}

BOOST_AUTO_TEST_CASE(characters_are_counted_not_bytes) {
  Table table({{"unit", Align::left}, {"n"}});
  table.row({"\u00c5", "1"});
  BOOST_TEST(table.text() == "unit n\n\u00c5    1\n");
}

BOOST_AUTO_TEST_CASE(errors_stand_behind_values_where_there_are_any) {
  BOOST_TEST(text::with_error(0.064, 0.008, 4) == "0.0640 +- 0.0080");
  BOOST_TEST(text::with_error(0.064, std::nan(""), 3) == "0.064");
}

BOOST_AUTO_TEST_SUITE_END()
