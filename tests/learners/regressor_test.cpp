#include "learners/regressor.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/regression_metrics.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::learners;

namespace {

/// Rows of two numbers in (0, 1), a count, and three columns that say nothing: constant, differing in one row, noise.
/// label = 10 step(x0) + 3 x1 + count.
struct Table {
  explicit Table(std::size_t count, std::uint64_t seed) {
    RandomStream random(seed, Purpose::synthetic);
    rows = {count, 6, {}};
    for (std::size_t i = 0; i < count; ++i) {
      const double a = random.uniform();
      const double b = random.uniform();
      const auto fragments = static_cast<double>(random.below(3));
      for (const double value : {a, b, fragments, 7.0, i == 3 ? 1.0 : 0.0, random.uniform()}) {
        rows.values.push_back(static_cast<float>(value));
      }
      labels.push_back((a > 0.5 ? 10 : 0) + 3 * b + fragments);
    }
  }
  Matrix rows;
  std::vector<double> labels;
};

const std::vector<ColumnKind> kKinds{ColumnKind::number, ColumnKind::number, ColumnKind::count,
                                     ColumnKind::number, ColumnKind::number, ColumnKind::number};

LearnerSettings settings_of(LearnerKind kind) {
  LearnerSettings settings;
  settings.kind = kind;
  settings.trees = 60;
  settings.columns = 0.7;
  settings.depth = kind == LearnerKind::gradient_boosting ? 4 : 0;
  settings.learning_rate = 0.1;
  settings.penalty = 0.01;
  settings.widths = {32, 16};
  settings.training.epochs = 60;
  settings.training.batch = 16;
  settings.training.schedule.peak = 1e-2;
  settings.training.schedule.epochs = 60;
  settings.training.arithmetic = {linalg::DataType::float32, linalg::Backend::openblas};
  return settings;
}

bool never() { return false; }

std::unique_ptr<Regressor> trained(const LearnerSettings& settings, const Table& table, std::uint64_t seed = 1) {
  return train_regressor(settings, kKinds, table.rows, table.labels, seed, never);
}

double mae(const Regressor& regressor, const Table& table) {
  return statistics::regression_metrics(table.labels, regressor.predict(table.rows)).mae;
}

const std::vector<LearnerKind> kAll{LearnerKind::random_forest, LearnerKind::gradient_boosting,
                                    LearnerKind::kernel_ridge, LearnerKind::ridge, LearnerKind::network};

}  // namespace

BOOST_AUTO_TEST_SUITE(regressor)

BOOST_AUTO_TEST_CASE(learners_learn) {
  const Table table(300, 1);
  const Table fresh(200, 2);
  // The mean leaves 5, a plane some 2.2; trees find the step.
  for (const auto& [kind, bound] : std::vector<std::pair<LearnerKind, double>>{{LearnerKind::random_forest, 1.2},
                                                                               {LearnerKind::gradient_boosting, 1.2},
                                                                               {LearnerKind::kernel_ridge, 1.8},
                                                                               {LearnerKind::ridge, 2.6},
                                                                               {LearnerKind::network, 1.8}}) {
    BOOST_TEST_CONTEXT(name_of(kind)) { BOOST_TEST(mae(*trained(settings_of(kind), table), fresh) < bound); }
  }
}

BOOST_AUTO_TEST_CASE(the_same_input_gives_the_same_bits) {
  const Table table(120, 3);
  for (const LearnerKind kind : kAll) {
    BOOST_TEST_CONTEXT(name_of(kind)) {
      const auto first = trained(settings_of(kind), table)->predict(table.rows);
      BOOST_TEST(trained(settings_of(kind), table)->predict(table.rows) == first, boost::test_tools::per_element());
    }
  }
  const auto forest = settings_of(LearnerKind::random_forest);
  BOOST_TEST(trained(forest, table, 1)->predict(table.rows) != trained(forest, table, 2)->predict(table.rows));
}

