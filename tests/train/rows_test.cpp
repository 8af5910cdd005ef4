#include "train/rows.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/cpu.h"
#include "parallel/row_blocks.h"
#include "train/training_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using parallel::Communicator;
using Numbers = std::vector<float>;

namespace {

Rows random_rows(std::size_t count) {
  return {count, test::kFeatures, test::kHeads, test::random_numbers(count * test::kFeatures, 31, 0, 1),
          Numbers(count * test::kHeads)};
}

/// Rows [first, last) of these.
Rows part(const Rows& rows, std::size_t first, std::size_t last) {
  const auto cut = [&](const Numbers& all, std::size_t width) {
    return Numbers(all.begin() + static_cast<std::ptrdiff_t>(first * width),
                   all.begin() + static_cast<std::ptrdiff_t>(last * width));
  };
  return {last - first, rows.feature_count, rows.head_count, cut(rows.features, rows.feature_count),
          cut(rows.targets, rows.head_count)};
}

Numbers starting_weights(const models::Model& net) {
  Numbers weights(net.layout().size());
  net.layout().initialize(weights.data(), 9);
  return weights;
}

Numbers predict(const models::Model& net, const nn::Arithmetic& arithmetic, const Rows& rows) {
  Predictor predictor(net, arithmetic);
  Numbers predictions(rows.count * test::kHeads, -99.0f);
  predictor.predict(starting_weights(net).data(), rows.features.data(), rows.count, predictions.data());
  return predictions;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_test)

BOOST_AUTO_TEST_CASE(features_are_counted_by_the_rows_that_hold_them) {
  models::ModelDescription compositions;
  compositions.features = {"H", "O", "Fe"};
  const Rows fractions{2, 3, 0, {0.5, 0.5, 0, 0, 1, 0}, {}};
  BOOST_TEST(count_seen(fractions, compositions) == (std::vector<std::int64_t>{1, 2, 0}),
             boost::test_tools::per_element());
  models::ModelDescription molecules;
  molecules.kind = "molecule_vae";
  molecules.features = {"C", "O"};
  molecules.vae.length = 4;
  const Rows tokens{2, 4, 0, {1, 1, 2, 0, 1, 0, 0, 0}, {}};
  BOOST_TEST(count_seen(tokens, molecules) == (std::vector<std::int64_t>{2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_prediction_does_not_depend_on_the_rows_around_it) {
  const auto net = test::small_net();
  std::vector<nn::Arithmetic> arithmetics{{linalg::DataType::float32, linalg::Backend::onednn}};
  if (linalg::openblas_rows_are_alike()) {
    arithmetics.push_back({linalg::DataType::float32, linalg::Backend::openblas});
  }
  if (linalg::has_fast_bfloat16()) {
    arithmetics.push_back({linalg::DataType::bfloat16, linalg::Backend::onednn});
  }
  const Rows all = random_rows(2 * kPredictionRows + 30);
  for (const auto& arithmetic : arithmetics) {
    const Numbers expected = predict(net, arithmetic, all);
    for (const std::size_t row :
         {std::size_t{0}, std::size_t{5}, kPredictionRows - 1, kPredictionRows, all.count - 1}) {
      const Numbers alone = predict(net, arithmetic, part(all, row, row + 1));
      BOOST_TEST(test::same_bits(alone.data(), expected.data() + row * test::kHeads, test::kHeads), "row " << row);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_rows_give_no_predictions) {
  const auto net = test::small_net();
  BOOST_TEST(predict(net, {linalg::DataType::float32, linalg::Backend::openblas}, random_rows(0)).empty());
}

BOOST_AUTO_TEST_CASE(predictions_of_all_ranks_are_those_of_one) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  const nn::Arithmetic arithmetic{linalg::DataType::float32, linalg::Backend::onednn};
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, kPredictionRows + 77}) {
    const Rows all = random_rows(count);
    const auto [first, last] = parallel::my_rows(count, 1, world);
    DistributedPredictor predictor(world, net, arithmetic, part(all, first, last));
    const Numbers predictions = predictor.predict(starting_weights(net).data());
    const Numbers again = predictor.predict(starting_weights(net).data());
    const Numbers expected = predict(net, arithmetic, all);
    BOOST_TEST(predictions.size() == expected.size());
    BOOST_TEST(test::same_bits(predictions.data(), expected.data(), expected.size()));
    BOOST_TEST(test::same_bits(again.data(), expected.data(), expected.size()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
