#include "data/split.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using data::Split;

namespace {

/// Two rows of each of `count` groups.
std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < 2 * count; ++i) {
    groups.push_back(fmt::format("group {}", i % count));
  }
  return groups;
}

data::Groups views(const std::vector<std::string>& groups) { return {groups.begin(), groups.end()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(split)

BOOST_AUTO_TEST_CASE(a_position_depends_on_seed_purpose_and_name_alone) {
  std::set<double> positions;
  for (const Purpose purpose :
       {Purpose::split, Purpose::folds, Purpose::inside, Purpose::labels, Purpose::validation}) {
    for (const std::uint64_t seed : {1, 2}) {
      BOOST_TEST(Split(seed, purpose).position("NaCl") == Split(seed, purpose).position(std::string("NaCl")));
      positions.insert(Split(seed, purpose).position("NaCl"));
    }
  }
  BOOST_TEST(positions.size() == 10U);
  BOOST_CHECK_EXCEPTION(Split(1, Purpose::dropout), Error, test::says("split nothing"));
}

BOOST_AUTO_TEST_CASE(repetitions_and_parts_cut_otherwise) {
  std::set<std::uint64_t> seeds;
  for (const Purpose purpose : {Purpose::folds, Purpose::inside, Purpose::labels, Purpose::validation}) {
    for (std::uint64_t repetition = 0; repetition < 10; ++repetition) {
      for (std::uint64_t part = 0; part < 20; ++part) {
        seeds.insert(Split(1, purpose, repetition, part).seed());
      }
    }
  }
  BOOST_TEST(seeds.size() == 4U * 10 * 20);
}

BOOST_AUTO_TEST_CASE(positions_are_uniform) {
  const Split split(3);
  std::vector<int> tenths(10, 0);
  for (int i = 0; i < 10000; ++i) {
    ++tenths[static_cast<std::size_t>(10 * split.position(std::to_string(i)))];
  }
  for (const int count : tenths) {
    BOOST_TEST(count > 880);  // four standard deviations
    BOOST_TEST(count < 1120);
  }
}

BOOST_AUTO_TEST_CASE(folds_keep_groups_together_and_are_equal) {
  const auto groups = names(23);
  const auto folds = Split(1, Purpose::folds).folds(views(groups), 5);
  std::map<int, std::set<std::string>> of_fold;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    of_fold[folds[i]].insert(groups[i]);
    BOOST_TEST(folds[i] == folds[(i + 23) % 46]);
  }
  BOOST_REQUIRE(of_fold.size() == 5U);
  for (const auto& [fold, members] : of_fold) {
    BOOST_TEST(members.size() >= 4U);
    BOOST_TEST(members.size() <= 5U);
  }
  BOOST_CHECK_EXCEPTION(Split(1).folds(views(groups), 24), InputError, test::says("23 distinct", "24 folds"));
}

BOOST_AUTO_TEST_CASE(rows_of_no_fold_are_told) {
  const std::vector<std::string> rows{"a", "b", "c", "a", "d"};
  const std::vector<std::string> labelled{"d", "a", "b"};
  const Split split(7, Purpose::folds);
  const auto folds = split.folds(views(rows), views(labelled), 3);
  BOOST_TEST(folds[2] == -1);
  BOOST_TEST(folds[0] == folds[3]);
  const auto alone = split.folds(views(labelled), 3);
  BOOST_TEST(folds[4] == alone[0]);
  BOOST_TEST(folds[0] == alone[1]);
  BOOST_TEST(folds[1] == alone[2]);
}

BOOST_AUTO_TEST_CASE(what_is_held_out_of_folds) {
  const auto parts = data::hold_out({0, 2, 1, 2, -1}, 2);
  BOOST_TEST(parts.held_out == (std::vector<std::size_t>{1, 3}), boost::test_tools::per_element());
  BOOST_TEST(parts.train == (std::vector<std::size_t>{0, 2, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_rows_are_nested) {
  const auto groups = names(30);
  const Split split(4, Purpose::labels);
  std::vector<std::size_t> smaller;
  for (const std::size_t count : {0U, 1U, 7U, 40U, 60U, 99U}) {
    const auto exact = split.first(views(groups), count);
    BOOST_TEST(exact.size() == std::min<std::size_t>(count, 60));
    BOOST_TEST(std::ranges::is_sorted(exact));
    BOOST_TEST(std::ranges::includes(exact, smaller));
    const auto whole = split.first_groups(views(groups), count);
    BOOST_TEST(whole.size() == std::min<std::size_t>(count + count % 2, 60));
    BOOST_TEST(std::ranges::includes(whole, exact));
    smaller = exact;
  }
}

BOOST_AUTO_TEST_SUITE_END()
