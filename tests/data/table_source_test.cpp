#include "data/table_source.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/import.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

BOOST_AUTO_TEST_SUITE(table_source)

BOOST_AUTO_TEST_CASE(the_name_of_a_file_tells_its_format) {
  const TemporaryFolder folder;
  using Names = std::vector<std::string>;
  BOOST_TEST(read_table(folder.write("a.csv", "smiles,e\nC,1\n")).columns() == (Names{"smiles", "e"}));
  for (const char* name : {"a.tsv", "a.TAB", "a.tsv.gz"}) {  // zlib passes plain text through
    BOOST_TEST(read_table(folder.write(name, "smiles\te, eV\nC\t1\n")).columns() == (Names{"smiles", "e, eV"}));
  }
  for (const char* name : {"a.smi", "a.SMI", "a.smi.gz"}) {
    BOOST_TEST(read_table(folder.write(name, "CCO ethanol\n")).columns() == (Names{"smiles", "name"}));
  }
  for (const char* name : {"a.sdf", "a.sd.gz"}) {
    BOOST_CHECK_EXCEPTION(read_table(folder.write(name, "")), InputError, says("holds no molecule"));
  }
  BOOST_TEST(read_table(folder.write("a.smiles", "smiles\nC\n")).columns() == Names{"smiles"});
}

BOOST_AUTO_TEST_CASE(an_import_reads_decimal_commas) {
  const TemporaryFolder folder;
  ImportSettings settings;
  settings.targets = {{"e", "e", Values::numbers, "eV/atom", "eV/atom"}};
  settings.max_rejected = 1;
  settings.source = folder.write("a.csv", "formula;e\nFeO;-1,5\nMgO;2\nNiO;1,2,3\n");
  BOOST_CHECK_EXCEPTION(import_source(parallel::Communicator::self(), settings), InputError,
                        says("a.csv", "'e' can be read in two ways"));
  settings.source = folder.write("b.csv", "formula;e\nFeO;-1,5\nMgO;2\nNiO;high\n");
  const ImportResult result = import_source(parallel::Communicator::self(), settings);
  BOOST_TEST(result.dataset.index.targets[0].values == (std::vector<double>{-1.5, 2}));
  settings.source = folder.write("c.csv", "formula,e\nFeO,\"-1,5\"\nMgO,2\n");
  const ImportResult commas = import_source(parallel::Communicator::self(), settings);
  BOOST_REQUIRE(commas.rejected.size() == 1U);
  BOOST_TEST(commas.rejected[0].reason.find("'e' is not a number: '-1,5' (with a decimal comma") == 0U);
}

BOOST_AUTO_TEST_CASE(an_import_reads_molfiles) {
  const TemporaryFolder folder;
  const std::string methane =
      "methane\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n"
      "    0.0000    0.0000    0.0000 C   0  0\nM  END\n";
  ImportSettings settings;
  settings.substance = &chem::molecules();
  settings.source = folder.write("a.sdf", methane + "> <gap>\n9.5\n\n$$$$\nbroken\n\n\nM  END\n$$$$\n");
  settings.targets = {{"gap", "gap", Values::numbers, "eV", "eV"}};
  settings.max_rejected = 1;
  const ImportResult result = import_source(parallel::Communicator::self(), settings);
  BOOST_TEST(result.dataset.index.texts == std::vector<std::string>{"C"});
  BOOST_TEST(result.dataset.index.targets[0].values == std::vector<double>{9.5});
  BOOST_REQUIRE(result.rejected.size() == 1U);
  BOOST_TEST(result.rejected[0].line == 11U);
  BOOST_TEST(result.rejected[0].reason.find("molfile: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
