#include "app/text_kind.h"

#include <boost/test/unit_test.hpp>

#include "data/table_source.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::app;

namespace {

/// Of the first column of a table.
std::string doubt_of(const std::string& text, const chem::Substance& read) {
  const test::TemporaryFolder folder;
  return doubt_of_kind(data::read_table(folder.write("new.csv", text)), 0, read);
}

bool tells(const std::string& doubt, const std::string& part) { return doubt.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(text_kind)

BOOST_AUTO_TEST_CASE(smiles_are_no_formulas) {
  for (const char* texts : {"x\nCCO\n", "x\nCCO\nCN\n", "x\nCCO\nc1ccccc1\nCN\n"}) {
    const std::string doubt = doubt_of(texts, chem::compositions());
    BOOST_TEST(tells(doubt, "such as 'CCO', look like SMILES, but the model reads formulas"), doubt);
    BOOST_TEST(doubt_of(texts, chem::molecules()) == "");
  }
}

BOOST_AUTO_TEST_CASE(formulas_are_no_smiles) {
  BOOST_TEST(tells(doubt_of("x\nC2H6O\nCO\nNO\nCN\n", chem::molecules()),
                   "4 of 4 texts, such as 'C2H6O', look like formulas"));
  BOOST_TEST(doubt_of("x\nC2H6O\nCO\nNO\nCN\n", chem::compositions()) == "");
  BOOST_TEST(doubt_of("x\nFe2O3\nXy2\nNaCl\n", chem::compositions()) == "");
}

BOOST_AUTO_TEST_CASE(what_may_be_both_is_not_told_but_by_the_name_of_the_column) {
  BOOST_TEST(doubt_of("x\nCO\nCN\n", chem::compositions()) == "");
  BOOST_TEST(doubt_of("x\nCO\nCN\n", chem::molecules()) == "");
  BOOST_TEST(
      tells(doubt_of("My_SMILES\nCO\nCN\n", chem::compositions()), "called 'My_SMILES', but the model reads formulas"));
  BOOST_TEST(doubt_of("My_SMILES\nCO\nCN\n", chem::molecules()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
