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
  const auto folds = split_folds(data::Split(1), {SplitBy::scaffold, ""}, groups, 3);
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
  BOOST_CHECK_EXCEPTION(split_folds(data::Split(1), {SplitBy::scaffold, ""}, {"a", "a"}, 2), InputError,
                        says("1 distinct groups"));
}

BOOST_AUTO_TEST_SUITE_END()
