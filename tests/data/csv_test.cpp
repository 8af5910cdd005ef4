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
                        InputError, says("t.csv: is a text in UTF-16", "save it as UTF-8"));
}

BOOST_AUTO_TEST_CASE(missing_columns_name_the_nearest) {
  const CsvTable table = table_of("formula,formation_energy\nFeO,1\n");
  BOOST_CHECK_EXCEPTION(table.column("formation_enrgy"), InputError,
                        says("t.csv", "'formation_enrgy'", "did you mean 'formation_energy'", "formula"));
}

BOOST_AUTO_TEST_CASE(lines_may_end_in_carriage_returns) {
  const CsvTable old = table_of("formula,e\rFeO,1\r\rMgO,2\r");
  BOOST_REQUIRE(old.rows() == 2U);
  BOOST_TEST(old.field(1, 0) == "MgO");
  BOOST_TEST(old.line(1) == 4U);
  BOOST_REQUIRE(old.notes().size() == 1U);
  BOOST_TEST(old.notes()[0].find("4 of its lines end in a carriage return alone") != std::string::npos);
  const CsvTable mixed = table_of("formula,e\r\nFeO,1\rMgO,\"2\r\n3\"\nNiO,4");
  BOOST_REQUIRE(mixed.rows() == 3U);
  BOOST_TEST(mixed.field(1, 1) == "2\r\n3");
  BOOST_TEST(mixed.line(2) == 5U);
  BOOST_TEST(table_of("a,b\r\n1,2\r\n").notes().empty());
}

