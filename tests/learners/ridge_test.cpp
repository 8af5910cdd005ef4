#include <boost/test/unit_test.hpp>

#include "data/temporary_folder.h"
#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;

BOOST_AUTO_TEST_SUITE(ridge_learner)

BOOST_AUTO_TEST_CASE(by_hand) {
  // x standardized: -1, -1, 1, 1; y standardized the same. Coefficient 4 / (4 + penalty x 4) = 1 / 1.25.
  const Matrix rows{4, 1, {0, 0, 2, 2}};
  const auto learned =
      test::train_on(rows, {1, 1, 5, 5}, {ColumnKind::number}, test::candidate_of(ridge(), "penalty: 0.25"));
  BOOST_TEST(learned->predict(rows)[0] == 3 - 2 * 0.8, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_weight_is_as_many_copies_of_a_row) {
  const std::vector<ColumnKind> kinds{ColumnKind::number, ColumnKind::given};
  const auto candidate = test::candidate_of(ridge(), "penalty: 0.25");
  const Matrix rows{4, 2, {1, 4, 3, 1, 2, 5, 5, 1}};
  const Matrix copies{6, 2, {1, 4, 3, 1, 3, 1, 3, 1, 2, 5, 5, 1}};
  const auto weighted = test::train_on(rows, {1, 3, 2, 7}, kinds, candidate, {1, 3, 1, 1});
  const auto copied = test::train_on(copies, {1, 3, 3, 3, 2, 7}, kinds, candidate);
  BOOST_TEST(weighted->predict(rows) == copied->predict(rows), boost::test_tools::tolerance(1e-6)
                                                                   << boost::test_tools::per_element());
}

/// The groups and attributes that docs/file_formats.md names.
BOOST_AUTO_TEST_CASE(its_file_is_as_documented) {
  test::TemporaryFolder folder;
  {
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    file.write("/learner/columns", std::vector<std::int64_t>{1});
    file.write("/learner/coefficients", std::vector<double>{0.5});
    file.write("/learner/column_means", std::vector<double>{1});
    file.write("/learner/column_scales", std::vector<double>{2});
    file.write_attribute("/learner", "kind", std::string("ridge"));
    file.write_attribute("/learner", "column_count", std::int64_t{2});
    file.write_attribute("/learner", "mean", 10.0);
    file.write_attribute("/learner", "scale", 4.0);
    file.close();
  }
  const auto learned = read_regressor(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/learner");
  BOOST_TEST(learned->predict({1, 2, {99, 3}})[0] == 10 + 4 * 0.5 * (3 - 1) / 2);
}

BOOST_AUTO_TEST_SUITE_END()
