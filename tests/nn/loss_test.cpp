#include "nn/loss.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "numbers.h"

using namespace epitaxy;
using nn::LossKind;
using Numbers = std::vector<float>;

BOOST_AUTO_TEST_SUITE(loss_test)

BOOST_AUTO_TEST_CASE(losses_and_gradients_agree_with_pytorch_and_mask_missing_labels) {
  const auto json = test::fixture("loss.json");
  const Numbers predictions = test::floats(json.at("predictions"));
  const Numbers targets = test::floats(json.at("targets"));
  for (const std::string name : {"mae", "mse", "huber"}) {
    BOOST_TEST_CONTEXT(name) {
      const nn::Loss loss{value_of<nn::LossKind>(name), json.at("huber_width")};
      Numbers gradient(predictions.size(), 99.0f);
      const auto sums =
          nn::loss_and_gradient(loss, predictions.data(), targets.data(), predictions.size(), gradient.data());
      BOOST_TEST(sums.labels == json.at("labels").get<double>());
      BOOST_TEST(sums.loss == json.at(name).at("loss").get<double>(), boost::test_tools::tolerance(1e-7));
      const Numbers expected = test::floats(json.at(name).at("gradient"));
      BOOST_TEST(test::largest_difference(gradient, expected, expected.size()) < 1e-7);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_loss_of_huber_is_quadratic_up_to_its_width_and_linear_beyond) {
  const Numbers predictions{2, -2, 5};
  const Numbers targets{0, 0, 0};
  Numbers gradient(3);
  const auto sums =
      nn::loss_and_gradient({LossKind::huber, 2.0}, predictions.data(), targets.data(), 3, gradient.data());
  BOOST_TEST(sums.loss == 2.0 + 2.0 + 8.0);
  BOOST_TEST(gradient == (Numbers{2, -2, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(predictions_that_are_not_finite_show_in_the_loss_and_the_gradient) {
  const Numbers predictions{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  const Numbers targets{0, 0};
  for (const LossKind kind : {LossKind::mae, LossKind::mse, LossKind::huber}) {
    Numbers gradient(2);
    const auto both = nn::loss_and_gradient({kind, 1.0}, predictions.data(), targets.data(), 2, gradient.data());
    BOOST_TEST(std::isnan(both.loss));
    BOOST_TEST(std::isnan(gradient[0]));
    const auto second = nn::loss_and_gradient({kind, 1.0}, predictions.data() + 1, targets.data(), 1, gradient.data());
    BOOST_TEST(!std::isfinite(second.loss));
  }
}

BOOST_AUTO_TEST_CASE(rows_without_any_label_count_nothing) {
  const Numbers predictions{1, 2};
  const Numbers targets(2, std::numeric_limits<float>::quiet_NaN());
  Numbers gradient(2, 99.0f);
  const auto sums = nn::loss_and_gradient({}, predictions.data(), targets.data(), 2, gradient.data());
  BOOST_TEST(sums.loss == 0.0);
  BOOST_TEST(sums.labels == 0.0);
  BOOST_TEST(gradient == (Numbers{0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(losses_have_names) {
  BOOST_TEST((value_of<nn::LossKind>("mae") == LossKind::mae));
  BOOST_TEST((value_of<nn::LossKind>("mse") == LossKind::mse));
  BOOST_TEST((value_of<nn::LossKind>("huber") == LossKind::huber));
  BOOST_CHECK_THROW(value_of<nn::LossKind>("l1"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