BOOST_AUTO_TEST_CASE(learners_come_back_from_a_file) {
  const Table table(100, 4);
  const Table fresh(40, 5);
  test::TemporaryFolder folder;
  for (const LearnerKind kind : kAll) {
    BOOST_TEST_CONTEXT(name_of(kind)) {
      const auto before = trained(settings_of(kind), table);
      {
        data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
        before->write(file, "/learner");
        file.close();
      }
      const auto after = read_regressor(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
      BOOST_TEST(after->predict(fresh.rows) == before->predict(fresh.rows), boost::test_tools::per_element());
      BOOST_TEST(after->spread(fresh.rows) == before->spread(fresh.rows), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_row_does_not_depend_on_those_around_it) {
  const Table table(100, 6);
  const std::vector<std::size_t> some{7, 3};
  for (const LearnerKind kind : kAll) {
    BOOST_TEST_CONTEXT(name_of(kind)) {
      const auto learner = trained(settings_of(kind), table);
      const auto all = learner->predict(table.rows);
      const auto two = learner->predict(pick_rows(table.rows, some));
      BOOST_TEST(two[0] == all[7]);
      BOOST_TEST(two[1] == all[3]);
    }
  }
}

BOOST_AUTO_TEST_CASE(importances_add_up_and_name_the_step) {
  const Table table(300, 7);
  for (const LearnerKind kind : {LearnerKind::random_forest, LearnerKind::gradient_boosting, LearnerKind::ridge}) {
    BOOST_TEST_CONTEXT(name_of(kind)) {
      const auto importances = trained(settings_of(kind), table)->importances();
      BOOST_REQUIRE(importances.size() == 6U);
      double sum = 0;
      for (const double value : importances) {
        sum += value;
      }
      BOOST_TEST(sum == 1, boost::test_tools::tolerance(1e-6));
      BOOST_TEST(importances[0] > 0.6);
      BOOST_TEST(importances[3] == 0);
      BOOST_TEST(importances[4] == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_spread_of_a_forest_is_that_of_its_trees) {
  const Table table(200, 8);
  auto settings = settings_of(LearnerKind::random_forest);
  settings.columns = 1;
  const auto forest = trained(settings, table);
  const auto spread = forest->spread(table.rows);
  BOOST_REQUIRE(spread.size() == 200U);
  // One tree has none, and its prediction is a leaf: of two trees the spread is the difference over sqrt(2).
  settings.trees = 2;
  const auto two = trained(settings, table);
  settings.trees = 1;
  const auto one = trained(settings, table);
  BOOST_TEST(std::isnan(one->spread(table.rows)[0]));
  const auto mean = two->predict(table.rows);
  const auto deviation = two->spread(table.rows);
  bool any = false;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    BOOST_TEST(deviation[i] < 12 / std::sqrt(2.0));
    any = any || deviation[i] > 0.1;
  }
  BOOST_TEST(any);
  // Near the step trees disagree more than elsewhere.
  double near = 0;
  double far = 0;
  int near_count = 0;
  int far_count = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const double distance = std::abs(table.rows.row(i)[0] - 0.5);
    (distance < 0.03 ? near : far) += spread[i];
    (distance < 0.03 ? near_count : far_count) += 1;
  }
  BOOST_TEST(near / near_count > 1.5 * far / far_count);
  BOOST_TEST(trained(settings_of(LearnerKind::gradient_boosting), table)->spread(table.rows).empty());
}

BOOST_AUTO_TEST_CASE(kernel_ridge_by_hand) {
  // One column of fragments in three rows: counts 1, 1, 3. min over max: 1, 1/3.
  const Matrix rows{4, 2, {1, 0, 1, 0, 3, 0, 3, 1}};
  const std::vector<double> labels{0, 0, 2, 2};
  LearnerSettings settings = settings_of(LearnerKind::kernel_ridge);
  settings.penalty = 1;
  // The second column differs in one row alone and is not used. Standardized labels: -1, -1, 1, 1.
  // By symmetry the weights are -a, -a, b, b with K = [1 1 1/3 1/3; ...]: 2a + a - 2b/3 = 1 and 3b - 2a/3 = 1, a = b =
  // 3/7.
  const auto learner = train_regressor(settings, {ColumnKind::count, ColumnKind::count}, rows, labels, 1, never);
  const auto found = learner->predict(rows);
  // At count 1: -2a + 2b/3 = -4/7, that is 1 - 4/7.
  BOOST_TEST(found[0] == 3.0 / 7, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(found[2] == 11.0 / 7, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(gaussians_and_cheap_values_multiply) {
  // Two rows' kernel: 1 on the diagonal; both numbers and the cheap value are 2 standard deviations apart.
  const Matrix rows{4, 2, {0, 0, 0, 0, 1, 1, 1, 1}};
  LearnerSettings settings = settings_of(LearnerKind::kernel_ridge);
  settings.penalty = 1e-9;
  const std::vector<double> labels{0, 0, 2, 2};
  const auto learner = train_regressor(settings, {ColumnKind::number, ColumnKind::cheap}, rows, labels, 1, never);
  // A row at distance 2 in the cheap value alone: similarity exp(-2) to the first, exp(-2) to the last rows: the mean.
  const Matrix between{1, 2, {0, 1}};
  BOOST_TEST(learner->predict(between)[0] == 1, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::abs(learner->predict(rows)[0]) < 1e-5);
}

BOOST_AUTO_TEST_CASE(ridge_by_hand) {
  // x standardized: -1, -1, 1, 1; y standardized the same. Coefficient 4 / (4 + penalty x 4) = 1 / 1.25.
  const Matrix rows{4, 1, {0, 0, 2, 2}};
  LearnerSettings settings = settings_of(LearnerKind::ridge);
  settings.penalty = 0.25;
  const auto learner = train_regressor(settings, {ColumnKind::number}, rows, std::vector<double>{1, 1, 5, 5}, 1, never);
  BOOST_TEST(learner->predict(rows)[0] == 3 - 2 * 0.8, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(without_columns_the_mean_is_left) {
  const Matrix rows{3, 1, {1, 1, 1}};
  for (const LearnerKind kind : kAll) {
    const auto learner =
        train_regressor(settings_of(kind), {ColumnKind::number}, rows, std::vector<double>{1, 2, 6}, 1, never);
    BOOST_TEST(learner->predict(rows)[0] == 3, boost::test_tools::tolerance(1e-6));
  }
  const auto none = train_regressor({}, {ColumnKind::number}, rows, std::vector<double>{1, 2, 6}, 1, never);
  BOOST_TEST(none->predict(rows)[0] == 0);
}

BOOST_AUTO_TEST_CASE(a_network_stops_when_asked) {
  const Table table(50, 9);
  BOOST_TEST(
      !train_regressor(settings_of(LearnerKind::network), kKinds, table.rows, table.labels, 1, [] { return true; }));
}

BOOST_AUTO_TEST_SUITE_END()
