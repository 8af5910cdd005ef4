#include "data/table_source.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
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

BOOST_AUTO_TEST_SUITE_END()
