#include "data/labelled_rows.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using data::LabelledRows;
using data::LeftOut;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Six rows of four groups with two targets.
LabelledRows table() {
  data::DatasetIndex index;
  index.rows = 6;
  index.groups = {"a", "b", "c", "a", "d", "b"};
  index.source = {"A", "B", "C", "2A", "D", "2B"};
  index.texts = {"tA", "tB", "tC", "t2A", "tD", "t2B"};
  index.lines = {2, 3, 5, 6, 7, 9};
  index.targets = {{"gap", "eV", {1, kNone, 3, 4, kNone, 6}, {}},
                   {"mass", "u", {kNone, kNone, 30, 40, 50, 60}, {}},
                   {"phase", "class", {0, 1, 1, kNone, 0, 1}, {"liquid", "solid"}}};
  return LabelledRows(std::move(index));
}

using Rows = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(labelled_rows)

BOOST_AUTO_TEST_CASE(all_rows_at_first) {
  const LabelledRows rows = table();
  BOOST_TEST(rows.size() == 6U);
  BOOST_TEST(rows.labels("mass").unit == "u");
  BOOST_TEST(LabelledRows().empty());
  BOOST_TEST(LabelledRows().index().fingerprint.empty());
}

BOOST_AUTO_TEST_CASE(rows_need_some_or_all_labels) {
  LabelledRows any = table();
  any.need_any(LeftOut::unlabelled, {"gap", "mass"});
  BOOST_TEST(any.rows() == (Rows{0, 2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(any.left_out(LeftOut::unlabelled) == 1U);
  LabelledRows all = table();
  all.need_all(LeftOut::unlabelled, {"gap"});
  all.need_all(LeftOut::incomplete, {"mass", "gap"});
  BOOST_TEST(all.rows() == (Rows{2, 3, 5}), boost::test_tools::per_element());
  BOOST_TEST(all.left_out(LeftOut::unlabelled) == 2U);
  BOOST_TEST(all.left_out(LeftOut::incomplete) == 1U);
  BOOST_TEST(all.labels("gap").values == (std::vector<double>{3, 4, 6}), boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(all.need_all(LeftOut::incomplete, {"gab"}), InputError, test::says("gap"));
}

BOOST_AUTO_TEST_CASE(rows_keep_what_belongs_to_them) {
  LabelledRows rows = table();
  const auto stay = rows.leave_out(LeftOut::unreadable, [&](std::size_t i) { return rows.group(i) == "b"; });
  BOOST_TEST(stay == (Rows{0, 2, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(rows.row(1) == 2U);
  BOOST_TEST(rows.source(2) == "2A");
  BOOST_TEST(rows.text(2) == "t2A");
  BOOST_TEST(rows.line(3) == 7);
  BOOST_TEST(rows.groups() == (data::Groups{"a", "c", "a", "d"}), boost::test_tools::per_element());
  BOOST_TEST(rows.groups({3, 0}) == (data::Groups{"d", "a"}), boost::test_tools::per_element());
  BOOST_TEST((data::distinct_groups(rows) == std::set<std::string>{"a", "c", "d"}));
}

BOOST_AUTO_TEST_CASE(labels_keep_the_names_of_their_classes) {
  LabelledRows rows = table();
  rows.need_all(LeftOut::unlabelled, {"phase", "gap"});
  const data::Target phase = rows.labels("phase");
  BOOST_TEST(phase.values == (std::vector<double>{0, 1, 1}), boost::test_tools::per_element());
  BOOST_TEST(phase.classes == (std::vector<std::string>{"liquid", "solid"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(groups_are_left_out_whole) {
  LabelledRows rows = table();
  rows.leave_out_groups(LeftOut::in_test, {"a", "d", "x"});
  BOOST_TEST(rows.rows() == (Rows{1, 2, 5}), boost::test_tools::per_element());
  BOOST_TEST(rows.left_out(LeftOut::in_test) == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_taken_out_starts_anew) {
  LabelledRows rows = table();
  rows.need_all(LeftOut::unlabelled, {"gap"});
  const LabelledRows taken = rows.take_out(LeftOut::test, [&](std::size_t i) { return rows.group(i) == "a"; });
  BOOST_TEST(taken.rows() == (Rows{0, 3}), boost::test_tools::per_element());
  BOOST_TEST(taken.left_out(LeftOut::unlabelled) == 0U);
  BOOST_TEST(&taken.index() == &rows.index());
  BOOST_TEST(rows.rows() == (Rows{2, 5}), boost::test_tools::per_element());
  BOOST_TEST(rows.left_out(LeftOut::test) == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
