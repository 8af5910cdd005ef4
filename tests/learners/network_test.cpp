#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "data/temporary_folder.h"
#include "learners/learner_case.h"
#include "models/dense_net/dense_net.h"
#include "models/fingerprint_net/fingerprint_net.h"
#include "models/kinds.h"
#include "models/row_blocks.h"
#include "numbers.h"
#include "train/rows.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::LearnerCase;

namespace {

/// A network of an earlier version: two of three columns, standardized beside it, two hidden numbers, one output.
struct EarlierNetwork {
  test::TemporaryFolder folder;
  models::DenseNet net = make();
  std::vector<float> weights = std::vector<float>(net.layout().size(), 0.0f);

  static models::DenseNet make() {
    const models::DenseSettings settings{{2}, false, 0};
    auto description = models::describe(models::composition_net(), settings);
    description.features = {"column0", "column1"};
    description.heads = {{"label", "label", "", {}}};
    return {description, settings, 2, [](const models::RowBlock& rows, std::size_t row, float* inputs) {
              std::ranges::copy(rows.row<float>(row), inputs);
            }};
  }

  EarlierNetwork() {
    set("body.00.weight", {1, -1, 0.5f, 2});  // [in, out]
    set("body.00.bias", {0.25f, 0});
    set("head.label.weight", {3, -1});
    set("head.label.bias", {0.5f});
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    file.write("/learner/columns", std::vector<std::int64_t>{0, 2});
    file.write("/learner/column_means", std::vector<double>{1, 10});
    file.write("/learner/column_scales", std::vector<double>{2, 5});
    file.write("/learner/network_weights", weights);
    file.write_attribute("/learner", "kind", std::string("network"));
    file.write_attribute("/learner", "column_count", std::int64_t{3});
    file.write_attribute("/learner", "mean", 100.0);
    file.write_attribute("/learner", "scale", 10.0);
    file.write_attribute(
        "/learner", "network",
        std::string(R"({"kind":"composition_net","widths":[2],"residual":false,"dropout":0.0,)"
                    R"("features":["column0","column1"],"seen":[1,1],)"
                    R"("heads":[{"name":"label","target":"label","unit":"","mean":0.0,"scale":1.0}]})"));
    file.close();
  }

  void set(const std::string& name, const std::vector<float>& values) {
    std::ranges::copy(values, weights.begin() + static_cast<std::ptrdiff_t>(net.layout().find(name).offset));
  }

  std::unique_ptr<Regressor> read(const char* name = "x.h5") const {
    return read_regressor(data::Hdf5File(folder / name, data::Hdf5File::Mode::read), "/learner");
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(network_learner)

BOOST_AUTO_TEST_CASE(a_network_of_an_earlier_version_predicts_what_is_worked_out_by_hand) {
  const EarlierNetwork earlier;
  // Standardized: 2, -2; -2, 2; and 500, which is cut at 10, and 0. What is hidden: 1.25, 0; 0, 6; 10.25, 0.
  const Matrix rows{3, 3, {5, 99, 0, -3, 99, 20, 1001, 99, 10}};
  const auto found = earlier.read()->predict(rows);
  BOOST_TEST(found[0] == 100 + 10 * (3 * 1.25 + 0.5), boost::test_tools::tolerance(1e-6));
  BOOST_TEST(found[1] == 100 + 10 * (-6 + 0.5), boost::test_tools::tolerance(1e-6));
  BOOST_TEST(found[2] == 100 + 10 * (3 * 10.25 + 0.5), boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_network_of_an_earlier_version_predicts_what_its_layers_do) {
  const EarlierNetwork earlier;
  const std::size_t count = 300;
  const Matrix rows{count, 3, test::random_numbers(3 * count, 4, -15, 25)};
  std::vector<float> standardized;
  for (std::size_t i = 0; i < count; ++i) {
    standardized.push_back((rows.row(i)[0] - 1) / 2);
    standardized.push_back((rows.row(i)[2] - 10) / 5);
  }
  BOOST_TEST(*std::ranges::max_element(standardized) > 10.0f);  // where the columns are cut now
  std::vector<float> expected(count);
  train::Predictor predictor(earlier.net, {});
  for (float& value : standardized) {
    value = std::clamp(value, -10.0f, 10.0f);
  }
  predictor.predict(earlier.weights.data(), test::rows_of(standardized, 2), expected.data());
  const auto found = earlier.read()->predict(rows);
  for (std::size_t i = 0; i < count; ++i) {
    BOOST_TEST(std::abs(found[i] - (100 + 10.0 * expected[i])) < 1e-4);
  }
}

BOOST_AUTO_TEST_CASE(a_network_of_an_earlier_version_is_written_as_one_of_this) {
  const EarlierNetwork earlier;
  const auto once = earlier.read();
  {
    data::Hdf5File file(earlier.folder / "again.h5", data::Hdf5File::Mode::create);
    once->write(file, "/learner");
    file.close();
  }
  const Matrix rows{100, 3, test::random_numbers(300, 5, -15, 25)};
  BOOST_TEST(earlier.read("again.h5")->predict(rows) == once->predict(rows), boost::test_tools::per_element());
  const data::Hdf5File again(earlier.folder / "again.h5", data::Hdf5File::Mode::read);
  BOOST_TEST(!again.exists("/learner/column_means"));
  const auto description = models::ModelDescription::from_json(again.text_attribute("/learner", "network"));
  BOOST_TEST(description.kind == &models::fingerprint_net());
}

/// The groups and attributes that docs/file_formats.md names.
BOOST_AUTO_TEST_CASE(its_file_holds_a_fingerprint_net_on_the_columns_of_the_table) {
  const LearnerCase table(80, 11);
  const test::TemporaryFolder folder;
  {
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    table.train(test::fast(network()))->write(file, "/learner");
    file.close();
  }
  const data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::read);
  const auto description = models::ModelDescription::from_json(file.text_attribute("/learner", "network"));
  BOOST_REQUIRE((description.kind == &models::fingerprint_net()));
  const auto& settings = description.as<models::FingerprintSettings>();
  BOOST_TEST(settings.blocks.empty());
  BOOST_TEST(settings.dense.widths == (std::vector<std::size_t>{32, 16}), boost::test_tools::per_element());
  // The constant column and the one that differs in a row alone are left out.
  BOOST_TEST(file.read<std::int64_t>("/learner/columns") == (std::vector<std::int64_t>{0, 1, 2, 5}),
             boost::test_tools::per_element());
  BOOST_REQUIRE(settings.columns.size() == 4u);
  BOOST_TEST((settings.columns[2] == ColumnKind::count));
  BOOST_TEST((settings.columns[3] == ColumnKind::number));
  for (const auto& [place, column] : {std::pair{0, 0}, {2, 2}, {3, 5}}) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < table.rows.rows; ++i) {
      const double value = table.rows.row(i)[column];
      sum += value / 80;
      squares += value * value / 80;
    }
    BOOST_TEST(settings.scaling.mean.at(place) == sum, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(settings.scaling.factor.at(place) == 1 / std::sqrt(squares - sum * sum),
               boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_SUITE_END()
