#include "transfer/class_calibration.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

/// Labels drawn with the probability 1 / (1 + exp(-(slope x score + offset))).
struct Drawn {
  std::vector<double> scores, labels;

  Drawn(std::size_t count, double slope, double offset, std::uint64_t seed) {
    RandomStream random(seed, Purpose::synthetic);
    for (std::size_t i = 0; i < count; ++i) {
      scores.push_back(random.uniform());
      labels.push_back(random.uniform() < 1 / (1 + std::exp(-(slope * scores.back() + offset))) ? 1 : 0);
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(class_calibration)

BOOST_AUTO_TEST_CASE(the_sigmoid_of_drawn_labels_is_found) {
  const Drawn drawn(20000, 6, -4, 1);
  const auto c = ClassCalibration::fit(drawn.scores, drawn.labels, 0.9);
  BOOST_TEST(c.slope == 6, boost::test_tools::tolerance(0.05));
  BOOST_TEST(c.offset == -4, boost::test_tools::tolerance(0.05));
}

BOOST_AUTO_TEST_CASE(scores_that_say_nothing_give_the_share_with_one_row_more_of_each_class) {
  // One score for all: the sigmoid is the mean of the soft labels, (3 x 4/5 + 1 x 1/3) / 4.
  const auto c = ClassCalibration::fit(std::vector<double>{2, 2, 2, 2}, std::vector<double>{1, 1, 1, 0}, 0.9);
  BOOST_TEST(c.probability(2) == (3 * 0.8 + 1.0 / 3) / 4, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(c.threshold == 0.75);
}

BOOST_AUTO_TEST_CASE(classes_that_a_score_parts_stay_uncertain) {
  std::vector<double> scores;
  std::vector<double> labels;
  for (int i = 0; i < 40; ++i) {
    labels.push_back(i < 20 ? 0 : 1);
    scores.push_back(labels.back() + 0.001 * i);
  }
  const auto c = ClassCalibration::fit(scores, labels, 0.9);
  BOOST_TEST(c.probability(1.03) > 0.9);
  BOOST_TEST(c.probability(1.03) < 0.99);
  BOOST_TEST(c.probability(0.01) < 0.1);
}

BOOST_AUTO_TEST_CASE(sets_hold_each_class_as_often_as_asked_for) {
  const Drawn known(4000, 5, -4, 2);  // the second class is rare
  const Drawn fresh(4000, 5, -4, 3);
  const auto c = ClassCalibration::fit(known.scores, known.labels, 0.9);
  double rows[2] = {0, 0};
  double held[2] = {0, 0};
  for (std::size_t i = 0; i < fresh.scores.size(); ++i) {
    const auto label = static_cast<std::size_t>(fresh.labels[i]);
    ++rows[label];
    held[label] += (c.set(c.probability(fresh.scores[i])) >> label) & 1U;
  }
  BOOST_TEST(rows[1] < rows[0] / 2);
  BOOST_TEST(held[0] / rows[0] == 0.9, boost::test_tools::tolerance(0.03));
  BOOST_TEST(held[1] / rows[1] == 0.9, boost::test_tools::tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(few_rows_leave_both_classes_in_the_set) {
  const auto c = ClassCalibration::fit(std::vector<double>{0, 0.1, 0.9, 1}, std::vector<double>{0, 0, 1, 1}, 0.9);
  BOOST_TEST(c.set(c.probability(0)) == 3u);
  BOOST_TEST(told_set({"no", "yes"}, 3) == "no|yes");
  BOOST_TEST(told_set({"no", "yes"}, 2) == "yes");
  BOOST_TEST(told_set({"no", "yes"}, 0).empty());
}

BOOST_AUTO_TEST_CASE(a_file_holds_it) {
  const test::TemporaryFolder folder;
  const ClassCalibration c{2, -1, 0.25, {0.125, 0.0625}};
  {
    data::Hdf5File file(folder / "c.h5", data::Hdf5File::Mode::create);
    c.write(file, "/c");
    file.close();
  }
  const auto read = ClassCalibration::read(data::Hdf5File(folder / "c.h5", data::Hdf5File::Mode::read), "/c");
  BOOST_TEST(read.slope == c.slope);
  BOOST_TEST(read.offset == c.offset);
  BOOST_TEST(read.threshold == c.threshold);
  BOOST_TEST(read.least == c.least, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