BOOST_AUTO_TEST_CASE(fields_over_several_lines_are_told) {
  const auto notes = table_of("a,b\n1,\"x\ny\nz\"\n2,\"u\nv\"\n").notes();
  BOOST_REQUIRE(notes.size() == 1U);
  BOOST_TEST(notes[0].find("2 quoted fields run over several lines, the first over 2 to 4") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(separators_are_recognized_and_told) {
  for (const char* separator : {";", "\t"}) {
    const std::string s = separator;
    const CsvTable table =
        table_of("formula" + s + "e, eV" + s + "note\nFeO" + s + "-1,5" + s + "\n\nMgO" + s + "2" + s + "x\n");
    BOOST_TEST(table.columns() == (std::vector<std::string>{"formula", "e, eV", "note"}));
    BOOST_REQUIRE(table.rows() == 2U);
    BOOST_TEST(table.fields(0) == 3U);
    BOOST_TEST(table.field(0, 1) == "-1,5");
    BOOST_REQUIRE(table.notes().size() == 2U);
    BOOST_TEST(table.notes()[0].find(s == ";" ? "separated by ';'" : "separated by a tab") != std::string::npos);
    BOOST_TEST(table.notes()[1].find("decimal commas in: e, eV") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_declares_the_separator_is_no_header) {
  const CsvTable table = table_of("sep=;\r\nformula;e (eV, DFT)\r\nFeO;-1,0\r\n");
  BOOST_TEST(table.columns() == (std::vector<std::string>{"formula", "e (eV, DFT)"}));
  BOOST_TEST(table.line(0) == 3U);
  BOOST_TEST(table.number_text(0, table.number_column("e (eV, DFT)")) == "-1.0");
}

BOOST_AUTO_TEST_CASE(a_table_that_does_not_fit_its_header_says_which_separator_was_taken) {
  const CsvTable table = table_of("formula;e (eV, DFT)\nFeO;-1,0\n");
  BOOST_CHECK_EXCEPTION(table.column("formula"), InputError, says("has no column 'formula'", "separated by ','"));
}

BOOST_AUTO_TEST_CASE(decimal_commas_become_points_in_numbers_alone) {
  const CsvTable table = table_of("formula;e;label;T\nAl0,65Ga0,35N;-0,65;a,b;1.5\nFeO;+1,5e-3;c;2\nMgO;;;3\n");
  const std::size_t e = table.number_column("e");
  BOOST_TEST(table.number_text(0, e) == "-0.65");
  BOOST_TEST(table.number_text(1, e) == "+1.5e-3");
  BOOST_TEST(table.number_text(2, e) == "");
  BOOST_TEST(table.field(0, e) == "-0,65");
  BOOST_TEST(table.number_text(0, table.number_column("formula")) == "Al0,65Ga0,35N");
  BOOST_TEST(table.number_text(0, table.number_column("T")) == "1.5");
  // Of a table separated by commas they never are.
  const CsvTable commas = table_of("formula,e\nFeO,\"0,65\"\n");
  BOOST_TEST(commas.number_text(0, commas.number_column("e")) == "0,65");
}

BOOST_AUTO_TEST_CASE(numbers_that_can_be_read_in_two_ways_are_refused) {
  const auto refuses = [](std::string_view text, auto... parts) {
    const CsvTable table = table_of(text);
    BOOST_TEST(table.column("e") == 1U);
    BOOST_CHECK_EXCEPTION(table.number_column("e"), InputError, says("column 'e' can be read in two ways", parts...));
  };
  refuses("formula;e\nFeO;1,5\nMgO;2.5\n", "'1,5' in line 2 beside '2.5' in line 3");
  refuses("formula;e\nFeO;1,500\nMgO;1,234,500\n", "'1,500' in line 2 beside '1,234,500' in line 3");
  refuses("formula\te\nFeO\t1,500\nMgO\t2\n", "'1,500' in line 2: a decimal comma, or thousands?");
  refuses("formula;e;T\nFeO;1.500;0,5\nMgO;2;1\n", "'1.500' in line 2: a decimal point, or thousands");
  refuses("formula;e\nFeO;4.045\nMgO;2\n", "'4.045' in line 2: a decimal point, or thousands, as ';' separates");
  BOOST_TEST(table_of("formula;e;T\nFeO;4.045;0.5\nMgO;2;1\n").number_column("e") == 1U);
  BOOST_TEST(table_of("formula\te\nFeO\t4.045\nMgO\t2\n").number_column("e") == 1U);
}

BOOST_AUTO_TEST_CASE(blanks_that_cannot_be_seen) {
  const CsvTable table = table_of(
      "formula\xc2\xa0,e\xc2\xa0kJ\nFe2O3\xe2\x80\xaf,\xc2\xa0-1.0\xc2\xa0\nNaCl,1\xc2\xa0"
      "000\n");
  BOOST_TEST(table.columns() == (std::vector<std::string>{"formula", "e kJ"}));
  BOOST_TEST(table.field(0, 0) == "Fe2O3");
  BOOST_TEST(table.field(0, 1) == "-1.0");
  BOOST_TEST(number_hint(table.field(1, 1)) == " (it is 1<U+00A0>000)");
  BOOST_TEST(number_hint("high") == "");
  BOOST_TEST(number_hint("\xe2\x88\x92"
                         "1.5") == " (its minus sign is not that of numbers; write -1.5)");
  BOOST_TEST(number_hint("\xe2\x80\x93"
                         "1e-5")
                 .ends_with("write -1e-5)"));
  BOOST_TEST(number_hint("\xe2\x80\x93") == "");
  BOOST_TEST(number_hint("-0,65").find("write a point: -0.65") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_columns_take_linear_time) {
  std::string text = "formula";
  std::string row = "\nFeO";
  constexpr int kColumns = 100'000;
  for (int c = 0; c < kColumns; ++c) {
    text += fmt::format(",c{}", c);
    row += ",0";
  }
  const CsvTable table = table_of(text + row + row);
  BOOST_TEST(table.fields(1) == kColumns + 1U);
  for (int c = 0; c < kColumns; c += 10) {
    BOOST_REQUIRE(table.column(fmt::format("c{}", c)) == c + 1U);
  }
  BOOST_CHECK_EXCEPTION(table.column("energy"), InputError, says("and 99951 more"));
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
  // What stands behind it may change the molecule.
  const CsvTable extended = CsvTable::read_smiles(folder.write("d.smi", "C |^1:0|\nCC ethane\n"));
  BOOST_TEST(extended.row_problem(0).find("CXSMILES") != std::string::npos);
  BOOST_TEST(extended.row_problem(1) == "");
  // One SMILES without a name and without the end of its line.
  BOOST_TEST(CsvTable::read_smiles(folder.write("b.smi", "C")).field(0, 1).empty());
  BOOST_CHECK_EXCEPTION(CsvTable::read_smiles(folder.write("c.smi", "\n \n")), InputError, says("c.smi", "is empty"));
}

BOOST_AUTO_TEST_SUITE_END()
