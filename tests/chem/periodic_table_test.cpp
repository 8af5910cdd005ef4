#include "chem/periodic_table.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "chem/elements.h"
#include "fixtures/fixture.h"

using namespace epitaxy;
using namespace epitaxy::chem;

namespace {

int number(const char* symbol) { return atomic_number(symbol).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(periodic_table_test)

BOOST_AUTO_TEST_CASE(periods_begin_after_noble_gases) {
  BOOST_TEST(period(number("H")) == 1);
  BOOST_TEST(period(number("He")) == 1);
  BOOST_TEST(period(number("Li")) == 2);
  BOOST_TEST(period(number("Fe")) == 4);
  BOOST_TEST(period(number("Xe")) == 5);
  BOOST_TEST(period(number("Cs")) == 6);
  BOOST_TEST(period(number("Pu")) == 7);
}

BOOST_AUTO_TEST_CASE(groups_are_columns_and_the_f_block_is_of_group_3) {
  BOOST_TEST(group(number("H")) == 1);
  BOOST_TEST(group(number("Be")) == 2);
  BOOST_TEST(group(number("B")) == 13);
  BOOST_TEST(group(number("Cl")) == 17);
  BOOST_TEST(group(number("Sc")) == 3);
  BOOST_TEST(group(number("Fe")) == 8);
  BOOST_TEST(group(number("I")) == 17);
  BOOST_TEST(group(number("Ba")) == 2);
  for (const char* f_block : {"La", "Ce", "Gd", "Lu", "Ac", "U", "Pu"}) {
    BOOST_TEST(group(number(f_block)) == 3, f_block);
  }
  BOOST_TEST(group(number("Hf")) == 4);
  BOOST_TEST(group(number("Au")) == 11);
  for (const char* noble : {"He", "Ne", "Ar", "Kr", "Xe", "Rn"}) {
    BOOST_TEST(group(number(noble)) == 18, noble);
  }
}

BOOST_AUTO_TEST_CASE(known_exceptions_have_their_ground_states) {
  BOOST_TEST((valence_electrons(number("Cr")).filled == ElectronsBySubshell{1, 0, 5, 0}));
  BOOST_TEST((valence_electrons(number("Cu")).filled == ElectronsBySubshell{1, 0, 10, 0}));
  BOOST_TEST((valence_electrons(number("Pd")).filled == ElectronsBySubshell{0, 0, 10, 0}));
  BOOST_TEST((valence_electrons(number("Gd")).filled == ElectronsBySubshell{2, 0, 1, 7}));
}

BOOST_AUTO_TEST_CASE(ground_states_are_those_of_the_reference) {
  const auto reference = test::fixture("element_statistics.json").at("configurations");
  BOOST_TEST(reference.size() == 94U);
  for (const auto& [symbol, electrons] : reference.items()) {
    BOOST_TEST((valence_electrons(number(symbol.c_str())).filled == electrons.get<ElectronsBySubshell>()), symbol);
  }
}

BOOST_AUTO_TEST_CASE(free_places_are_of_subshells_that_hold_electrons) {
  BOOST_TEST((valence_electrons(number("Na")).unfilled == ElectronsBySubshell{1, 0, 0, 0}));
  BOOST_TEST((valence_electrons(number("O")).unfilled == ElectronsBySubshell{0, 2, 0, 0}));
  BOOST_TEST((valence_electrons(number("Gd")).unfilled == ElectronsBySubshell{0, 0, 9, 7}));
}

BOOST_AUTO_TEST_CASE(other_numbers_have_no_place) {
  BOOST_CHECK_THROW(period(0), std::out_of_range);
  BOOST_CHECK_THROW(group(95), std::out_of_range);
  BOOST_CHECK_THROW(valence_electrons(-1), std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()
