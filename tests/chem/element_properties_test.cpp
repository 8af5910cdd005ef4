#include "chem/element_properties.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <set>
#include <string>

#include "base/error.h"

using namespace epitaxy;
using namespace epitaxy::chem;

namespace {

double value(const char* symbol, const char* name) {
  const int feature = feature_index(atomic_number(symbol).value()).value();
  return element_properties(feature)[element_property_index(name)];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(element_properties_test)

BOOST_AUTO_TEST_CASE(every_element_has_a_finite_value_of_every_property) {
  for (int feature = 0; feature < kElementFeatures; ++feature) {
    for (std::size_t i = 0; i < kElementProperties; ++i) {
      const double number = element_properties(feature)[i];
      BOOST_TEST((std::isfinite(number) && (number >= 0 || element_property_names()[i].starts_with("oxidation"))),
                 feature_symbols().at(feature) << ": " << element_property_names()[i] << " is " << number);
    }
  }
}

// A zero means that there is none: electrons and places, an anion that is not stable, atoms that are not bound.
BOOST_AUTO_TEST_CASE(what_every_atom_has_is_never_zero) {
  for (const char* symbol : {"H", "Be", "Mn", "Kr", "Xe", "Pm", "Eu", "Yb", "Np", "Pu"}) {
    for (const char* name : {"atomic_number", "period", "group", "pettifor_number", "atomic_mass",
                             "electronegativity_pauling", "covalent_radius", "vdw_radius", "ionization_energy",
                             "polarizability", "melting_point", "valence_electrons"}) {
      BOOST_TEST(value(symbol, name) > 0, symbol << ": " << name);
    }
  }
  BOOST_TEST(value("Kr", "atomization_enthalpy") == 0);
  BOOST_TEST(value("Pm", "atomization_enthalpy") > 0);
  BOOST_TEST(value("Zn", "electron_affinity") == 0);
  BOOST_TEST(value("Gd", "electron_affinity") > 0);
}

BOOST_AUTO_TEST_CASE(known_facts_stand_at_their_element) {
  BOOST_TEST(value("Fe", "period") == 4);
  BOOST_TEST(value("Cl", "group") == 17);
  BOOST_TEST(value("Cl", "electronegativity_pauling") == 3.16);
  BOOST_TEST(value("Fe", "atomic_mass") == 55.845);
  BOOST_TEST(value("Pu", "atomic_number") == 94);
  BOOST_TEST(value("O", "covalent_radius") == 66);
  BOOST_TEST(value("H", "ionization_energy") == 13.598, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(value("F", "electron_affinity") == 3.401, boost::test_tools::tolerance(1e-3));
  BOOST_TEST(value("W", "melting_point") == 3687, boost::test_tools::tolerance(1e-2));
  BOOST_TEST(value("Cs", "polarizability") == 401, boost::test_tools::tolerance(1e-2));
}

BOOST_AUTO_TEST_CASE(missing_values_lie_between_those_of_the_neighbors) {
  BOOST_TEST(value("Pm", "electronegativity_pauling") ==
                 (value("Nd", "electronegativity_pauling") + value("Sm", "electronegativity_pauling")) / 2,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(value("Pm", "vdw_radius") == (value("Nd", "vdw_radius") + value("Sm", "vdw_radius")) / 2,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(value("U", "electron_affinity") == value("Ac", "electron_affinity"));
}

BOOST_AUTO_TEST_CASE(oxidation_states_ascend_and_every_element_has_one) {
  for (int feature = 0; feature < kElementFeatures; ++feature) {
    const auto states = oxidation_states(feature);
    BOOST_TEST(!states.empty());
    BOOST_TEST((std::ranges::adjacent_find(states, std::ranges::greater_equal()) == states.end()));
  }
  BOOST_TEST(value("Fe", "oxidation_lowest") == 2);
  BOOST_TEST(value("Fe", "oxidation_highest") == 3);
  BOOST_TEST(value("Cl", "oxidation_lowest") == -1);
}

BOOST_AUTO_TEST_CASE(names_are_distinct_and_found) {
  const auto& names = element_property_names();
  BOOST_TEST(std::set(names.begin(), names.end()).size() == kElementProperties);
  BOOST_TEST(names[element_property_index("group")] == "group");
  BOOST_CHECK_THROW(element_property_index("magic"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
