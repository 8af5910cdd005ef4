#include "learners/learners.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "learners/average.h"
#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::LearnerCase;
using test::says;

namespace {

void write(const Regressor& regressor, const std::filesystem::path& path) {
  data::Hdf5File file(path, data::Hdf5File::Mode::create);
  regressor.write(file, "/learner");
  file.close();
}

std::unique_ptr<Regressor> read(const std::filesystem::path& path) {
  return read_regressor(data::Hdf5File(path, data::Hdf5File::Mode::read), "/learner");
}

void check_same(const Regressor& a, const Regressor& b, const Matrix& rows) {
  BOOST_TEST(a.predict(rows) == b.predict(rows), boost::test_tools::per_element());
  BOOST_TEST(a.spread(rows) == b.spread(rows), boost::test_tools::per_element());
  BOOST_TEST(a.importances() == b.importances(), boost::test_tools::per_element());
}

/// Of columns; what learns texts is in fine_tune_test.cpp.
template <typename Check>
void for_each_learner(Check check) {
  for (const Learner* learner : learners::learners()) {
    if (learner == &fine_tune()) {
      continue;
    }
    BOOST_TEST_CONTEXT(learner->name()) { check(*learner); }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(all_learners)

BOOST_AUTO_TEST_CASE(they_are_found_by_name) {
  std::set<std::string> names{kAverage, kNone};
  for_each_learner([&](const Learner& one) {
    BOOST_TEST(&learner(one.name()) == &one);
    BOOST_TEST(names.insert(one.name()).second);
  });
  BOOST_TEST(!find_learner(kNone));
  BOOST_CHECK_EXCEPTION(learner("kernel_rigde"), InputError, says("'kernel_rigde'", "did you mean 'kernel_ridge'?"));
  BOOST_CHECK_EXCEPTION(learner("gradient-boosting"), InputError, says("did you mean 'gradient_boosting'?"));
  BOOST_CHECK_EXCEPTION(learner("zzz"), InputError, says("there are random_forest, gradient_boosting, "));
}

BOOST_AUTO_TEST_CASE(they_say_what_differs_between_candidates) {
  for_each_learner([](const Learner& one) {
    const Candidate candidate = test::candidate_of(one, "{}");
    BOOST_TEST(candidate.learner == &one);
    BOOST_TEST(candidate.name() == std::string(one.name()));
    BOOST_TEST(!candidate.describe().empty());
  });
  BOOST_TEST(Candidate{}.name() == std::string("none"));
  BOOST_TEST(Candidate{}.describe().empty());
}

/// Every row stands twice, with labels that differ by 4: what is learned lies near those that count more.
BOOST_AUTO_TEST_CASE(rows_that_count_more_are_learned_more) {
  LearnerCase table(60, 1);
  const std::vector<ColumnKind> kinds(6, ColumnKind::number);
  Matrix rows = table.rows;
  rows.rows *= 2;
  rows.values.insert(rows.values.end(), table.rows.values.begin(), table.rows.values.end());
  std::vector<double> labels = table.labels;
  std::ranges::transform(table.labels, std::back_inserter(labels), [](double label) { return label + 4; });
  const auto offset = [&](const Learner& one, double first, double second) {
    std::vector<double> weights(60, first);
    weights.insert(weights.end(), 60, second);
    const auto values = test::train_on(rows, labels, kinds, test::fast(one), weights)->predict(table.rows);
    double sum = 0;
    for (std::size_t i = 0; i < 60; ++i) {
      sum += (values[i] - table.labels[i]) / 60;
    }
    return sum;
  };
  for_each_learner([&](const Learner& one) {
    BOOST_TEST(offset(one, 9, 1) < 1.2);
    BOOST_TEST(offset(one, 1, 9) > 2.8);
  });
}

BOOST_AUTO_TEST_CASE(they_learn) {
  const LearnerCase table(300, 1);
  const LearnerCase fresh(200, 2);
  // The mean leaves 5, a plane some 2.2; trees find the step.
  const std::map<std::string, double> bounds{
      {"random_forest", 1.2}, {"gradient_boosting", 1.2}, {"kernel_ridge", 1.8}, {"network", 1.8}};
  for_each_learner([&](const Learner& one) {
    const auto bound = bounds.find(one.name());
    BOOST_TEST(fresh.mae(*table.train(test::fast(one))) < (bound != bounds.end() ? bound->second : 2.6));
  });
}

BOOST_AUTO_TEST_CASE(the_same_input_gives_the_same_bits) {
  const LearnerCase table(120, 3);
  for_each_learner([&](const Learner& one) {
    check_same(*table.train(test::fast(one)), *table.train(test::fast(one)), table.rows);
  });
}

BOOST_AUTO_TEST_CASE(they_come_back_from_a_file) {
  const LearnerCase table(100, 4);
  const LearnerCase fresh(40, 5);
  test::TemporaryFolder folder;
  for_each_learner([&](const Learner& one) {
    const auto learned = table.train(test::fast(one));
    write(*learned, folder / "x.h5");
    const auto once = read(folder / "x.h5");
    check_same(*once, *learned, fresh.rows);
    write(*once, folder / "again.h5");
    check_same(*read(folder / "again.h5"), *learned, fresh.rows);
  });
}

BOOST_AUTO_TEST_CASE(averages_of_earlier_versions_are_read) {
  const LearnerCase table(100, 4);
  const LearnerCase fresh(40, 5);
  test::TemporaryFolder folder;
  const auto a = table.train(test::fast(ridge()));
  const auto b = table.train(test::fast(random_forest()));
  {
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    a->write(file, "/learner/member0");
    b->write(file, "/learner/member1");
    file.write_attribute("/learner", "kind", std::string("average"));
    file.write_attribute("/learner", "members", std::int64_t{2});
    file.close();
  }
  const auto mean = read_regressor(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
  const auto values = mean->predict(fresh.rows);
  const auto of_a = a->predict(fresh.rows);
  const auto of_b = b->predict(fresh.rows);
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_TEST(values[i] == (of_a[i] + of_b[i]) / 2, boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(a_row_does_not_depend_on_those_around_it) {
  const LearnerCase table(100, 6);
  const std::vector<std::size_t> some{7, 3};
  for_each_learner([&](const Learner& one) {
    const auto learned = table.train(test::fast(one));
    const auto all = learned->predict(table.rows);
    const auto two = learned->predict(pick_rows(table.rows, some));
    BOOST_TEST(two[0] == all[7]);
    BOOST_TEST(two[1] == all[3]);
  });
}

BOOST_AUTO_TEST_CASE(importances_add_up_and_name_the_step) {
  const LearnerCase table(300, 7);
  for_each_learner([&](const Learner& one) {
    const auto importances = table.train(test::fast(one))->importances();
    if (importances.empty()) {
      BOOST_TEST((one.name() != random_forest().name() && one.name() != ridge().name()));
      return;
    }
    BOOST_REQUIRE(importances.size() == 6U);
    double sum = 0;
    for (const double value : importances) {
      sum += value;
    }
    BOOST_TEST(sum == 1, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(importances[0] > 0.6);
    BOOST_TEST(importances[3] == 0);
    BOOST_TEST(importances[4] == 0);
  });
}

BOOST_AUTO_TEST_CASE(without_columns_the_mean_is_left) {
  const Matrix rows{3, 1, {1, 1, 1}};
  const std::vector<double> labels{1, 2, 6};
  test::TemporaryFolder folder;
  for_each_learner([&](const Learner& one) {
    const auto mean = test::train_on(rows, labels, {ColumnKind::number}, test::fast(one));
    BOOST_TEST(mean->predict(rows)[0] == 3, boost::test_tools::tolerance(1e-6));
    write(*mean, folder / "x.h5");
    check_same(*read(folder / "x.h5"), *mean, rows);
  });
  BOOST_TEST(test::train_on(rows, labels, {ColumnKind::number}, Candidate{})->predict(rows)[0] == 0);
}

BOOST_AUTO_TEST_CASE(a_network_stops_when_asked) {
  BOOST_TEST(!LearnerCase(50, 9).train(test::fast(network()), 1, [] { return true; }));
}

BOOST_AUTO_TEST_CASE(files_of_unknown_learners_are_refused) {
  test::TemporaryFolder folder;
  {
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    file.write("/learner/columns", std::vector<std::int64_t>{0});
    file.write_attribute("/learner", "kind", std::string("magic"));
    file.close();
  }
  BOOST_CHECK_EXCEPTION(read(folder / "x.h5"), InputError,
                        says("x.h5 holds a learner 'magic', which this version does not know"));
}

BOOST_AUTO_TEST_SUITE_END()
