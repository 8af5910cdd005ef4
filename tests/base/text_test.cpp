#include "base/text.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>

#include "base/error.h"

using namespace epitaxy;
using Texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(text_test)

BOOST_AUTO_TEST_CASE(trim_removes_space_at_the_ends_only) {
  BOOST_TEST(text::trim(" \ta b\r\n") == "a b");
  BOOST_TEST(text::trim(" \t ") == "");
  BOOST_TEST(text::trim("") == "");
}

BOOST_AUTO_TEST_CASE(split_keeps_empty_parts_and_join_undoes_it) {
  BOOST_TEST(text::split("a,,b,", ',') == (Texts{"a", "", "b", ""}), boost::test_tools::per_element());
  BOOST_TEST(text::split("", ',') == Texts{""}, boost::test_tools::per_element());
  BOOST_TEST(text::join({"a", "", "b"}, ", ") == "a, , b");
  BOOST_TEST(text::join({}, ",") == "");
}

BOOST_AUTO_TEST_CASE(real_numbers_are_read_whole_or_not_at_all) {
  BOOST_TEST(text::to_double("-1.5e-3").value() == -0.0015);
  BOOST_TEST(text::to_double("+2").value() == 2);
  BOOST_TEST(text::to_double(".5").value() == 0.5);
  BOOST_TEST(text::to_double("1e-400").value() == 0);
  BOOST_TEST(std::isnan(text::to_double("nan").value()));
  BOOST_TEST(std::isinf(text::to_double("-inf").value()));
  for (const char* wrong : {"", "+", "1.0 ", " 1", "1,5", "1.0eV", "+-1", "++1", "e5", "1e999", "0x10"}) {
    BOOST_TEST_CONTEXT(wrong) { BOOST_TEST(!text::to_double(wrong).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(whole_numbers_are_read_whole_or_not_at_all) {
  BOOST_TEST(text::to_integer("-12").value() == -12);
  BOOST_TEST(text::to_integer("+9223372036854775807").value() == 9223372036854775807LL);
  for (const char* wrong : {"", "1.0", "1e3", "9223372036854775808", "12a", " 1", "+-1"}) {
    BOOST_TEST_CONTEXT(wrong) { BOOST_TEST(!text::to_integer(wrong).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(nearest_finds_misspellings_and_nothing_else) {
  const Texts known = {"epochs", "batch", "learning_rate"};
  BOOST_TEST(text::nearest("epoch", known).value() == "epochs");
  BOOST_TEST(text::nearest("Bacth", known).value() == "batch");
  BOOST_TEST(text::nearest("lerning_rat", known).value() == "learning_rate");
  BOOST_TEST(text::nearest("LEARNING_RATE", known).value() == "learning_rate");
  BOOST_TEST(!text::nearest("optimizer", known).has_value());
  BOOST_TEST(!text::nearest("lr", {"k", "ab"}).has_value());
  BOOST_TEST(!text::nearest("epochs", {}).has_value());
  // "hcae" is two swaps away from "hace", three edits from "each".
  BOOST_TEST(text::nearest("ahce", {"each", "hace"}).value() == "hace");
}

BOOST_AUTO_TEST_CASE(patterns_match_whole_names) {
  BOOST_TEST(text::matches("body.*", "body.0.weight"));
  BOOST_TEST(text::matches("*.weight", "body.0.weight"));
  BOOST_TEST(text::matches("body.?.w*t", "body.0.weight"));
  BOOST_TEST(text::matches("*a*ab*", "xaxaab"));
  BOOST_TEST(text::matches("**", ""));
  BOOST_TEST(text::matches("", ""));
  BOOST_TEST(!text::matches("body", "body.0"));
  BOOST_TEST(!text::matches("body.?", "body."));
  BOOST_TEST(!text::matches("*.bias", "body.0.weight"));
  BOOST_TEST(!text::matches("", "a"));
}

BOOST_AUTO_TEST_CASE(durations_read_naturally_at_every_size) {
  BOOST_TEST(text::duration(4.1) == "4.1 s");
  BOOST_TEST(text::duration(59.97) == "1 min 00 s");
  BOOST_TEST(text::duration(200) == "3 min 20 s");
  BOOST_TEST(text::duration(3599.7) == "1 h 00 min");
  BOOST_TEST(text::duration(3720) == "1 h 02 min");
  BOOST_TEST(text::duration(100000) == "27 h 47 min");
  BOOST_TEST(text::duration(-1) == "0.0 s");
  BOOST_TEST(text::duration(std::nan("")) == "unknown");
}

BOOST_AUTO_TEST_CASE(variables_come_from_values_environment_or_default) {
  ::setenv("EPITAXY_TEST_SET", "there", 1);
  ::setenv("EPITAXY_TEST_EMPTY", "", 1);
  ::unsetenv("EPITAXY_TEST_UNSET");
  BOOST_TEST(text::expand_variables("a/${EPITAXY_TEST_SET}/b${EPITAXY_TEST_SET}") == "a/there/bthere");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_SET:-x}") == "there");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_UNSET:-runs/x}/d") == "runs/x/d");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_EMPTY:-x}") == "x");
  BOOST_TEST(text::expand_variables("<${EPITAXY_TEST_EMPTY}>") == "<>");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_UNSET:-${EPITAXY_TEST_SET}/${NO:-deep}}.h5") == "there/deep.h5");
  BOOST_TEST(text::expand_variables("${HERE}/x", {{"HERE", "inputs"}}) == "inputs/x");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_SET}", {{"EPITAXY_TEST_SET", "first"}}) == "first");
  BOOST_TEST(text::expand_variables("costs $5, {x}") == "costs $5, {x}");
}

BOOST_AUTO_TEST_CASE(a_path_may_begin_with_the_home_folder) {
  const char* before = std::getenv("HOME");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("HOME", "/home/me", 1);
  BOOST_TEST(text::expand_variables("~/n.csv") == "/home/me/n.csv");
  BOOST_TEST(text::expand_home("~/n.csv") == "/home/me/n.csv");
  BOOST_TEST(text::expand_home("~/${X}") == "/home/me/${X}");
  BOOST_TEST(text::expand_variables("${EPITAXY_TEST_NOT_SET:-~/data}/n.csv") == "/home/me/data/n.csv");
  for (const char* other : {"~", "~me/n.csv", "a~/n.csv", "~3"}) {
    BOOST_TEST(text::expand_variables(other) == other);
    BOOST_TEST(text::expand_home(other) == other);
  }
  ::unsetenv("HOME");
  BOOST_CHECK_THROW(text::expand_home("~/n.csv"), InputError);
  BOOST_CHECK_THROW(text::expand_variables("~/n.csv"), InputError);
  if (before != nullptr) {
    ::setenv("HOME", saved.c_str(), 1);
  }
}

BOOST_AUTO_TEST_CASE(the_data_folder_has_a_default) {
  const char* before = std::getenv("EPITAXY_DATA");
  const std::string saved = before != nullptr ? before : "";
  ::unsetenv("EPITAXY_DATA");
  BOOST_TEST(text::expand_variables("${EPITAXY_DATA}/x.csv") == "data/x.csv");
  ::setenv("EPITAXY_DATA", "/big", 1);
  BOOST_TEST(text::expand_variables("${EPITAXY_DATA}/x.csv") == "/big/x.csv");
  if (before != nullptr) {
    ::setenv("EPITAXY_DATA", saved.c_str(), 1);
  } else {
    ::unsetenv("EPITAXY_DATA");
  }
}

BOOST_AUTO_TEST_CASE(variables_that_make_no_sense_are_refused) {
  ::unsetenv("EPITAXY_TEST_UNSET");
  BOOST_CHECK_EXCEPTION(text::expand_variables("${EPITAXY_TEST_UNSET}"), InputError, [](const InputError& e) {
    return std::string(e.what()).find("EPITAXY_TEST_UNSET is not set") != std::string::npos;
  });
  BOOST_CHECK_THROW(text::expand_variables("${OPEN"), InputError);
  BOOST_CHECK_THROW(text::expand_variables("${A:-${B}"), InputError);
  BOOST_CHECK_THROW(text::expand_variables("${}"), InputError);
  BOOST_CHECK_THROW(text::expand_variables("${1A:-x}"), InputError);
}

BOOST_AUTO_TEST_CASE(what_is_utf8_and_what_is_not) {
  for (const char* yes : {"", "plain", "\xC3\xA9", "\xE2\x82\x82", "\xF0\x9F\x98\x80", "\xED\x9F\xBF"}) {
    BOOST_TEST(text::is_utf8(yes), yes);
  }
  for (const char* no :
       {"\xE9", "a\xFF", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    BOOST_TEST(!text::is_utf8(no));
  }
}

BOOST_AUTO_TEST_SUITE_END()
