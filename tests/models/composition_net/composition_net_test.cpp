#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "fixtures/fixture.h"
#include "models/dense_case.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "models/model.h"
#include "models/row_blocks.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::models;
using epitaxy::test::check_agreement;
using epitaxy::test::compare;
using epitaxy::test::Kernels;
using linalg::Backend;
using linalg::DataType;
using nn::LossKind;
using Numbers = std::vector<float>;

BOOST_TEST_GLOBAL_FIXTURE(Kernels);

namespace {

ModelDescription description_of(const DenseSettings& settings, std::size_t features) {
  ModelDescription d = describe(composition_net(), settings);
  for (std::size_t i = 0; i < features; ++i) {
    d.features.push_back(fmt::format("E{}", i));
  }
  d.heads = {{"dft", "energy", "eV", {}}, {"measured", "energy", "eV", {}}};
  return d;
}

/// Four fractions a row.
struct Case : test::DenseCase {
  explicit Case(bool residual, double dropout = 0, std::vector<std::size_t> widths = {7, 7, 7, 5})
      : DenseCase(description_of({std::move(widths), residual, dropout}, 4),
                  test::rows_of(test::random_numbers(kRows * 4, 11, 0, 1), 4)) {}
};

bool all_are(const Numbers& numbers, const nn::Parameter& parameter, float value) {
  const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
  return std::all_of(first, first + static_cast<std::ptrdiff_t>(parameter.size), [=](float x) { return x == value; });
}

double relative_distance(const Numbers& a, const Numbers& b) {
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    size += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(difference / size);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(composition_net_test)

BOOST_AUTO_TEST_CASE(elemnet_has_its_published_number_of_parameters) {
  ModelDescription d = describe(composition_net());
  composition_net().fit(d, {});
  d.heads = {{"dft", "energy", "eV", {}}};
  const auto net = make_model(d);
  BOOST_TEST(net->layout().weight_count() == 4631361u);
  BOOST_TEST(net->layout().find("body.00.weight").shape == (std::vector<std::size_t>{86, 1024}),
             boost::test_tools::per_element());
  BOOST_TEST(net->layout().find("body.15.bias").shape == (std::vector<std::size_t>{32}),
             boost::test_tools::per_element());
  BOOST_TEST(net->layout().find("head.dft.weight").size == 32u);
}

BOOST_AUTO_TEST_CASE(predictions_losses_and_gradients_agree_with_pytorch) {
  const auto json = test::fixture("composition_net.json");
  const std::size_t rows = json.at("rows");
  for (const bool residual : {false, true}) {
    for (const Backend backend : {Backend::openblas, Backend::onednn}) {
      const auto& expected = json.at(residual ? "residual" : "plain");
      const auto net = make_model(description_of({json.at("widths"), residual, 0}, json.at("features")));
      Numbers weights(net->layout().size());
      for (const auto& parameter : net->layout().parameters()) {
        const Numbers values = test::floats(json.at("weights").at(parameter.name));
        BOOST_REQUIRE(values.size() == parameter.size);
        std::ranges::copy(values, weights.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
      }
      const auto executor = net->executor(
          {.rows = rows, .arithmetic = {DataType::float32, backend}, .training = true, .trainable = {}, .of_kind = {}});
      const RowBlock x = test::rows_of(test::floats(json.at("x")), json.at("features").get<std::size_t>());
      const Numbers targets = test::floats(json.at("targets"));
      Numbers predictions(targets.size());
      Numbers gradient(weights.size());
      executor->load(weights.data());
      executor->predict(x, predictions.data());
      const auto sums = executor->gradient(x, targets.data(), {LossKind::mae, 1.0}, {}, gradient.data());
      BOOST_TEST(test::largest_difference(predictions, test::floats(expected.at("predictions")), predictions.size()) <
                 1e-6);
      BOOST_TEST(sums.loss == expected.at("mae_sum").get<double>(), boost::test_tools::tolerance(1e-6));
      BOOST_TEST(sums.labels == 10.0);
      for (const auto& parameter : net->layout().parameters()) {
        const Numbers values = test::floats(expected.at("gradients").at(parameter.name));
        BOOST_TEST(test::largest_difference(gradient.data() + parameter.offset, values, parameter.size) < 1e-6,
                   parameter.name);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences_of_the_loss) {
  for (const bool residual : {false, true}) {
    for (const Backend backend : {Backend::openblas, Backend::onednn}) {
      const Case c(residual);
      check_agreement(compare(c, {}, {DataType::float32, backend}), c.net->layout().weight_count());
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_with_dropout_agree_with_differences_under_the_same_stream) {
  for (const bool residual : {false, true}) {
    const Case c(residual, 0.3);
    check_agreement(compare(c), c.net->layout().weight_count());
  }
}

BOOST_AUTO_TEST_CASE(dropout_follows_its_stream_and_is_off_in_predictions) {
  const Case c(false, 0.3);
  const Case without(false, 0.0);
  const auto executor = c.executor();
  executor->load(c.weights.data());
  const auto loss_at = [&](const StreamPosition& position) {
    Numbers unused(c.weights.size());
    return executor->gradient(c.rows, c.targets.data(), {}, position, unused.data()).loss;
  };
  const double loss = loss_at({1, 2, 3, 4, 0});
  BOOST_TEST(loss_at({1, 2, 3, 4, 0}) == loss);
  for (const StreamPosition& other :
       {StreamPosition{2, 2, 3, 4, 0}, {1, 3, 3, 4, 0}, {1, 2, 4, 4, 0}, {1, 2, 3, 5, 0}}) {
    BOOST_TEST(loss_at(other) != loss);
  }
  const auto plain = without.executor();
  plain->load(c.weights.data());
  Numbers predictions(Case::kRows * 2);
  Numbers expected(Case::kRows * 2);
  executor->predict(c.rows, predictions.data());
  plain->predict(c.rows, expected.data());
  BOOST_TEST(test::same_bits(predictions.data(), expected.data(), expected.size()));
}

BOOST_AUTO_TEST_CASE(frozen_layers_get_no_gradient_and_the_others_the_same_one) {
  const std::vector<std::string> patterns[] = {{"body.00"},
                                               {"body.00", "body.01", "body.02", "body.03"},
                                               {"body.01"},
                                               {"body.02.weight"},
                                               {"body.01.bias", "head.dft"},
                                               {"body", "head.dft"}};
  for (const bool residual : {false, true}) {
    const Case c(residual);
    Numbers full(c.weights.size());
    c.gradient(*c.executor(), c.weights, full);
    for (const auto& frozen : patterns) {
      std::vector<bool> trainable;
      for (const auto& parameter : c.net->layout().parameters()) {
        trainable.push_back(std::ranges::none_of(frozen, [&](const auto& p) { return parameter.name.starts_with(p); }));
      }
      Numbers gradient(c.weights.size());
      c.gradient(*c.executor(trainable), c.weights, gradient);
      for (std::size_t p = 0; p < trainable.size(); ++p) {
        const auto& parameter = c.net->layout()[p];
        BOOST_TEST_CONTEXT("frozen " << frozen.front() << ": " << parameter.name) {
          if (trainable[p]) {
            BOOST_TEST(
                test::same_bits(gradient.data() + parameter.offset, full.data() + parameter.offset, parameter.size));
          } else {
            BOOST_TEST(all_are(gradient, parameter, 0.0f));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_head_without_labels_has_no_gradient_and_gaps_are_not_touched) {
  Case c(true);
  for (std::size_t row = 0; row < Case::kRows; ++row) {
    c.targets[2 * row + 1] = std::numeric_limits<float>::quiet_NaN();
  }
  Numbers gradient(c.weights.size(), 5.0f);
  const auto sums = c.gradient(*c.executor(), c.weights, gradient);
  BOOST_TEST(sums.labels == 4.0);
  BOOST_TEST(all_are(gradient, c.net->layout().find("head.measured.weight"), 0.0f));
  BOOST_TEST(all_are(gradient, c.net->layout().find("head.measured.bias"), 0.0f));
  BOOST_TEST(!all_are(gradient, c.net->layout().find("head.dft.weight"), 0.0f));
  const auto& parameters = c.net->layout().parameters();
  for (const auto& parameter : parameters) {
    const std::size_t end = parameter.offset + (parameter.size + 15) / 16 * 16;
    for (std::size_t i = parameter.offset + parameter.size; i < end; ++i) {
      BOOST_TEST(gradient[i] == 5.0f);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_executor_gives_the_same_bits_again) {
  const Case c(true, 0.2);
  const auto executor = c.executor();
  Numbers first(c.weights.size());
  Numbers second(c.weights.size());
  const Numbers others = test::random_numbers(c.weights.size(), 77);
  c.gradient(*executor, c.weights, first);
  c.gradient(*executor, others, second);
  std::ranges::fill(second, 0.0f);
  c.gradient(*executor, c.weights, second);
  BOOST_TEST(test::same_bits(first.data(), second.data(), first.size()));
}

BOOST_AUTO_TEST_CASE(bfloat16_stays_close_to_float32, *boost::unit_test::precondition(fast_bfloat16)) {
  for (const bool residual : {false, true}) {
    const Case c(residual, 0, {32, 32, 16});
    Numbers wide(c.weights.size());
    Numbers narrow(c.weights.size());
    const double expected = c.gradient(*c.executor(), c.weights, wide).loss;
    const auto executor = c.executor({}, {DataType::bfloat16, Backend::onednn});
    BOOST_TEST(c.gradient(*executor, c.weights, narrow).loss == expected, boost::test_tools::tolerance(0.03));
    BOOST_TEST(relative_distance(narrow, wide) < 0.03);
    BOOST_TEST(relative_distance(narrow, wide) > 0.0);
  }
}

BOOST_AUTO_TEST_CASE(operations_are_counted_for_the_products_that_are_needed) {
  const Case c(false, 0, {7, 5});
  const double first = 2.0 * Case::kRows * 4 * 7;
  const double second = 2.0 * Case::kRows * 7 * 5;
  BOOST_TEST(c.executor()->gradient_flops() == 2 * first + 3 * second);
  BOOST_TEST(c.executor({false, false, true, true, true, true, true, true})->gradient_flops() == first + 2 * second);
  BOOST_TEST(c.executor({false, false, false, false, true, true, true, true})->gradient_flops() == first + second);
}

BOOST_AUTO_TEST_CASE(rows_are_the_fractions_of_the_elements) {
  ModelDescription d = describe(composition_net());
  composition_net().fit(d, {});
  d.seen.assign(d.features.size(), 0);
  const auto reader = composition_net().reader(d);
  RowBlock rows;
  reader->read("Fe2O3", rows);
  BOOST_CHECK_THROW(reader->read("Fe2Xx3", rows), chem::TextError);
  BOOST_TEST(!reader->can_read("Fe2Xx3"));
  BOOST_TEST(reader->can_read("H2O"));
  reader->read("FeO", rows);
  BOOST_REQUIRE(rows.rows() == 2u);
  const auto fractions = rows.row<float>(0);
  BOOST_REQUIRE(fractions.size() == 86u);
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    BOOST_TEST(fractions[i] == (d.features[i] == "Fe" ? 0.4f : d.features[i] == "O" ? 0.6f : 0.0f));
  }
  BOOST_TEST(reader->unseen(rows, 0) == "never seen in training: O Fe");
  composition_net().complete(d, reader->sums(rows));
  for (std::size_t i = 0; i < d.seen.size(); ++i) {
    BOOST_TEST(d.seen[i] == (d.features[i] == "Fe" || d.features[i] == "O" ? 2 : 0));
  }
  BOOST_TEST(reader->unseen(rows, 0).empty());
  d.features[0] = "D";
  BOOST_CHECK_EXCEPTION(composition_net().reader(d), InputError, test::says("other elements than the 86"));
}

BOOST_AUTO_TEST_CASE(a_block_of_other_rows_is_refused) {
  const Case c(false);
  const auto executor = c.executor();
  executor->load(c.weights.data());
  Numbers predictions(Case::kRows * 2);
  BOOST_CHECK_THROW(executor->predict(test::rows_of(Numbers(5 * 4), 4), predictions.data()), Error);
  BOOST_CHECK_THROW(executor->predict(test::rows_of(Numbers(6 * 3), 3), predictions.data()), Error);
}

// Zeros are inputs like others; a row without values has these, too.
BOOST_AUTO_TEST_CASE(an_absent_row_has_inputs_of_zero) {
  const Case c(false);
  const auto executor = c.executor();
  executor->load(c.weights.data());
  Numbers of_absent(Case::kRows * 2);
  Numbers of_zeros(Case::kRows * 2);
  std::vector<Numbers> rows(Case::kRows, Numbers(4, 0.0f));
  executor->predict(test::rows_of(rows), of_zeros.data());
  rows[2].clear();
  executor->predict(c.rows, of_absent.data());  // leaves other inputs behind
  executor->predict(test::rows_of(rows), of_absent.data());
  BOOST_TEST(test::same_bits(of_absent.data(), of_zeros.data(), of_zeros.size()));
}

BOOST_AUTO_TEST_SUITE_END()
