#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::candidate_of;
using test::LearnerCase;
using test::TemporaryFolder;
using test::train_on;

BOOST_AUTO_TEST_SUITE(kernel_ridge_learner)

BOOST_AUTO_TEST_CASE(by_hand) {
  // One column of fragments in three rows: counts 1, 1, 3. min over max: 1, 1/3.
  const Matrix rows{4, 2, {1, 0, 1, 0, 3, 0, 3, 1}};
  // The second column differs in one row alone and is not used. Standardized labels: -1, -1, 1, 1.
  // By symmetry the weights are -a, -a, b, b with K = [1 1 1/3 1/3; ...]: 2a + a - 2b/3 = 1 and 3b - 2a/3 = 1, a = b =
  // 3/7.
  const auto learned =
      train_on(rows, {0, 0, 2, 2}, {ColumnKind::count, ColumnKind::count}, candidate_of(kernel_ridge(), "penalty: 1"));
  const auto found = learned->predict(rows);
  // At count 1: -2a + 2b/3 = -4/7, that is 1 - 4/7.
  BOOST_TEST(found[0] == 3.0 / 7, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(found[2] == 11.0 / 7, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(gaussians_and_cheap_values_multiply) {
  // Two rows' kernel: 1 on the diagonal; both numbers and the cheap value are 2 standard deviations apart.
  const Matrix rows{4, 2, {0, 0, 0, 0, 1, 1, 1, 1}};
  const auto learned = train_on(rows, {0, 0, 2, 2}, {ColumnKind::number, ColumnKind::cheap},
                                candidate_of(kernel_ridge(), "penalty: 1.0e-9"));
  // A row at distance 2 in the cheap value alone: similarity exp(-2) to the first, exp(-2) to the last rows: the mean.
  const Matrix between{1, 2, {0, 1}};
  BOOST_TEST(learned->predict(between)[0] == 1, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::abs(learned->predict(rows)[0]) < 1e-5);
}

// Two groups of rows with the similarity e: the weights are -a, -a, a, a with 2 a (1 - e) + a penalty = 1.
BOOST_AUTO_TEST_CASE(each_form_predicts_what_is_worked_out_by_hand) {
  const Matrix rows{4, 1, {0, 0, 1, 1}};
  const auto check_one = [&](const char* settings, ColumnKind kind, double e) {
    const auto learned = train_on(rows, {0, 0, 2, 2}, {kind}, candidate_of(kernel_ridge(), settings));
    BOOST_TEST(learned->predict(rows)[3] == 1 + 2 * (1 - e) / (2 * (1 - e) + 1), boost::test_tools::tolerance(1e-6));
  };
  check_one("{penalty: 1, width: 2}", ColumnKind::number, std::exp(-0.5));
  check_one("{penalty: 1, width: 2, squash: true}", ColumnKind::number, std::exp(-0.5));
  check_one("{penalty: 1, width: 2, shape: laplacian}", ColumnKind::number, std::exp(-1));
  check_one("{penalty: 1, coordinates_width: 2}", ColumnKind::coordinate, std::exp(-0.5));
  check_one("{penalty: 1, given_width: 2}", ColumnKind::given, std::exp(-0.5));
  check_one("{penalty: 1, given_width: 2}", ColumnKind::category, std::exp(-0.125));
}

// Two categories are two columns, and differ in both: exp(-1 / width^2).
BOOST_AUTO_TEST_CASE(given_numbers_and_categories_multiply) {
  const Matrix rows{4, 3, {0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1}};
  const auto learned = train_on(rows, {0, 0, 2, 2}, {ColumnKind::given, ColumnKind::category, ColumnKind::category},
                                candidate_of(kernel_ridge(), "{penalty: 1, given_width: 2}"));
  const double e = std::exp(-0.5 - 0.25);
  BOOST_TEST(learned->predict(rows)[3] == 1 + 2 * (1 - e) / (2 * (1 - e) + 1), boost::test_tools::tolerance(1e-6));
}

// The penalty of n rows is that of their n' copies times n / n'.
BOOST_AUTO_TEST_CASE(a_weight_is_as_many_copies_of_a_row) {
  const std::vector<ColumnKind> kinds{ColumnKind::count, ColumnKind::count};
  const Matrix rows{4, 2, {1, 4, 3, 1, 2, 5, 5, 1}};
  const std::vector<double> labels{1, 3, 2, 7};
  const Matrix copies{6, 2, {1, 4, 3, 1, 3, 1, 3, 1, 2, 5, 5, 1}};
  const auto weighted = train_on(rows, labels, kinds, candidate_of(kernel_ridge(), "penalty: 0.2"), {1, 3, 1, 1});
  const auto copied = train_on(copies, {1, 3, 3, 3, 2, 7}, kinds, candidate_of(kernel_ridge(), "penalty: 0.3"));
  BOOST_TEST(weighted->predict(rows) == copied->predict(rows), boost::test_tools::tolerance(1e-9)
                                                                   << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_form_comes_back_from_a_file) {
  const LearnerCase table(30, 1);
  const std::vector<ColumnKind> kinds{ColumnKind::number,   ColumnKind::number, ColumnKind::count,
                                      ColumnKind::category, ColumnKind::given,  ColumnKind::coordinate};
  for (const char* settings :
       {"{}", "squash: true", "shape: laplacian",
        "{shape: laplacian, squash: true, width: 2, coordinates: 0.3, coordinates_width: 3, given_width: 4}"}) {
    const auto learned = train_on(table.rows, table.labels, kinds, candidate_of(kernel_ridge(), settings));
    const TemporaryFolder folder;
    data::Hdf5File out(folder / "x.h5", data::Hdf5File::Mode::create);
    learned->write(out, "/learner");
    out.close();
    const auto again = read_regressor(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
    BOOST_TEST(again->predict(table.rows) == learned->predict(table.rows), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_file_without_a_shape_is_of_a_gaussian) {
  const TemporaryFolder folder;
  data::Hdf5File out(folder / "x.h5", data::Hdf5File::Mode::create);
  out.write("/learner/kinds", std::vector<std::int64_t>{1});
  out.write("/learner/numbers", std::vector<float>{0, 1}, 1);
  out.write("/learner/weights", std::vector<double>{1, 0});
  for (const char* name : {"fragments", "width", "cheap_width"}) {
    out.write_attribute("/learner", name, 1.0);
  }
  out.close();
  const auto learned = kernel_ridge().read(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
  BOOST_TEST(learned->predict({1, 1, {1}})[0] == std::exp(-2), boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(candidates_that_are_trained_together_have_the_bits_of_each) {
  const LearnerCase table(40, 2);
  const auto candidates =
      test::candidates_of(kernel_ridge(), "{penalty: [0.01, 1], width: [1, 2], shape: [gaussian, laplacian]}");
  BOOST_TEST(candidates[0].has_common_work(candidates[4]));
  BOOST_TEST(!candidates[0].has_common_work(candidates[1]));
  const std::vector<ColumnKind> kinds(6, ColumnKind::number);
  const auto go_on = [] { return false; };
  const auto together = train_regressors(candidates, kinds, table.rows, table.labels, 1, go_on);
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const auto alone = train_on(table.rows, table.labels, kinds, candidates[c]);
    BOOST_TEST(together[c]->predict(table.rows) == alone->predict(table.rows), boost::test_tools::per_element());
  }
  BOOST_TEST(train_regressors(candidates, kinds, table.rows, table.labels, 1, [] { return true; }).back() == nullptr);
}

BOOST_AUTO_TEST_CASE(centers_approach_the_exact_solution) {
  const LearnerCase table(300, 3);
  const std::vector<ColumnKind> kinds{ColumnKind::number, ColumnKind::number, ColumnKind::count,
                                      ColumnKind::count,  ColumnKind::given,  ColumnKind::number};
  for (const std::string shape : {"shape: laplacian, squash: true", "shape: gaussian"}) {
    const auto predictions = [&](int centers) {
      const auto settings = fmt::format("{{penalty: 0.1, {}, centers: {}}}", shape, centers);
      return train_on(table.rows, table.labels, kinds, candidate_of(kernel_ridge(), settings))->predict(table.rows);
    };
    const auto exact = predictions(0);
    const auto distance = [&](int centers) {
      const auto found = predictions(centers);
      double sum = 0;
      for (std::size_t i = 0; i < exact.size(); ++i) {
        sum += std::abs(found[i] - exact[i]);
      }
      return sum / static_cast<double>(exact.size());
    };
    BOOST_TEST(predictions(300) == exact, boost::test_tools::per_element());
    BOOST_TEST(predictions(301) == exact, boost::test_tools::per_element());
    const double few = distance(20), more = distance(100), most = distance(299);
    BOOST_TEST(few > 0);
    BOOST_TEST(more < few);
    BOOST_TEST(most < 0.2 * few);
  }
}

// Two rows in six copies each: any eleven of the twelve hold both.
BOOST_AUTO_TEST_CASE(centers_that_hold_all_different_rows_give_the_exact_solution) {
  Matrix rows{12, 2, {}};
  std::vector<double> labels, weights;
  for (int i = 0; i < 12; ++i) {
    const bool is_odd = i % 2 == 1;
    rows.values.insert(rows.values.end(), {is_odd ? 1.0F : 4.0F, is_odd ? 5.0F : 2.0F});
    labels.push_back(is_odd ? 3 + 0.1 * i : -1);
    weights.push_back(1 + i % 3);
  }
  const std::vector<ColumnKind> kinds{ColumnKind::count, ColumnKind::count};  // not scaled by the centers
  const auto exact = train_on(rows, labels, kinds, candidate_of(kernel_ridge(), "penalty: 0.5"), weights);
  const auto some = train_on(rows, labels, kinds, candidate_of(kernel_ridge(), "{penalty: 0.5, centers: 11}"), weights);
  BOOST_TEST(some->predict(rows) == exact->predict(rows), boost::test_tools::tolerance(1e-4)
                                                              << boost::test_tools::per_element());
  const auto unweighted = train_on(rows, labels, kinds, candidate_of(kernel_ridge(), "{penalty: 0.5, centers: 11}"));
  BOOST_TEST(std::abs(unweighted->predict(rows)[1] - exact->predict(rows)[1]) > 1e-3);
}

BOOST_AUTO_TEST_CASE(many_rows_need_centers) {
  Matrix rows{20001, 1, {}};
  std::vector<double> labels;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const double x = static_cast<double>(i) / 20000;
    rows.values.push_back(static_cast<float>(x));
    labels.push_back(std::sin(6 * x));
  }
  const auto train = [&](const char* settings) {
    return train_on(rows, labels, {ColumnKind::number}, candidate_of(kernel_ridge(), settings));
  };
  BOOST_CHECK_EXCEPTION(train("{}"), InputError, [](const InputError& error) {
    return std::string(error.what()).find("set 'centers'") != std::string::npos;
  });
  const auto learned = train("{centers: 30, penalty: 0.001}");
  BOOST_TEST(learned->predict({2, 1, {0.25, 0.5}})[0] == std::sin(1.5), boost::test_tools::tolerance(0.02));
  const TemporaryFolder folder;
  data::Hdf5File out(folder / "x.h5", data::Hdf5File::Mode::create);
  learned->write(out, "/learner");
  out.close();
  const auto again = read_regressor(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
  BOOST_TEST(again->predict(rows) == learned->predict(rows), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(candidates_with_centers_share_their_equations) {
  const LearnerCase table(60, 4);
  const auto candidates = test::candidates_of(kernel_ridge(), "{penalty: [0.01, 1], centers: [0, 20]}");
  const std::vector<ColumnKind> kinds(6, ColumnKind::number);
  const auto together = train_regressors(candidates, kinds, table.rows, table.labels, 1, [] { return false; });
  for (std::size_t a = 0; a < candidates.size(); ++a) {
    const auto alone = train_on(table.rows, table.labels, kinds, candidates[a]);
    BOOST_TEST(together[a]->predict(table.rows) == alone->predict(table.rows), boost::test_tools::per_element());
    for (std::size_t b = a + 1; b < candidates.size(); ++b) {
      const bool same = (candidates[a].describe().find("centers") == std::string::npos) ==
                        (candidates[b].describe().find("centers") == std::string::npos);
      BOOST_TEST(candidates[a].has_common_work(candidates[b]) == same);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
