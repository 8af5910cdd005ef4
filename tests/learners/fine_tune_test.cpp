#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "chem/fractions.h"
#include "data/temporary_folder.h"
#include "learners/candidate_of.h"
#include "learners/standard_regressor.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "models/model_file.h"
#include "numbers.h"
#include "train/rows.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::says;

namespace {

/// A pretrained network of formulas with two heads, and formulas with what the second of them says.
struct StartCase {
  test::TemporaryFolder folder;
  models::ModelFile start;
  Matrix rows;
  std::vector<double> second;  ///< [rows] of the head `b`, in its unit.

  StartCase() {
    start.description = models::describe(models::composition_net(), models::DenseSettings{{16, 8}});
    start.description.features.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
    start.description.seen.assign(chem::kElementFeatures, 1);
    start.description.heads = {{"a", "energy", "eV", {}}, {"b", "gap", "eV", {2, 3}}};
    const auto model = models::make_model(start.description);
    linalg::Buffer<float> weights(model->layout().size());
    std::ranges::copy(test::random_numbers(weights.size(), 5), weights.begin());
    start.members.push_back(std::move(weights));
    models::write_model(folder / "start.h5", start);
    for (const char* metal : {"Li", "Na", "K", "Mg", "Ca", "Al", "Ti", "Fe", "Cu", "Zn"}) {
      for (const char* other : {"O", "S", "Cl", "F2", "P", "Se3"}) {
        rows.texts.push_back(std::string(metal) + other);
      }
    }
    rows.rows = rows.texts.size();
    rows.columns = 1;
    rows.values = test::random_numbers(rows.rows, 6);
    const auto reader = start.description.kind->reader(start.description);
    models::RowBlock block;
    for (const auto& text : rows.texts) {
      reader->read(text, block);
    }
    std::vector<float> outputs(2 * rows.rows);
    train::Predictor(*model, {}).predict(start.members.front().data(), block, outputs.data());
    for (std::size_t i = 0; i < rows.rows; ++i) {
      second.push_back(2 + 3 * outputs[2 * i + 1]);
    }
  }

  /// The keys besides the model.
  Candidate candidate(const std::string& keys) const {
    return test::candidate_of(fine_tune(), "{model: " + (folder / "start.h5").string() + keys + "}");
  }
  std::unique_ptr<Regressor> train(
      const std::vector<double>& labels, const std::string& keys,
      const StopQuestion& stop = [] { return false; }) const {
    return train_regressor(candidate(keys), {ColumnKind::number}, rows, labels, 1, stop);
  }
};

double largest_error(const std::vector<double>& values, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    largest = std::max(largest, std::abs(values[i] - expected[i]));
  }
  return largest;
}

const char* const kStill = ", training: {epochs: 1, learning_rate: {peak: 1.0e-12}}";

}  // namespace

BOOST_AUTO_TEST_SUITE(fine_tune_learner)

BOOST_AUTO_TEST_CASE(it_starts_as_the_head_that_goes_with_the_labels) {
  const StartCase files;
  BOOST_TEST(largest_error(files.train(files.second, kStill)->predict(files.rows), files.second) < 1e-4);
}

BOOST_AUTO_TEST_CASE(another_unit_is_a_straight_line_from_it) {
  const StartCase files;
  std::vector<double> labels;
  for (const double value : files.second) {
    labels.push_back(96.485 * value - 7);
  }
  BOOST_TEST(largest_error(files.train(labels, kStill)->predict(files.rows), labels) < 1e-2);
}

BOOST_AUTO_TEST_CASE(it_learns_what_no_head_knows) {
  const StartCase files;
  std::vector<double> labels;
  for (const double value : files.second) {
    labels.push_back(std::cos(value));
  }
  const auto learned = files.train(labels, ", training: {epochs: 300, batch: 16, learning_rate: {peak: 0.01}}");
  BOOST_TEST(largest_error(learned->predict(files.rows), labels) < 0.5);
}

BOOST_AUTO_TEST_CASE(it_comes_back_from_a_file) {
  const StartCase files;
  const auto learned = files.train(files.second, ", training: {epochs: 3, batch: 16}");
  {
    data::Hdf5File file(files.folder / "x.h5", data::Hdf5File::Mode::create);
    learned->write(file, "/learner");
    file.close();
  }
  const auto again = read_regressor(data::Hdf5File(files.folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
  BOOST_TEST(again->predict(files.rows) == learned->predict(files.rows), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_model_cannot_read_has_no_value) {
  const StartCase files;
  const auto learned = files.train(files.second, kStill);
  Matrix rows{2, 1, {0, 0}, {"LiO", "OgO"}};
  const auto values = learned->predict(rows);
  BOOST_TEST(!std::isnan(values[0]));
  BOOST_TEST(std::isnan(values[1]));
}

BOOST_AUTO_TEST_CASE(it_stops_when_asked) {
  const StartCase files;
  BOOST_TEST(!files.train(files.second, "", [] { return true; }));
}

BOOST_AUTO_TEST_CASE(an_ensemble_is_no_start) {
  StartCase files;
  files.start.members.push_back(files.start.members.front());
  models::write_model(files.folder / "start.h5", files.start);
  BOOST_CHECK_EXCEPTION(files.candidate(""), InputError, says("is an ensemble of 2: take a single model"));
}

BOOST_AUTO_TEST_SUITE_END()
