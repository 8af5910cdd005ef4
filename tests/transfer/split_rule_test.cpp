#include "transfer/split_rule.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using test::says;

namespace {

data::LabelledRows rows_of(const std::vector<std::string>& texts, const std::vector<double>& batches = {}) {
  data::Dataset dataset;
  data::DatasetIndex& index = dataset.index;
  index.substance = &chem::molecules();
  index.rows = texts.size();
  index.texts = index.groups = index.source = index.notations["selfies"] = texts;
  index.lines.assign(texts.size(), 2);
  if (!batches.empty()) {
    index.targets = {{"batch", "class", batches, {"one", "two", "three"}}};
  }
  index.token_lists = data::make_token_lists(index);
  const test::TemporaryFolder folder;
  data::write_dataset(folder / "rows.h5", dataset);
  return data::LabelledRows(data::read_index(folder / "rows.h5"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(split_rule)

BOOST_AUTO_TEST_CASE(rows_of_one_scaffold_stay_together) {
  const auto rows = rows_of({"Cc1ccccc1", "CCc1ccccc1", "C1CCCCC1O", "CCO", "CCN"});
  const auto groups = split_groups(rows, {SplitBy::scaffold, ""});
  BOOST_TEST(groups[0] == groups[1]);
  BOOST_TEST(groups[0] != groups[2]);
  BOOST_TEST(groups[3] == "CCO");
  BOOST_TEST(groups[4] == "CCN");
}

BOOST_AUTO_TEST_CASE(rows_with_one_value_in_a_column_stay_together) {
  const auto rows = rows_of({"CCO", "CCN", "CCC", "CCS"}, {0, 1, 0, std::nan("")});
  const auto groups = split_groups(rows, {SplitBy::column, "batch"});
  BOOST_TEST(groups == (std::vector<std::string>{"one", "two", "one", "substance CCS"}),
             boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(split_groups(rows, {SplitBy::column, "bach"}), InputError, says("bach", "batch"));
}

BOOST_AUTO_TEST_CASE(large_groups_spread_over_the_folds) {
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    names.push_back(i < 20 ? "a" : i < 35 ? "b" : fmt::format("c{}", i));
  }
  const data::Groups groups(names.begin(), names.end());
  const auto parts = split_parts(data::Split(1), {SplitBy::scaffold}, {groups, {}}, 3);
  std::vector<int> folds(names.size(), 0);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    BOOST_TEST(parts[k].train.size() + parts[k].held_out.size() == names.size());
    for (const std::size_t i : parts[k].held_out) {
      folds[i] = static_cast<int>(k) + 1;
    }
  }
  std::map<int, std::size_t> sizes;
  std::map<std::string, std::set<int>> folds_of;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    ++sizes[folds[i]];
    folds_of[names[i]].insert(folds[i]);
  }
  for (const auto& [fold, size] : sizes) {
    BOOST_TEST(size == 20U);
  }
  for (const auto& [name, of] : folds_of) {
    BOOST_TEST(of.size() == 1U);
  }
  BOOST_CHECK_EXCEPTION(split_parts(data::Split(1), {SplitBy::scaffold}, {{"a", "a"}, {}}, 2), InputError,
                        says("1 distinct groups"));
}

// Morgan fingerprints of the chain alcohols are alike, those of the ring and of chloroform are not.
BOOST_AUTO_TEST_CASE(similar_molecules_stay_together) {
  const auto rows = rows_of({"CCCCCCO", "c1ccccc1", "CCCCCCCO", "ClC(Cl)Cl", "CCCCCCCCO"});
  const auto groups = split_groups(rows, {SplitBy::cluster});
  BOOST_TEST(groups[0] == "cluster CCCCCCCCO");
  BOOST_TEST(groups[2] == groups[0]);
  BOOST_TEST(groups[4] == groups[0]);
  BOOST_TEST(std::set<std::string>(groups.begin(), groups.end()).size() == 3U);
}

BOOST_AUTO_TEST_CASE(rows_that_are_linked_by_another_column_stay_together) {
  const auto rows = rows_of({"Cc1ccccc1", "CCO", "CCc1ccccc1", "CCN", "CCS"}, {0, 0, 1, 1, 2});
  const auto groups = split_groups(rows, {SplitBy::scaffold, "", "batch"});
  for (const std::size_t i : {1U, 2U, 3U}) {
    BOOST_TEST(groups[i] == groups[0]);  // by the scaffold of 0 and 2, and the batches of these
  }
  BOOST_TEST(groups[4] != groups[0]);
}

BOOST_AUTO_TEST_CASE(by_order_each_part_is_predicted_from_earlier_rows) {
  const std::vector<std::string> names{"f", "e", "d", "c", "b", "a", "g", "h"};
  const SplitUnits units{{names.begin(), names.end()}, {6, 5, 4, 3, 2, 1, 7, 8}};
  const auto parts = split_parts(data::Split(1), {SplitBy::order, "time"}, units, 2);
  BOOST_TEST(parts[0].train == (std::vector<std::size_t>{2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(parts[0].held_out == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
  BOOST_TEST(parts[1].train == (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(parts[1].held_out == (std::vector<std::size_t>{6, 7}), boost::test_tools::per_element());
}

// A row of a substance that was measured before teaches later parts and is not predicted.
BOOST_AUTO_TEST_CASE(by_order_a_group_is_predicted_once) {
  const std::vector<std::string> names{"a", "b", "c", "a", "d"};
  const SplitUnits units{{names.begin(), names.end()}, {1, 2, 3, 4, 5}};
  const auto parts = split_parts(data::Split(1), {SplitBy::order, "time"}, units, 1);
  BOOST_TEST(parts[0].train == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
  BOOST_TEST(parts[0].held_out == (std::vector<std::size_t>{2, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(by_order_there_must_be_earlier_rows) {
  const std::vector<std::string> names{"a", "b", "c"};
  const SplitUnits units{{names.begin(), names.end()}, {1, 1, 2}};
  BOOST_CHECK_EXCEPTION(split_parts(data::Split(1), {SplitBy::order, "time"}, units, 2), InputError,
                        says("2 different times cannot be cut into 2 folds", "--folds"));
}

BOOST_AUTO_TEST_CASE(tested_by_order_are_the_latest_rows) {
  const std::vector<std::string> names{"a", "b", "c", "d", "e"};
  const SplitUnits units{{names.begin(), names.end()}, {3, 1, 2, 5, 4}};
  BOOST_TEST(some_rows(data::Split(1), {SplitBy::order, "time"}, units, 2) == (std::vector<std::size_t>{3, 4}),
             boost::test_tools::per_element());
  const SplitUnits tied{{names.begin(), names.end()}, {3, 1, 2, 5, 5}};
  BOOST_TEST(some_rows(data::Split(1), {SplitBy::order, "time"}, tied, 1).empty());
}

BOOST_AUTO_TEST_SUITE_END()
