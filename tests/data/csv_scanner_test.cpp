#include "data/csv_scanner.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/csv.h"
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

/// The message with which a table is refused.
template <typename... Parts>
void refuses(std::string_view text, Parts... parts) {
  BOOST_TEST_CONTEXT(text) { BOOST_CHECK_EXCEPTION(table_of(text), InputError, says(parts...)); }
}

std::string repeated(std::string_view line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += line;
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(csv_scanner)

BOOST_AUTO_TEST_CASE(text_behind_a_closing_quote_is_refused) {
  refuses("a,b\n1,2\n3,\"4\"5\n", "t.csv:3: field 2 goes on behind its closing quote",
          "write each quote inside it twice");
  refuses("a,b\n\"1\" ,2\n", "t.csv:2: field 1 goes on");
  refuses("a,b\n\"say \"hi\"\",2\n", "t.csv:2: field 1 goes on");
  refuses("a,b\n1,\"2\n3,4\n5\"6,7\n", "t.csv:2: field 2", "the next one, lines below");
  refuses("\"a\"b,c\n1,2\n", "t.csv:1: field 1");
}

BOOST_AUTO_TEST_CASE(a_quote_in_the_middle_of_a_field_is_refused) {
  refuses("a,b\n1,2\n3,4\"5\n", "t.csv:3: field 2 holds a quote, but does not start with it");
  refuses("a,b\n1, \"2\"\n", "t.csv:2: field 2 holds a quote");
  refuses("a,b\"\n1,2\n", "t.csv:1: field 2 holds a quote");
}

BOOST_AUTO_TEST_CASE(a_quote_that_is_never_closed_is_refused) {
  refuses("a,b\n1,2\n3,\"4\n5,6\n", "t.csv:3: field 2 starts with a quote that is never closed");
  refuses("a,b\n1,\"", "t.csv:2: field 2", "never closed");
  refuses("a,b\n1,\"\"\"\n", "t.csv:2: field 2", "never closed");
}

BOOST_AUTO_TEST_CASE(a_quoted_field_that_holds_rows_is_refused) {
  const std::string header = "name,formula,e\n";
  refuses(header + "\"x,FeO,1\n" + repeated("x,FeO,1\n", 3) + "x\",FeO,1\n", "t.csv:2: field 1",
          "closed in line 6 only", "look like rows");
  refuses("formula,e\nFeO,\"1\n" + repeated("FeO,1\r\n", 10) + "\",1\n", "t.csv:2: field 2", "look like rows");
  refuses("smiles\n\"C\n" + repeated("C\n", 100) + "\"\n", "t.csv:2: field 1", "look like rows");
  refuses("\"name" + repeated("\n", 12) + "\",e\n1,2\n", "t.csv:1: field 1 is the name of a column");
}

BOOST_AUTO_TEST_CASE(prose_and_molfiles_in_quotes_are_fields) {
  BOOST_TEST(table_of("name,e,f\n\"two\nlines, of\ntext\nand more\n\",1,2\n").rows() == 1U);
  BOOST_TEST(table_of("id,mol\n1,\"\n" + repeated("    0.0    0.0    0.0 C   0  0\n", 500) + "M  END\n\"\n").rows() ==
             1U);
}

BOOST_AUTO_TEST_CASE(in_tables_of_tabs_a_quote_inside_a_field_is_text) {
  const CsvTable table = table_of("name\te\n2\" tube\t1\n\"a\tb\"\t2\n");
  BOOST_TEST(table.field(0, 0) == "2\" tube");
  BOOST_TEST(table.field(1, 0) == "a\tb");
  refuses("name\te\n\"5\" tube\t1\n", "t.csv:2: field 1 goes on");
}

BOOST_AUTO_TEST_SUITE_END()
