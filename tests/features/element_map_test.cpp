#include "features/element_map.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "chem/element_properties.h"
#include "chem/formula.h"

using namespace epitaxy;
using namespace epitaxy::features;

namespace {

std::vector<chem::ElementFraction> fractions(const std::string& formula) {
  return chem::fractions_of(chem::parse_formula(formula));
}

std::vector<float> map_row(const std::string& formula) {
  std::vector<float> values(element_map_names().size());
  element_map(fractions(formula), values.data());
  return values;
}

double squared_distance(const std::string& a, const std::string& b) {
  const auto first = map_row(a);
  const auto second = map_row(b);
  double sum = 0;
  for (std::size_t j = 0; j < first.size(); ++j) {
    sum += std::pow(static_cast<double>(first[j]) - second[j], 2);
  }
  return sum;
}

/// Mean similarity of an atom of one to an atom of the other.
double mean_similarity(const std::string& a, const std::string& b) {
  double sum = 0;
  for (const auto& [i, x] : fractions(a)) {
    for (const auto& [j, y] : fractions(b)) {
      sum += x * y * element_similarity(i, j);
    }
  }
  return sum;
}

int feature(const std::string& symbol) { return fractions(symbol).front().feature; }

}  // namespace

BOOST_AUTO_TEST_SUITE(element_map_test)

BOOST_AUTO_TEST_CASE(squared_distances_are_the_maximum_mean_discrepancy) {
  const std::vector<std::string> formulas{"H2", "Fe2O3", "Al2O3", "NaCl", "PbTiO3", "La0.7Sr0.3MnO3", "UO2"};
  for (const auto& a : formulas) {
    for (const auto& b : formulas) {
      const double expected = mean_similarity(a, a) + mean_similarity(b, b) - 2 * mean_similarity(a, b);
      BOOST_TEST(std::abs(squared_distance(a, b) - expected) < 1e-6);
    }
  }
}

BOOST_AUTO_TEST_CASE(compositions_of_similar_elements_are_near) {
  BOOST_TEST(squared_distance("NaCl", "KCl") < squared_distance("NaCl", "FeO"));
  BOOST_TEST(squared_distance("ZrO2", "HfO2") < squared_distance("ZrO2", "SnO2"));
}

BOOST_AUTO_TEST_CASE(multiples_of_a_formula_have_the_same_bits) { BOOST_TEST((map_row("Fe2O3") == map_row("Fe4O6"))); }

BOOST_AUTO_TEST_CASE(an_element_is_like_itself_and_similarities_are_symmetric) {
  BOOST_TEST(element_similarity(3, 3) == 1.0);
  BOOST_TEST(element_similarity(3, 50) == element_similarity(50, 3));
  BOOST_TEST(element_similarity(3, 50) < 1.0);
}

/// Zirconium and hafnium, worked out again from the properties.
BOOST_AUTO_TEST_CASE(similarities_are_of_standardized_and_clipped_properties) {
  double sum = 0;
  for (const char* name :
       {"period", "group", "covalent_radius", "electronegativity_pauling", "electron_affinity", "ionization_energy",
        "melting_point", "valence_electrons", "unfilled", "d_electrons", "p_electrons", "pettifor_number"}) {
    const std::size_t index = chem::element_property_index(name);
    std::vector<double> values;
    double mean = 0;
    double square = 0;
    for (int i = 0; i < chem::kElementFeatures; ++i) {
      values.push_back(chem::element_properties(i)[index]);
      mean += values.back() / chem::kElementFeatures;
      square += values.back() * values.back() / chem::kElementFeatures;
    }
    const auto standard = [&](const char* symbol) {
      const double z = (values[static_cast<std::size_t>(feature(symbol))] - mean) / std::sqrt(square - mean * mean);
      return std::max(-3.0, std::min(3.0, z));
    };
    sum += std::abs(standard("Zr") - standard("Hf"));
  }
  BOOST_TEST(element_similarity(feature("Zr"), feature("Hf")) == std::exp(-sum / 24),
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
