#include "data/unpacker.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::TemporaryFolder;

namespace {

std::string packed(const std::string& text) {
  const TemporaryFolder folder;
  gzFile file = gzopen((folder / "t.gz").c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return test::read_file(folder / "t.gz");
}

/// What is read of a file in pieces, and then what is wrong with it.
std::string read_all(const std::string& bytes, std::size_t piece = 7) {
  const TemporaryFolder folder;
  Unpacker file(folder.write("t", bytes));
  std::string text;
  std::vector<char> buffer(piece);
  while (const std::size_t got = file.read(buffer.data(), piece)) {
    text.append(buffer.data(), got);
  }
  return text + (file.is_cut_off() ? "|cut off" : "") + (file.problem().empty() ? "" : "|" + file.problem());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unpacker)

BOOST_AUTO_TEST_CASE(plain_and_packed_files_are_read) {
  std::string text;
  for (int i = 0; i < 100000; ++i) {
    text += fmt::format("row {}\n", i);
  }
  for (const std::size_t piece : {7U, 1000U, 1U << 22}) {
    BOOST_TEST((read_all(text, piece) == text));
    BOOST_TEST((read_all(packed(text), piece) == text));
  }
  BOOST_TEST(read_all("") == "");
  BOOST_TEST(read_all("\x1f") == "\x1f");
  BOOST_TEST(read_all(packed("")) == "");
  BOOST_CHECK_THROW(Unpacker("none.csv"), InputError);
}

BOOST_AUTO_TEST_CASE(several_gzips_are_one_text) {
  BOOST_TEST(read_all(packed("a\n") + packed("") + packed("b\n")) == "a\nb\n");
  BOOST_TEST(read_all(packed("a\n") + std::string(1000, '\0')) == "a\n");
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_gzip_is_lost) {
  BOOST_TEST(read_all(packed("a\n") + "b,1\n") == "a\n|what follows is no gzip");
  BOOST_TEST(read_all(packed("a\n") + std::string(9, '\0') + "b") == "a\n|what follows is no gzip");
  std::string second = packed("b\n");
  second[1] = 'x';
  BOOST_TEST(read_all(packed("a\n") + second) == "a\n|incorrect header check");
}

BOOST_AUTO_TEST_CASE(cut_off_and_damaged_files_are_told) {
  const std::string bytes = packed("FeO,1\nMgO,2\n");
  for (std::size_t size = 2; size < bytes.size(); ++size) {
    BOOST_TEST(read_all(bytes.substr(0, size)).ends_with("|cut off"));
  }
  std::string damaged = bytes;
  damaged[bytes.size() - 8] ^= 1;
  BOOST_TEST(read_all(damaged) == "FeO,1\nMgO,2\n|incorrect data check");
}

BOOST_AUTO_TEST_SUITE_END()
