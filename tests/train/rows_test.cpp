#include "train/rows.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "linalg/cpu.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "parallel/row_blocks.h"
#include "train/training_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using models::RowBlock;
using parallel::Communicator;
using Numbers = std::vector<float>;

namespace {

RowBlock random_rows(std::size_t count) {
  return test::rows_of(test::random_numbers(count * test::kFeatures, 31, 0, 1), test::kFeatures);
}

/// Rows [first, last) of these.
RowBlock part(const RowBlock& rows, std::size_t first, std::size_t last) {
  RowBlock result;
  for (std::size_t row = first; row < last; ++row) {
    result.append_row(rows, row);
  }
  return result;
}

Numbers starting_weights(const models::Model& net) {
  Numbers weights(net.layout().size());
  net.layout().initialize(weights.data(), 9);
  return weights;
}

Numbers predict(const models::Model& net, const nn::Arithmetic& arithmetic, const RowBlock& rows) {
  Predictor predictor(net, arithmetic);
  Numbers predictions(rows.rows() * test::kHeads, -99.0f);
  predictor.predict(starting_weights(net).data(), rows, predictions.data());
  return predictions;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_test)

BOOST_AUTO_TEST_CASE(features_are_counted_by_the_rows_that_hold_them) {
  auto compositions = models::describe(models::composition_net());
  compositions.kind->fit(compositions, {});
  const auto of_compositions = compositions.kind->reader(compositions);
  RowBlock fractions;
  of_compositions->read("HO", fractions);
  of_compositions->read("O2", fractions);
  const auto seen = of_compositions->sums(fractions).seen;
  for (const auto& [element, rows] : {std::pair{"H", 1}, {"O", 2}, {"Fe", 0}}) {
    const auto place = std::ranges::find(compositions.features, element) - compositions.features.begin();
    BOOST_TEST(seen.at(static_cast<std::size_t>(place)) == rows, element);
  }
  BOOST_TEST(std::accumulate(seen.begin(), seen.end(), std::int64_t{0}) == 3);

  models::MoleculeVaeSettings vae;
  vae.length = 4;
  auto molecules = models::describe(models::molecule_vae(), vae);
  molecules.features = {"C", "O"};
  const auto of_molecules = molecules.kind->reader(molecules);
  RowBlock tokens;
  of_molecules->read("CCO", tokens);
  of_molecules->read("C", tokens);
  BOOST_TEST(of_molecules->sums(tokens).seen == (std::vector<std::int64_t>{2, 1}), boost::test_tools::per_element());
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
  const RowBlock all = random_rows(2 * kPredictionRows + 30);
  for (const auto& arithmetic : arithmetics) {
    const Numbers expected = predict(net, arithmetic, all);
    for (const std::size_t row :
         {std::size_t{0}, std::size_t{5}, kPredictionRows - 1, kPredictionRows, all.rows() - 1}) {
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
    const RowBlock all = random_rows(count);
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
