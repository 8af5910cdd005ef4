#include "data/csv.h"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

CsvTable table_of(std::string_view text) {
  const TemporaryFolder folder;
  return CsvTable::read(folder.write("t.csv", text));
}

/// A gzip file of `rows` rows, cut to `keep` bytes (all of it for 0); returns its full size.
std::size_t write_gzip(const std::filesystem::path& path, int rows, std::size_t keep) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, "formula,energy\n");
  for (int i = 0; i < rows; ++i) {
    gzprintf(file, "Fe%dO,%d.%d\n", i + 1, i * 7919 % 1000, i * 104729 % 997);
  }
  gzclose(file);
  const std::size_t size = std::filesystem::file_size(path);
  if (keep > 0) {
    std::filesystem::resize_file(path, keep);
  }
  return size;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(csv)

BOOST_AUTO_TEST_CASE(plain_table) {
  const CsvTable table = table_of("formula,energy\nFeO,-1.5\n Al2O3 ,-3.4\n");
  BOOST_TEST(table.columns() == (std::vector<std::string>{"formula", "energy"}));
  BOOST_TEST(table.rows() == 2U);
  BOOST_TEST(table.field(0, 0) == "FeO");
  BOOST_TEST(table.field(1, 0) == "Al2O3");
  BOOST_TEST(table.field(1, 1) == "-3.4");
  BOOST_TEST(table.line(0) == 2U);
  BOOST_TEST(table.line(1) == 3U);
  BOOST_TEST(table.column("energy") == 1U);
}

BOOST_AUTO_TEST_CASE(byte_order_mark_crlf_and_no_last_line_break) {
  const CsvTable table = table_of(
      "\xef\xbb\xbf"
      "formula,energy\r\nFeO,-1.5\r\nMgO,");
  BOOST_TEST(table.columns()[0] == "formula");
  BOOST_TEST(table.columns()[1] == "energy");
  BOOST_TEST(table.rows() == 2U);
  BOOST_TEST(table.field(0, 1) == "-1.5");
  BOOST_TEST(table.fields(1) == 2U);
  BOOST_TEST(table.field(1, 1) == "");
}

BOOST_AUTO_TEST_CASE(quotes) {
  const CsvTable table = table_of("\"name, long\",b\n\"say \"\"hi\"\"\",1\n\"two\nlines\",2\n\n\"\",3\n");
  BOOST_TEST(table.columns()[0] == "name, long");
  BOOST_TEST(table.rows() == 3U);
  BOOST_TEST(table.field(0, 0) == "say \"hi\"");
  BOOST_TEST(table.field(1, 0) == "two\nlines");
  BOOST_TEST(table.field(1, 1) == "2");
  BOOST_TEST(table.field(2, 0) == "");
  // The quoted line break and the blank line count as lines.
  BOOST_TEST(table.line(1) == 3U);
  BOOST_TEST(table.line(2) == 6U);
}

BOOST_AUTO_TEST_CASE(short_and_long_rows) {
  const CsvTable table = table_of("a,b\n1\n1,2,3\n");
  BOOST_TEST(table.fields(0) == 1U);
  BOOST_TEST(table.field(0, 1) == "");
  BOOST_TEST(table.fields(1) == 3U);
  BOOST_TEST(table.field(1, 2) == "3");
}

BOOST_AUTO_TEST_CASE(small_tables_survive_a_move) {
  CsvTable first = table_of("a\n1\n");
  const CsvTable second = std::move(first);
  BOOST_TEST(second.field(0, 0) == "1");
}

BOOST_AUTO_TEST_CASE(files_without_a_table) {
  const TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(CsvTable::read(folder / "absent.csv"), InputError, says("absent.csv: no such file"));
  BOOST_CHECK_EXCEPTION(CsvTable::read(folder.path()), InputError, says("is a folder"));
  BOOST_CHECK_EXCEPTION(table_of(""), InputError, says("t.csv: the file is empty"));
  BOOST_CHECK_EXCEPTION(table_of("\n \r\n"), InputError, says("the file is empty"));
  BOOST_CHECK_EXCEPTION(table_of("formula,energy\n\n"), InputError, says("has a header but no rows"));
  BOOST_CHECK_EXCEPTION(table_of("a,b,a\n1,2,3\n"), InputError, says("t.csv:1", "'a' occurs twice"));
  BOOST_CHECK_EXCEPTION(table_of("a,b\n1,2\n\"3,4\n"), InputError, says("t.csv:3", "never closed"));
  BOOST_CHECK_EXCEPTION(table_of(std::string_view("\xff\xfe"
                                                  "f\0,\0",
                                                  6)),
                        InputError, says("not a text file"));
}

