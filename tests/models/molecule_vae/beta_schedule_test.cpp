#include <boost/test/unit_test.hpp>

#include "models/molecule_vae/molecule_vae_settings.h"

using epitaxy::models::BetaSchedule;

BOOST_AUTO_TEST_SUITE(beta_schedule_test)

BOOST_AUTO_TEST_CASE(beta_rises_by_a_constant_factor) {
  const BetaSchedule beta{0.01, 0.16, 2, 6};
  BOOST_TEST(beta.value(0) == 0.01);
  BOOST_TEST(beta.value(2) == 0.01);
  BOOST_TEST(beta.value(3) == 0.02, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(beta.value(5) == 0.08, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(beta.value(6) == 0.16);
  BOOST_TEST(beta.value(60) == 0.16);
}

BOOST_AUTO_TEST_CASE(from_nothing_beta_rises_in_a_straight_line) {
  const BetaSchedule line{0, 0.5, 0, 10};
  BOOST_TEST(line.value(4) == 0.2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST((BetaSchedule{0.3, 0.3, 0, 0}.value(0)) == 0.3);
}

BOOST_AUTO_TEST_SUITE_END()
