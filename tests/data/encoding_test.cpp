#include "data/encoding.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;

namespace {

struct Made {
  std::string text;
  std::string note;
};

Made utf8_of(std::string_view text) {
  std::vector<char> buffer(text.begin(), text.end());
  buffer.push_back('\0');
  std::string note = make_utf8("t.csv", buffer);
  BOOST_TEST(buffer.back() == '\0');
  return {std::string(buffer.begin(), buffer.end() - 1), std::move(note)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(encoding)

BOOST_AUTO_TEST_CASE(utf8_stays_without_its_mark) {
  for (const std::string text : {"plain", "", "\xc3\xa9\xe2\x82\xac and \xf0\x9f\x98\x80"}) {
    BOOST_TEST(utf8_of(text).text == text);
    BOOST_TEST(utf8_of("\xef\xbb\xbf" + text).text == text);
    BOOST_TEST(utf8_of(text).note == "");
  }
}

BOOST_AUTO_TEST_CASE(windows_1252_is_read_and_told) {
  const Made made = utf8_of(
      "T (\xb0"
      "C)\nd (\xc5)\n\x80 5\n");
  BOOST_TEST(made.text ==
             "T (\xc2\xb0"
             "C)\nd (\xc3\x85)\n\xe2\x82\xac 5\n");
  BOOST_TEST(made.note == "t.csv: is not in UTF-8 (line 1); read as Windows-1252");
}

BOOST_AUTO_TEST_CASE(bytes_of_neither_or_of_both_are_refused_with_their_line) {
  BOOST_CHECK_EXCEPTION(utf8_of("a\nb\x81\n"), InputError, says("t.csv:2", "0x81", "save the file as UTF-8"));
  BOOST_CHECK_EXCEPTION(utf8_of("\xc3\xa9\n\r\nb\xe9x\n"), InputError, says("t.csv:3", "0xe9", "as line 1 is"));
  BOOST_CHECK_EXCEPTION(utf8_of("\xef\xbb\xbf"
                                "a\xe9x\n"),
                        InputError, says("t.csv:1", "its mark"));
  // Too long, half of a pair, too large, cut off.
  for (const char* bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    BOOST_CHECK_THROW(utf8_of(std::string("\xc3\xa9 ") + bad), InputError);
  }
}

BOOST_AUTO_TEST_CASE(lines_of_all_ends) {
  const std::string_view text = "a\nb\r\nc\rd";
  BOOST_TEST(line_of(text, 0) == 1U);
  BOOST_TEST(line_of(text, 2) == 2U);
  BOOST_TEST(line_of(text, 5) == 3U);
  BOOST_TEST(line_of(text, 7) == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
