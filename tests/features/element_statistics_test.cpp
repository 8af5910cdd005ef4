#include "features/element_statistics.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>

#include "fixtures/fixture.h"

using namespace epitaxy;
using namespace epitaxy::features;

namespace {

std::vector<float> row(const std::string& formula) {
  std::vector<float> values(element_statistics_names().size());
  element_statistics(chem::fractions_of(chem::parse_formula(formula)), values.data());
  return values;
}

double value(const std::string& formula, const std::string& name) {
  const auto& names = element_statistics_names();
  const auto found = std::ranges::find(names, name);
  BOOST_REQUIRE_MESSAGE((found != names.end()), name);
  return row(formula)[static_cast<std::size_t>(found - names.begin())];
}

const auto kTolerance = boost::test_tools::tolerance(1e-6);

}  // namespace

BOOST_AUTO_TEST_SUITE(element_statistics_test)

// Electronegativities 1.83 and 3.44 with weights 0.4 and 0.6: the mean is 0.732 + 2.064, the deviations from it are
// 0.966 and 0.644.
BOOST_AUTO_TEST_CASE(iron_oxide_has_the_statistics_worked_by_hand) {
  BOOST_TEST(value("Fe2O3", "mean electronegativity_pauling") == 2.796, kTolerance);
  BOOST_TEST(value("Fe2O3", "deviation electronegativity_pauling") == 0.4 * 0.966 + 0.6 * 0.644, kTolerance);
  BOOST_TEST(value("Fe2O3", "minimum electronegativity_pauling") == 1.83, kTolerance);
  BOOST_TEST(value("Fe2O3", "maximum electronegativity_pauling") == 3.44, kTolerance);
  BOOST_TEST(value("Fe2O3", "range electronegativity_pauling") == 1.61, kTolerance);
  BOOST_TEST(value("Fe2O3", "mean period") == 0.4 * 4 + 0.6 * 2, kTolerance);
  BOOST_TEST(value("Fe2O3", "mean group") == 0.4 * 8 + 0.6 * 16, kTolerance);
}

BOOST_AUTO_TEST_CASE(iron_oxide_has_the_norms_and_shares_worked_by_hand) {
  BOOST_TEST(value("Fe2O3", "number elements") == 2);
  BOOST_TEST(value("Fe2O3", "norm2 fraction") == std::sqrt(0.16 + 0.36), kTolerance);
  BOOST_TEST(value("Fe2O3", "norm3 fraction") == std::cbrt(0.064 + 0.216), kTolerance);
  // Fe: 4s2 3d6, O: 2s2 2p4. Of 0.4 * 8 + 0.6 * 6 = 6.8 electrons are 2 s, 2.4 p, 2.4 d.
  BOOST_TEST(value("Fe2O3", "share s_electrons") == 2 / 6.8, kTolerance);
  BOOST_TEST(value("Fe2O3", "share p_electrons") == 2.4 / 6.8, kTolerance);
  BOOST_TEST(value("Fe2O3", "share d_electrons") == 2.4 / 6.8, kTolerance);
  BOOST_TEST(value("Fe2O3", "share f_electrons") == 0);
}

BOOST_AUTO_TEST_CASE(ionic_character_follows_from_electronegativities) {
  const double character = 1 - std::exp(-1.61 * 1.61 / 4);
  BOOST_TEST(value("Fe2O3", "maximum ionic_character") == character, kTolerance);
  BOOST_TEST(value("Fe2O3", "mean ionic_character") == 2 * 0.4 * 0.6 * character, kTolerance);
  BOOST_TEST(value("Fe", "maximum ionic_character") == 0);
}

BOOST_AUTO_TEST_CASE(charges_that_balance_are_told) {
  BOOST_TEST(value("Fe2O3", "least charge") == 0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(value("Fe2O3", "neutral charge") == 1);
  BOOST_TEST(value("K0.333333O0.166667", "neutral charge") == 1);
  BOOST_TEST(value("Fe3O4", "neutral charge") == 0);
}

BOOST_AUTO_TEST_CASE(multiples_and_other_orders_of_a_formula_have_the_same_bits) {
  BOOST_TEST(row("Fe2O3") == row("Fe4O6"), boost::test_tools::per_element());
  BOOST_TEST(row("Fe2O3") == row("O3Fe2"), boost::test_tools::per_element());
  BOOST_TEST(row("SrTiO3") == row("Sr7Ti7O21"), boost::test_tools::per_element());
}

// The differences would else be rounding, of which a learner that standardizes columns makes something.
BOOST_AUTO_TEST_CASE(a_property_that_all_elements_share_has_no_deviation) {
  for (const char* formula : {"Fe", "Fe7"}) {
    for (const std::string& name : element_statistics_names()) {
      if (name.starts_with("deviation") || name.starts_with("range")) {
        BOOST_TEST(value(formula, name) == 0, formula << ": " << name);
      }
    }
  }
  BOOST_TEST(value("LaCe2Nd3", "deviation group") == 0);
  BOOST_TEST(value("LaCe2Nd3", "mean group") == 3);
}

BOOST_AUTO_TEST_CASE(every_column_has_a_name_of_its_own) {
  const auto& names = element_statistics_names();
  BOOST_TEST(names.size() == 5 * 25 + 12U);
  BOOST_TEST(std::set(names.begin(), names.end()).size() == names.size());
  BOOST_TEST(names.front() == "mean atomic_number");
}

BOOST_AUTO_TEST_CASE(statistics_are_those_of_magpie) {
  const auto reference = test::fixture("element_statistics.json");
  const auto names = reference.at("names").get<std::vector<std::string>>();
  for (const auto& [formula, expected] : reference.at("rows").items()) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const double theirs = expected[i].get<double>();
      BOOST_TEST(std::abs(value(formula, names[i]) - theirs) <= 1e-6 * (1 + theirs), formula << ": " << names[i]);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
