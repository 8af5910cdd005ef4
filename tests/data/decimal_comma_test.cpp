#include "data/decimal_comma.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy::data;

namespace {

DecimalMark mark_of(const std::vector<std::string>& fields) {
  DecimalMark mark;
  std::size_t line = 2;
  for (const std::string& field : fields) {
    mark.add(line++, field);
  }
  return mark;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decimal_comma)

BOOST_AUTO_TEST_CASE(numbers_look_like_numbers) {
  for (const char* number : {"0,65", "-1,5e-3", "< 10,5", "1,2 +- 0,1", "5-10", "~3,0"}) {
    BOOST_TEST(looks_like_number(number), number);
  }
  for (const char* text : {"", "NaN", "Al0,65Ga0,35N", "1,2-dichloroethane", "-", ","}) {
    BOOST_TEST(!looks_like_number(text), text);
  }
}

BOOST_AUTO_TEST_CASE(one_comma_in_each_number_is_a_decimal_one) {
  const DecimalMark mark = mark_of({"0,65", "12", "1,234", "NA", "1,2-dichloroethane"});
  BOOST_TEST(mark.has_comma());
  BOOST_TEST(!mark.problem('\t').has_value());
  BOOST_TEST(!mark.problem(';').has_value());
  BOOST_TEST(!mark_of({"1.5", "2.5"}).has_comma());
}

BOOST_AUTO_TEST_CASE(three_digits_behind_each_comma_may_be_thousands) {
  const DecimalMark mark = mark_of({"1,234", "12,500"});
  BOOST_TEST(!mark.problem(';').has_value());
  BOOST_TEST(*mark.problem('\t') == "'1,234' in line 2: a decimal comma, or thousands?");
}

BOOST_AUTO_TEST_CASE(points_and_several_marks_beside_commas_are_a_problem) {
  BOOST_TEST(*mark_of({"x", "1,5", "1.5"}).problem(';') == "'1,5' in line 3 beside '1.5' in line 4");
  BOOST_TEST(*mark_of({"1,500", "1,234,567"}).problem(';') == "'1,500' in line 2 beside '1,234,567' in line 3");
  BOOST_TEST(!mark_of({"1.5", "1,234,567"}).problem(';').has_value());  // no single comma: that row is no number
}

BOOST_AUTO_TEST_CASE(points_before_three_digits_are_doubtful) {
  BOOST_TEST(mark_of({"1.234", "2"}).has_doubtful_points());
  BOOST_TEST(!mark_of({"1.234", "2.5"}).has_doubtful_points());
  BOOST_TEST(!mark_of({"0.234"}).has_doubtful_points());
}

BOOST_AUTO_TEST_SUITE_END()
