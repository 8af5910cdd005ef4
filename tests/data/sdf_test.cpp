#include "data/sdf.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

const std::string kEthanol =
    "ethanol\n  made by hand\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.5000    0.0000    0.0000 C   0  0\n"
    "    2.0000    1.4000    0.0000 O   0  0\n  1  2  1  0\n  2  3  1  0\nM  END\n";
const std::string kMethylamine =
    "\n  made by hand\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2 1 0 0 0\n"
    "M  V30 BEGIN ATOM\nM  V30 1 C 0 0 0 0\nM  V30 2 N 1.5 0 0 0\nM  V30 END ATOM\nM  V30 BEGIN BOND\n"
    "M  V30 1 1 1 2\nM  V30 END BOND\nM  V30 END CTAB\nM  END\n";
/// A carbon with five bonds.
const std::string kWrong =
    "wrong\n\n\n  6  5  0  0  0  0  0  0  0  0999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.0000    0.0000    0.0000 C   0  0\n"
    "    0.0000    1.0000    0.0000 C   0  0\n    0.0000    0.0000    1.0000 C   0  0\n"
    "   -1.0000    0.0000    0.0000 C   0  0\n    0.0000   -1.0000    0.0000 C   0  0\n"
    "  1  2  1  0\n  1  3  1  0\n  1  4  1  0\n  1  5  1  0\n  1  6  1  0\nM  END\n";

CsvTable table_of(std::string_view text) {
  const TemporaryFolder folder;
  return read_sdf(folder.write("t.sdf", text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sdf)

BOOST_AUTO_TEST_CASE(molecules_and_their_properties_are_rows) {
  const CsvTable table = table_of(kEthanol + ">  <gap>  (1)\n7.5\n\n> <note>\ntwo\nlines\n\n$$$$\n" + kMethylamine +
                                  "> <smiles>\nNC\n\n> <gap>\n 6 \n\n$$$$\n");
  BOOST_TEST(table.columns() == (std::vector<std::string>{"smiles", "name", "gap", "note", "smiles_property"}));
  BOOST_REQUIRE(table.rows() == 2U);
  BOOST_TEST(table.field(0, 0) == "CCO");
  BOOST_TEST(table.field(0, 1) == "ethanol");
  BOOST_TEST(table.field(0, 2) == "7.5");
  BOOST_TEST(table.field(0, 3) == "two\nlines");
  BOOST_TEST(table.field(0, 4) == "");
  BOOST_TEST(table.field(1, 0) == "CN");
  BOOST_TEST(table.field(1, 2) == "6");
  BOOST_TEST(table.field(1, 4) == "NC");
  BOOST_TEST(table.line(1) == 19U);
  BOOST_TEST(table.row_problem(0) == "");
}

BOOST_AUTO_TEST_CASE(a_molecule_that_cannot_be_read_is_a_row_with_the_reason) {
  const CsvTable table =
      table_of(kWrong + "> <gap>\n1\n\n$$$$\nbroken\n\n\nno counts\nM  END\n$$$$\n" + kEthanol + "$$$$");
  BOOST_REQUIRE(table.rows() == 3U);
  BOOST_TEST(table.field(0, 0) == "");
  BOOST_TEST(table.field(0, 2) == "1");
  BOOST_TEST(table.row_problem(0).find("molfile: Explicit valence for atom # 0 C, 5") == 0U);
  BOOST_TEST(table.row_problem(1).find("molfile: ") == 0U);
  BOOST_TEST(table.field(2, 0) == "CCO");
  BOOST_TEST(table.row_problem(2) == "");
}

BOOST_AUTO_TEST_CASE(what_stands_between_properties_is_not_lost) {
  const CsvTable table = table_of(kEthanol + kMethylamine + "> <gap>\n1\n\n$$$$\n" + kEthanol +
                                  "> <note>\none\n\ntwo\n> <gap>\n2\n\n$$$$\n" + kEthanol + "\n> <gap>\n3\n\n\n$$$$\n");
  BOOST_REQUIRE(table.rows() == 3U);
  BOOST_TEST(table.row_problem(0) ==
             "line 12 is part of no property: a '$$$$' is missing, or a value holds a blank line");
  BOOST_TEST(table.row_problem(1).find("is part of no property") != std::string::npos);
  BOOST_TEST(table.row_problem(2) == "");
  BOOST_TEST(table.field(2, 2) == "3");
}

BOOST_AUTO_TEST_CASE(line_ends_and_a_last_molecule_without_its_mark) {
  for (const std::string end : {"\r\n", "\r"}) {
    std::string text;
    for (const char c : kEthanol + "> <gap>\n1\n") {
      text += c == '\n' ? end : std::string(1, c);
    }
    const CsvTable table = table_of(text);
    BOOST_TEST(table.field(0, 0) == "CCO");
    BOOST_TEST(table.field(0, 2) == "1");
  }
}

BOOST_AUTO_TEST_CASE(a_value_may_begin_as_a_header_does) {
  const CsvTable table = table_of(kEthanol + "> <ic50>\n>10000\n\n> <gap>\n> <note>\nx\n\n$$$$\n");
  BOOST_TEST(table.field(0, table.column("ic50")) == ">10000");
  BOOST_TEST(table.field(0, table.column("gap")) == "");
  BOOST_TEST(table.field(0, table.column("note")) == "x");
}

BOOST_AUTO_TEST_CASE(queries_are_no_molecules) {
  const auto problem = [](std::string block, std::string_view from, std::string_view to) {
    block.replace(block.find(from), from.size(), to);
    return table_of(block + "> <gap>\n1\n\n$$$$\n").row_problem(0);
  };
  for (const std::string_view query : {" A  ", " Q  "}) {
    BOOST_TEST(problem(kEthanol, " O  ", query).find("is one of a query (A, Q") != std::string::npos);
  }
  for (const std::string_view query : {"  2  3  8", "  2  3  5"}) {
    BOOST_TEST(problem(kEthanol, "  2  3  1", query).find("is one of a query (type 5") != std::string::npos);
  }
  BOOST_TEST(problem(kEthanol, " O  ", " *  ") == "");
  BOOST_TEST(problem(kEthanol, " O  ", " R# ") == "");
}

BOOST_AUTO_TEST_CASE(files_that_break_off_are_refused) {
  BOOST_CHECK_EXCEPTION(table_of(""), InputError, says("t.sdf: holds no molecule"));
  BOOST_CHECK_EXCEPTION(table_of(kEthanol + "$$$$\n" + kEthanol.substr(0, 120)), InputError,
                        says("t.sdf:12: the file ends inside the molecule"));
  BOOST_CHECK_EXCEPTION(table_of(kEthanol + "> gap\n1\n\n$$$$\n"), InputError,
                        says("t.sdf:11", "has no name of a property"));
  BOOST_CHECK_EXCEPTION(table_of(kEthanol + "> <gap>\n1\n\n> <gap>\n2\n\n$$$$\n"), InputError,
                        says("t.sdf:14", "the property 'gap' twice"));
}

/// Counts of a V3000 block, for which room would be made before the atoms are read.
BOOST_AUTO_TEST_CASE(counts_beyond_the_lines_are_refused) {
  std::string many = kMethylamine;
  many.replace(many.find("COUNTS 2 1"), 10, "COUNTS 2000000000 1");
  const CsvTable table = table_of(many + "$$$$\n" + kEthanol + "$$$$\n");
  BOOST_TEST(table.row_problem(0).find("says that it has 2000000000 atoms") != std::string::npos);
  BOOST_TEST(table.row_problem(1) == "");
}

BOOST_AUTO_TEST_SUITE_END()
