#include "models/head_task.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "base/error.h"
#include "models/kinds.h"

using namespace epitaxy;
using namespace epitaxy::models;
using Numbers = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-6);

data::Target numbers() { return {"gap", "eV", {1, 3, kNone}, {}}; }
data::Target two() { return {"toxic", "class", {0, 1, kNone}, {"no", "yes"}}; }
data::Target three() { return {"level", "class", {2, 0, 1}, {"high", "low", "mid"}}; }

std::vector<Head> heads() {
  return {make_head("a", numbers(), ""), make_head("b", two(), ""), make_head("c", three(), "")};
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(head_task_test)

BOOST_AUTO_TEST_CASE(a_target_has_the_task_that_fits_it) {
  BOOST_TEST(usual_task(numbers()).name() == "regression");
  BOOST_TEST(usual_task(two()).name() == "binary");
  BOOST_TEST(usual_task(three()).name() == "classes");
  BOOST_TEST(make_head("b", two(), "classes").outputs() == 2u);
  BOOST_TEST((output_places(heads()) == std::vector<std::size_t>{0, 1, 2, 5}));
  BOOST_TEST((value_places(heads()) == std::vector<std::size_t>{0, 1, 2, 5}));
}

BOOST_AUTO_TEST_CASE(a_task_that_does_not_fit_is_refused_and_the_right_one_is_told) {
  BOOST_TEST(message_of([] { make_head("c", three(), "binary"); }) ==
             "the head 'c' is for the task 'binary', but its target level names 3 classes: take 'classes'");
  BOOST_TEST(message_of([] { make_head("a", numbers(), "classes"); }) ==
             "the head 'a' is for the task 'classes', but its target gap holds numbers: import it with "
             "'values: classes', or take 'regression'");
  BOOST_TEST(message_of([] { make_head("b", two(), "regression"); }) ==
             "the head 'b' is for the task 'regression', but its target toxic names 2 classes and no numbers: take "
             "'binary'");
  BOOST_TEST(
      message_of([] { head_task("binnary"); }) ==
      "unknown task 'binnary' of a head (did you mean 'binary'?): this version knows regression, binary, classes");
}

BOOST_AUTO_TEST_CASE(labels_of_another_file_are_places_in_the_heads_own_classes) {
  const Head head = make_head("c", three(), "");
  const data::Target other{"level", "class", {0, 1, kNone}, {"low", "mid"}};
  const auto labels = labels_for(head, other, "test.h5");
  BOOST_TEST(labels[0] == 1.0);
  BOOST_TEST(labels[1] == 2.0);
  BOOST_TEST(std::isnan(labels[2]));
  const data::Target unknown{"level", "class", {0}, {"huge"}};
  BOOST_TEST(message_of([&] { labels_for(head, unknown, "test.h5"); }) ==
             "test.h5: level names the class 'huge', which is unseen in training: that has high, low, mid");
  BOOST_TEST(message_of([&] { labels_for(head, numbers(), "test.h5"); }) ==
             "test.h5: gap holds numbers, but the head 'c' is for the task 'classes'");
}

// Losses by hand: |0.5 - 1|; ln(1 + e^-2); ln(e^1 + e^2 + e^0) - 2.
BOOST_AUTO_TEST_CASE(losses_by_hand_with_weights_and_missing_labels) {
  auto three_heads = heads();
  three_heads[1].weight = 3;
  const std::vector<float> outputs{0.5f, 2.0f, 1, 2, 0, 9, 9, 9, 9, 9};
  const auto none = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> labels{1.0f, 1.0f, 1.0f, none, none, none};
  std::vector<float> gradient(10, 77.0f);
  const auto sums = heads_loss(three_heads, {nn::LossKind::mae, 1}, outputs.data(), labels.data(), 2, gradient.data());
  const double sum = std::exp(1) + std::exp(2) + 1;
  BOOST_TEST(sums.labels == 3.0);
  BOOST_TEST(sums.loss == 0.5 + 3 * std::log1p(std::exp(-2)) + std::log(sum) - 2, kClose);
  BOOST_TEST(gradient[0] == -1.0f);
  BOOST_TEST(static_cast<double>(gradient[1]) == 3 * (1 / (1 + std::exp(-2.0)) - 1), kClose);
  BOOST_TEST(gradient[2] == static_cast<float>(std::exp(1) / sum), kClose);
  BOOST_TEST(gradient[3] == static_cast<float>(std::exp(2) / sum - 1), kClose);
  BOOST_TEST(gradient[4] == static_cast<float>(1 / sum), kClose);
  for (std::size_t i = 5; i < 10; ++i) {
    BOOST_TEST(gradient[i] == 0.0f);
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences) {
  const auto all = heads();
  for (const Head& head : all) {
    std::vector<float> outputs{0.3f, -1.2f, 0.8f};
    outputs.resize(head.outputs());
    std::vector<float> gradient(head.outputs());
    const float label = 1;
    head.task->loss({nn::LossKind::mse, 1}, outputs, label, gradient.data());
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      std::vector<float> scratch(outputs.size());
      const float step = 1e-3f;
      auto moved = outputs;
      moved[k] = outputs[k] + step;
      const double above = head.task->loss({nn::LossKind::mse, 1}, moved, label, scratch.data());
      moved[k] = outputs[k] - step;
      const double below = head.task->loss({nn::LossKind::mse, 1}, moved, label, scratch.data());
      BOOST_TEST(gradient[k] == (above - below) / (2.0 * step), boost::test_tools::tolerance(1e-3));
    }
  }
}

BOOST_AUTO_TEST_CASE(predictions_are_physical_values_or_probabilities) {
  auto all = heads();
  all[0].standardizer = {10, 2};
  const float outputs[] = {1.5f, 0.0f, 0.0f, std::log(2.0f), 0.0f};
  double values[5];
  all[0].task->predict(all[0], outputs, values);
  all[1].task->predict(all[1], outputs + 1, values + 1);
  all[2].task->predict(all[2], outputs + 2, values + 2);
  BOOST_TEST(values[0] == 13.0, kClose);
  BOOST_TEST(values[1] == 0.5, kClose);
  BOOST_TEST(values[2] == 0.25, kClose);
  BOOST_TEST(values[3] == 0.5, kClose);
  BOOST_TEST(all[2].task->answer(all[2], {values + 2, 3}) == "low");
  BOOST_TEST(all[1].task->answer(all[1], Numbers{0.9}) == "yes");
  BOOST_TEST(all[1].task->answer(all[1], Numbers{kNone}).empty());
  BOOST_TEST(all[2].task->answer(all[2], Numbers{kNone, kNone, kNone}).empty());
  BOOST_TEST(all[1].task->field(all[1], 0) == "no");
  BOOST_TEST(all[0].task->field(all[0], 1.5) == "1.5");
  BOOST_TEST(all[2].task->field(all[2], kNone).empty());
}

BOOST_AUTO_TEST_CASE(figures_and_what_the_labels_say_alone) {
  const auto all = heads();
  BOOST_TEST(all[0].task->baseline(all[0], Numbers{1, 3}) == (Numbers{2}), boost::test_tools::per_element());
  BOOST_TEST(all[1].task->baseline(all[1], Numbers{1, 1, 1, 0}) == (Numbers{0.75}), boost::test_tools::per_element());
  BOOST_TEST(all[2].task->baseline(all[2], Numbers{0, 2}) == (Numbers{0.5, 0, 0.5}), boost::test_tools::per_element());
  const Figures regression = all[0].task->measure(all[0], Numbers{1, 3}, Numbers{2, 3});
  BOOST_TEST(regression.error().value() == 0.5);
  BOOST_TEST(told(all[0], regression) == "MAE 0.50000, RMSE 0.70711 eV, R2 0.5000");
  BOOST_TEST(figure_key(all[0].task->figures()[0], all[0]) == "mae_eV");
  const Figures binary = all[1].task->measure(all[1], Numbers{1, 0}, Numbers{0.5, 0.25});
  BOOST_TEST(binary.error().value() == (std::log(2) - std::log(0.75)) / 2, kClose);
  BOOST_TEST(binary.values[2] == 1.0);
  BOOST_TEST(figure_key(all[1].task->figures()[0], all[1]) == "log_loss");
  const Figures mean = average(std::vector<Figures>{{4, {1, 2}}, {4, {3, 6}}});
  BOOST_TEST(mean.values == (Numbers{2, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(heads_come_back_from_the_json_of_a_description) {
  auto description = describe(fingerprint_net());
  description.heads = heads();
  const auto back = ModelDescription::from_json(description.to_json());
  BOOST_TEST(back.heads[1].task == &binary());
  BOOST_TEST(back.heads[2].task == &classes());
  BOOST_TEST(back.heads[2].classes == three().classes, boost::test_tools::per_element());
  BOOST_TEST(back.to_json() == description.to_json());
}

BOOST_AUTO_TEST_SUITE_END()