BOOST_AUTO_TEST_CASE(missing_columns_name_the_nearest) {
  const CsvTable table = table_of("formula,formation_energy\nFeO,1\n");
  BOOST_CHECK_EXCEPTION(table.column("formation_enrgy"), InputError,
                        says("t.csv", "'formation_enrgy'", "did you mean 'formation_energy'", "formula"));
}

BOOST_AUTO_TEST_CASE(gzip) {
  const TemporaryFolder folder;
  write_gzip(folder / "t.csv.gz", 5000, 0);
  const CsvTable table = CsvTable::read(folder / "t.csv.gz");
  BOOST_TEST(table.rows() == 5000U);
  BOOST_TEST(table.field(4999, 0) == "Fe5000O");
}

BOOST_AUTO_TEST_CASE(truncated_gzip_is_noticed_wherever_it_ends) {
  const TemporaryFolder folder;
  const std::size_t size = write_gzip(folder / "t.csv.gz", 5000, 0);
  // In the middle, in the last block, in the trailer (checksum and length), in the header.
  for (const std::size_t keep : {size / 2, size - 9, size - 8, size - 4, size - 1, std::size_t{12}, std::size_t{5}}) {
    BOOST_TEST_CONTEXT(keep << " of " << size << " bytes") {
      write_gzip(folder / "t.csv.gz", 5000, keep);
      BOOST_CHECK_EXCEPTION(CsvTable::read(folder / "t.csv.gz"), InputError,
                            says("t.csv.gz: the gzip file is cut off"));
    }
  }
}

BOOST_AUTO_TEST_CASE(damaged_gzip_is_noticed) {
  const TemporaryFolder folder;
  const std::size_t size = write_gzip(folder / "t.csv.gz", 5000, 0);
  std::string bytes = test::read_file(folder / "t.csv.gz");
  bytes[size - 6] = static_cast<char>(bytes[size - 6] ^ 1);  // in the checksum
  folder.write("t.csv.gz", bytes);
  BOOST_CHECK_EXCEPTION(CsvTable::read(folder / "t.csv.gz"), InputError, says("t.csv.gz: cannot be read"));
}

BOOST_AUTO_TEST_CASE(the_hash_is_that_of_the_text) {
  const TemporaryFolder folder;
  write_gzip(folder / "t.csv.gz", 10, 0);
  const CsvTable zipped = CsvTable::read(folder / "t.csv.gz");
  std::string text = "formula,energy\n";
  for (std::size_t row = 0; row < zipped.rows(); ++row) {
    text += zipped.row_text(row) + "\n";
  }
  BOOST_TEST(table_of(text).hash() == zipped.hash());
  text[0] = 'F';
  BOOST_TEST(table_of(text).hash() != zipped.hash());
}

BOOST_AUTO_TEST_CASE(fields_are_quoted_when_needed) {
  BOOST_TEST(csv_field("plain text") == "plain text");
  BOOST_TEST(csv_field("a,b") == "\"a,b\"");
  BOOST_TEST(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  BOOST_TEST(csv_field("two\nlines") == "\"two\nlines\"");
  BOOST_TEST(csv_field(" blank") == "\" blank\"");
  BOOST_TEST(csv_field("") == "");
  const CsvTable table = table_of("a,b\n\"x,\"\"y\"\"\",2\n");
  BOOST_TEST(table.row_text(0) == "\"x,\"\"y\"\"\",2");
}

BOOST_AUTO_TEST_CASE(files_of_smiles) {
  const TemporaryFolder folder;
  const auto path = folder.write("a.smi",
                                 "\xef\xbb\xbf"
                                 "CCO ethanol\r\n\n  C1CC1\tcyclo propane \nC,C \"x\n");
  const CsvTable table = CsvTable::read_smiles(path);
  BOOST_TEST(table.columns() == (std::vector<std::string>{"smiles", "name"}));
  BOOST_REQUIRE(table.rows() == 3U);
  BOOST_TEST(table.field(0, 0) == "CCO");
  BOOST_TEST(table.field(0, 1) == "ethanol");
  BOOST_TEST(table.field(1, 0) == "C1CC1");
  BOOST_TEST(table.field(1, 1) == "cyclo propane");
  BOOST_TEST(table.line(1) == 3U);
  BOOST_TEST(table.field(2, 0) == "C,C");
  BOOST_TEST(table.field(2, 1) == "\"x");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    BOOST_TEST(table.fields(row) == 2U);
  }
  // One SMILES without a name and without the end of its line.
  BOOST_TEST(CsvTable::read_smiles(folder.write("b.smi", "C")).field(0, 1).empty());
  BOOST_CHECK_EXCEPTION(CsvTable::read_smiles(folder.write("c.smi", "\n \n")), InputError, says("c.smi", "is empty"));
}

BOOST_AUTO_TEST_SUITE_END()
