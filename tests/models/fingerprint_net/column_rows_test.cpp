#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/error.h"
#include "models/fingerprint_net/fingerprint_net.h"

using namespace epitaxy;
using namespace epitaxy::models;
using features::ColumnKind;
using Numbers = std::vector<float>;

namespace {

constexpr auto kCount = ColumnKind::count;
constexpr auto kNumber = ColumnKind::number;

Numbers read(const ColumnRows& columns, const RowBlock& rows, std::size_t row) {
  Numbers values(columns.columns(), 0.0f);
  columns.read(rows, row, values.data());
  return values;
}

/// What becomes of a row.
Numbers there_and_back(const ColumnRows& columns, const Numbers& values) {
  RowBlock rows;
  columns.append(values, rows);
  return read(columns, rows, 0);
}

const auto kEach = boost::test_tools::per_element();

}  // namespace

BOOST_AUTO_TEST_SUITE(column_rows_test)

BOOST_AUTO_TEST_CASE(numbers_and_counts_come_back) {
  const ColumnRows columns({kCount, kNumber, kCount, ColumnKind::cheap, kCount});
  BOOST_TEST(columns.columns() == 5u);
  const std::vector<Numbers> written{
      {3, -0.1f, 0, 1e-30f, 1}, {0, 0, 0, 0, 0}, {0, 7, 4095, -3e30f, 0}, {1, 2, 3, 4, 5}};
  RowBlock rows;
  for (const Numbers& values : written) {
    columns.append(values, rows);
  }
  BOOST_REQUIRE(rows.rows() == written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    BOOST_TEST(read(columns, rows, i) == written[i], kEach);
  }
}

// Of 2,048 counts a row holds those that are not 0, of numbers all.
BOOST_AUTO_TEST_CASE(counts_of_zero_take_no_room) {
  std::vector<ColumnKind> kinds(2048, kCount);
  kinds.push_back(kNumber);
  const ColumnRows columns(kinds);
  Numbers values(2049, 0.0f);
  values[5] = 1;
  values[2047] = 2;
  RowBlock rows;
  columns.append(values, rows);
  BOOST_TEST(rows.row<std::uint32_t>(0).size() == 3u);
  BOOST_TEST(read(columns, rows, 0) == values, kEach);
}

BOOST_AUTO_TEST_CASE(a_row_of_zeros_is_not_absent) {
  for (const ColumnKind kind : {kCount, kNumber}) {
    const ColumnRows columns({kind, kind});
    RowBlock rows;
    columns.append(Numbers{0, 0}, rows);
    BOOST_TEST(!rows.is_absent(0));
    BOOST_TEST(read(columns, rows, 0) == (Numbers{0, 0}), kEach);
  }
}

BOOST_AUTO_TEST_CASE(counts_above_4095_are_taken_for_that) {
  const ColumnRows columns({kCount, kCount, kCount, kNumber});
  BOOST_TEST(there_and_back(columns, {4095, 4096, 1e6f, 5000}) == (Numbers{4095, 4095, 4095, 5000}), kEach);
}

BOOST_AUTO_TEST_CASE(the_last_of_many_columns_is_told_from_the_first) {
  const ColumnRows columns(std::vector<ColumnKind>(100'000, kCount));
  Numbers values(100'000, 0.0f);
  values.front() = 4095;
  values.back() = 1;
  BOOST_TEST((there_and_back(columns, values) == values));
}

BOOST_AUTO_TEST_CASE(rows_of_other_columns_are_refused) {
  const ColumnRows columns({kCount, kNumber});
  RowBlock rows;
  BOOST_CHECK_THROW(columns.append(Numbers{1}, rows), Error);
  columns.append(Numbers{1, 2}, rows);
  BOOST_CHECK_THROW(read(ColumnRows({kNumber, kNumber, kNumber}), rows, 0), Error);
  const ColumnRows wide({kNumber, kCount, kCount});
  RowBlock of_wide;
  wide.append(Numbers{1, 0, 2}, of_wide);
  BOOST_CHECK_THROW(read(columns, of_wide, 0), Error);
}

BOOST_AUTO_TEST_SUITE_END()
