#include "data/table_text.h"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

template <typename... Parts>
void refuses(std::string_view text, Parts... parts) {
  const TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(read_table_text(folder.write("t.csv", text)), InputError, says("t.csv", parts...));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(table_text)

BOOST_AUTO_TEST_CASE(files_that_are_no_text_are_called_by_name) {
  refuses(std::string_view("\xff\xfe"
                           "a\0,\0b\0",
                           8),
          "UTF-16", "save it as UTF-8");
  refuses(std::string_view("\xfe\xff\0a\0,", 6), "UTF-16");
  refuses(std::string_view("a\0,\0b\0\n\0", 8), "UTF-16 without its mark");
  refuses(std::string_view("a,b\n1,\0"
                           "2\n",
                           9),
          "t.csv:2", "zero byte at position 6");
  refuses("PK\x03\x04zip", "workbook of Excel");
  refuses("BZh91AY", "bzip2");
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_refused_before_the_file_is_read) {
  const TemporaryFolder folder;
  gzFile file = gzopen((folder / "t.csv.gz").c_str(), "wb1");
  gzputs(file, "formula,e\n");
  const std::string part(1'000'000, 'x');
  for (int i = 0; i < 80; ++i) {
    gzwrite(file, part.data(), static_cast<unsigned>(part.size()));
  }
  gzclose(file);
  BOOST_CHECK_EXCEPTION(read_table_text(folder / "t.csv.gz"), InputError, says("t.csv.gz:2", "more than 64 MB"));
}

BOOST_AUTO_TEST_CASE(packed_zeros_are_refused_at_once) {
  const TemporaryFolder folder;
  gzFile file = gzopen((folder / "t.csv.gz").c_str(), "wb1");
  const std::string part(1'000'000, '\0');
  for (int i = 0; i < 20; ++i) {
    gzwrite(file, part.data(), static_cast<unsigned>(part.size()));
  }
  gzclose(file);
  BOOST_CHECK_EXCEPTION(read_table_text(folder / "t.csv.gz"), InputError, says("zero byte at position 0"));
}

BOOST_AUTO_TEST_CASE(a_file_larger_than_memory_is_refused_before_it_is_read) {
  const TemporaryFolder folder;
  const auto path = folder.write("t.csv", "formula,e\nFeO,1\n");
  std::error_code too_large;
  std::filesystem::resize_file(path, std::uintmax_t{1} << 43, too_large);  // 9 TB, of which nothing is on the disk
  if (!too_large) {
    BOOST_CHECK_EXCEPTION(read_table_text(path), InputError, says("t.csv: its text needs about 8.8 TB of memory"));
  }
}

BOOST_AUTO_TEST_CASE(white_space_that_cannot_be_seen_is_trimmed_or_spelled_out) {
  BOOST_TEST(trim_field(" \t\xc2\xa0 x\xc2\xa0y \xe2\x80\xaf\r\n") == "x\xc2\xa0y");
  BOOST_TEST(trim_field("\xc3\xa9") == "\xc3\xa9");
  BOOST_TEST(trim_field(" \xc2\xa0") == "");
  BOOST_TEST(shown("1\xc2\xa0"
                   "000\t\xe2\x80\x8b\xc3\xa9") == "1<U+00A0>000<U+0009><U+200B>\xc3\xa9");
}

BOOST_AUTO_TEST_SUITE_END()
