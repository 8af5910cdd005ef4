#include "chem/masked.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy;

namespace {

std::vector<std::string> parts_of(const chem::Substance& substance, const std::string& text) {
  std::vector<std::string> parts;
  for (const chem::Masked& part : substance.masked(text)) {
    parts.push_back(part.symbol + " " + part.text);
  }
  return parts;
}

using Texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(masked)

BOOST_AUTO_TEST_CASE(atoms_become_dummies_in_the_order_of_the_text) {
  BOOST_CHECK((parts_of(chem::molecules(), "OCC") == Texts{"O *CC", "C C*O", "C *CO"}));
  BOOST_CHECK((parts_of(chem::molecules(), "[NH4+]") == Texts{"N *"}));
  BOOST_TEST(chem::without_each_atom("c1cc[nH]c1").size() == 5U);
  for (const chem::Masked& part : chem::without_each_atom("c1cc[nH]c1")) {
    BOOST_TEST(chem::without_each_atom(part.text).size() == 5U);  // it can be read
  }
  BOOST_TEST(chem::without_each_atom("C1CC").empty());
}

BOOST_AUTO_TEST_CASE(elements_are_left_out) {
  BOOST_CHECK((parts_of(chem::compositions(), "Fe2O3") == Texts{"O Fe2.000000000", "Fe O3.000000000"}));
  BOOST_CHECK((parts_of(chem::compositions(), "Fe") == Texts{"Fe "}));
  BOOST_TEST(chem::compositions().masked("Xy2").empty());
}

BOOST_AUTO_TEST_SUITE_END()
