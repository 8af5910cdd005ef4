#include "learners/two_part.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "base/statistics.h"
#include "data/temporary_folder.h"
#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::LearnerCase;

namespace {

/// A third of the labels of a table, or so, at the lowest value.
LearnerCase cut_off(std::uint64_t seed) {
  LearnerCase table(300, seed);
  for (double& label : table.labels) {
    label = label < 4 ? 1 : label;
  }
  return table;
}

Candidate boosting(bool two_part) {
  Candidate candidate = test::fast(gradient_boosting());
  candidate.two_part = two_part;
  return candidate;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(two_part)

BOOST_AUTO_TEST_CASE(labels_have_two_parts_where_the_lowest_is_frequent) {
  std::vector<double> labels(100, 0.0);
  BOOST_TEST(!has_two_parts({}));
  BOOST_TEST(!has_two_parts(labels));
  std::fill(labels.begin(), labels.begin() + 9, 2.0);
  BOOST_TEST(!has_two_parts(labels));  // too few above
  labels[9] = 3;
  BOOST_TEST(has_two_parts(labels));
  std::vector<double> many(1000, 0.5);
  std::fill(many.begin(), many.begin() + 49, 0.25);
  BOOST_TEST(!has_two_parts(many));  // 4.9 %
  many[49] = 0.25;
  BOOST_TEST(has_two_parts(many));
}

BOOST_AUTO_TEST_CASE(half_of_the_mixture_is_below_the_prediction) {
  BOOST_TEST(mixture_median(0, 0.5, 3, 1) == 0);
  BOOST_TEST(mixture_median(0, 1.3, 3, 1) == 3);  // a regression on 0 and 1 may say more than 1
  BOOST_TEST(mixture_median(0, 0.51, 0.1, 1) == 0);
  for (const double share : {0.6, 0.75, 0.9}) {
    const double median = mixture_median(-10, share, 3, 2);
    BOOST_TEST((1 - share) + share * statistics::normal_below((median - 3) / 2) == 0.5,
               boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_CASE(two_parts_learn_a_frequent_lowest_value) {
  const LearnerCase train = cut_off(1);
  const LearnerCase test = cut_off(2);
  const auto plain = train.train(boosting(false));
  const auto apart = train.train(boosting(true));
  BOOST_TEST(test.mae(*apart) < test.mae(*plain));
  const auto values = apart->predict(test.rows);
  BOOST_TEST(std::ranges::min(values) == 1);
  BOOST_TEST(std::ranges::count(values, 1.0) > 50);
}

BOOST_AUTO_TEST_CASE(without_two_parts_it_is_the_plain_learner) {
  const LearnerCase table(120, 3);
  const auto plain = table.train(boosting(false))->predict(table.rows);
  BOOST_TEST(table.train(boosting(true))->predict(table.rows) == plain, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_holds_both_parts) {
  const test::TemporaryFolder folder;
  const LearnerCase table = cut_off(4);
  const auto trained = table.train(boosting(true));
  {
    data::Hdf5File file(folder / "learner.h5", data::Hdf5File::Mode::create);
    trained->write(file, "/learner");
    file.close();
  }
  const auto read = read_regressor(data::Hdf5File(folder / "learner.h5", data::Hdf5File::Mode::read), "/learner");
  BOOST_TEST(read->predict(table.rows) == trained->predict(table.rows), boost::test_tools::per_element());
  BOOST_TEST(read->importances() == trained->importances(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_stops) {
  const LearnerCase table = cut_off(5);
  Candidate candidate = test::fast(kernel_ridge());
  candidate.two_part = true;
  BOOST_TEST(!table.train(candidate, 1, [] { return true; }));
}

BOOST_AUTO_TEST_SUITE_END()
