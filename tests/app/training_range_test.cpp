#include "app/training_range.h"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace epitaxy;
using namespace epitaxy::app;

BOOST_AUTO_TEST_SUITE(training_range)

BOOST_AUTO_TEST_CASE(elements_that_no_row_has_are_named) {
  const std::vector<std::string> molecules{"CCO", "c1ccccc1Cl"};
  const TrainingRange range(chem::molecules(), molecules);
  BOOST_TEST(range.doubt("OCCCl") == "");
  BOOST_TEST(range.doubt("C[Si](C)(C)Br") == "holds Si, Br, which no training row has");
  BOOST_TEST(range.doubt("[nH]1cccc1") == "holds N, which no training row has");
  const std::vector<std::string> formulas{"Fe2O3", "NaCl"};
  const TrainingRange of_formulas(chem::compositions(), formulas);
  BOOST_TEST(of_formulas.doubt("NaFeO2") == "");
  BOOST_TEST(of_formulas.doubt("LiFeO2") == "holds Li, which no training row has");
}

BOOST_AUTO_TEST_CASE(molecules_that_are_much_larger_are_told) {
  const std::vector<std::string> molecules{"CCCCCCCC"};
  const TrainingRange range(chem::molecules(), molecules);
  BOOST_TEST(range.doubt("CCCCCCCCCC") == "");  // ten, a quarter more
  BOOST_TEST(range.doubt("CCCCCCCCCCC") == "has 11 atoms beside hydrogen, the largest training row has 8");
  BOOST_TEST(range.doubt("CCCCCCCCCCN") ==
             "holds N, which no training row has; has 11 atoms beside hydrogen, the largest training row has 8");
  const std::vector<std::string> formulas{"NaCl"};
  BOOST_TEST(TrainingRange(chem::compositions(), formulas).doubt("Na40Cl40") == "");  // the same substance
}

BOOST_AUTO_TEST_SUITE_END()
