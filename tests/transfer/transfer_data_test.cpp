#include "transfer/transfer_data.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/error.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::test;
using transfer::JobSplit;
using transfer::split_share;

namespace {

std::set<std::size_t> chosen(const JobSplit& split) {
  std::set<std::size_t> rows(split.train.begin(), split.train.end());
  rows.insert(split.validation.begin(), split.validation.end());
  return rows;
}

std::set<std::size_t> as_set(const std::vector<std::size_t>& rows) { return {rows.begin(), rows.end()}; }

bool includes(const std::set<std::size_t>& large, const std::set<std::size_t>& small) {
  return std::ranges::includes(large, small);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfer_data)

BOOST_AUTO_TEST_CASE(shares_are_nested_and_every_row_has_one_place) {
  TransferCase files(chains(0, 400));
  files.settings.validation_fraction = 0.2;
  const auto data = files.load();
  for (const std::uint64_t seed : {0, 1, 7}) {
    JobSplit smaller;
    for (const double share : {0.05, 0.1, 0.5, 1.0}) {
      const JobSplit split = split_share(data, files.settings, share, seed);
      BOOST_TEST(chosen(split).size() == static_cast<std::size_t>(share * 400));
      BOOST_TEST(chosen(split).size() == split.train.size() + split.validation.size());
      BOOST_TEST(split.further.size() == 400 - chosen(split).size());
      BOOST_TEST(split.held_out.empty());
      for (const std::size_t row : split.further) {
        BOOST_TEST(!chosen(split).contains(row));
      }
      BOOST_TEST(includes(chosen(split), chosen(smaller)));
      BOOST_TEST(includes(as_set(split.validation), as_set(smaller.validation)));
      smaller = split;
    }
  }
}

BOOST_AUTO_TEST_CASE(rules_are_those_of_the_start_model) {
  const auto prepared = [](std::size_t first, const std::string& stereo) {
    data::Dataset set = chains(first, 100);
    set.index.preparation = data::Preparation{rules_with("stereo", stereo), "SMILES", {{"better", "exp", "meV", "eV"}}};
    return set;
  };
  auto description = small_description();
  description.preparation =
      data::Preparation{rules_with("stereo", "remove"),
                        "smiles",
                        {{"better", "dft", "eV", "eV"}, {"cheap", "xtb", "eV", "eV"}, {"mu_D", "mu", "D", "D"}}};
  const auto model = small_model(description);
  const auto start = TransferCase(prepared(0, "remove"), model, prepared(400, "remove")).load().pretrained.description;
  BOOST_REQUIRE(start.preparation.has_value());
  BOOST_TEST(start.preparation->column == "SMILES");
  // The data set has `cheap`, but does not say of which column.
  BOOST_REQUIRE(start.preparation->columns.size() == 2U);
  BOOST_TEST(start.preparation->columns[0].column == "exp");
  BOOST_TEST(start.preparation->columns[1].column == "mu");

  BOOST_CHECK_EXCEPTION(TransferCase(prepared(0, "keep"), model, prepared(400, "keep")).load(), InputError,
                        says("model.h5", "training.h5", "(stereo: remove / keep)"));
  BOOST_CHECK_EXCEPTION(TransferCase(prepared(0, "remove"), model, prepared(400, "keep")).load(), InputError,
                        says("model.h5", "test.h5", "(stereo: remove / keep)"));
  BOOST_CHECK_EXCEPTION(TransferCase(prepared(0, "remove"), small_model(), prepared(400, "remove")).load(), InputError,
                        says("model.h5 does not say"));
}

BOOST_AUTO_TEST_CASE(seeds_choose_other_rows) {
  TransferCase files(chains(0, 400));
  const auto data = files.load();
  const auto one = chosen(split_share(data, files.settings, 0.1, 1));
  const auto two = chosen(split_share(data, files.settings, 0.1, 2));
  std::vector<std::size_t> common;
  std::ranges::set_intersection(one, two, std::back_inserter(common));
  BOOST_TEST(common.size() < 15U);  // 4 of 40 by chance
  BOOST_TEST(chosen(split_share(data, files.settings, 0.1, 1)) == one);
  files.settings.split_seed = 2;
  BOOST_TEST(chosen(split_share(data, files.settings, 0.1, 1)) != one);
}

BOOST_AUTO_TEST_CASE(few_labels_have_no_validation_rows) {
  TransferCase files(chains(0, 400));
  files.settings.validation_fraction = 0.15;
  const auto data = files.load();
  BOOST_TEST(split_share(data, files.settings, 0.4, 1).validation.empty());  // 24 would choose nothing
  const auto all = split_share(data, files.settings, 1, 1).validation.size();
  BOOST_TEST(all > 30U);
  BOOST_TEST(all < 90U);
}

BOOST_AUTO_TEST_CASE(rows_of_one_molecule_stay_together) {
  auto training = chains(0, 200);
  for (std::size_t i = 100; i < 200; ++i) {
    training.index.groups[i] = training.index.groups[i - 100];
  }
  TransferCase files(training);
  files.settings.validation_fraction = 0.3;
  const auto data = files.load();
  const auto split = split_share(data, files.settings, 0.555, 1);
  BOOST_TEST(split.validation.size() > 0U);
  for (const auto& rows : {as_set(split.train), as_set(split.validation), as_set(split.further)}) {
    for (const std::size_t row : rows) {
      BOOST_TEST(rows.contains(row < 100 ? row + 100 : row - 100));
    }
  }
}

BOOST_AUTO_TEST_CASE(molecules_of_the_test_are_not_trained_on) {
  TransferCase files(chains(0, 410));  // the test begins at 400
  const auto data = files.load();
  BOOST_TEST(data.rows.left_out(data::LeftOut::in_test) == 10U);
  BOOST_TEST(data.labelled == 400U);
  BOOST_TEST(data.test_labels.size() == 60U);
}

BOOST_AUTO_TEST_CASE(unreadable_molecules_are_left_out_and_counted) {
  auto training = chains(0, 300);
  training.index.texts[3] = "CCS";         // a token that the model does not know
  training.index.texts[5] = "CCCCCCCCCC";  // too long
  training.index.texts[7] = "CC[";         // no tokens at all
  auto test = chains(400, 60);
  test.index.texts[0] = "S";
  TransferCase files(training, small_model(), test);
  const auto data = files.load();
  BOOST_TEST(data.rows.left_out(data::LeftOut::unreadable) == 3U);
  BOOST_TEST(data.test.left_out(data::LeftOut::unreadable) == 1U);
  BOOST_TEST(data.labelled == 297U);
  BOOST_TEST(data.inputs.rows() == 297U);
  BOOST_TEST(data.test_inputs.rows() == 59U);
  BOOST_TEST(data.inputs.row<models::TokenId>(0).size() == 7U);  // six atoms and the end
  BOOST_TEST(data.test_labels.size() == 59U);
  BOOST_TEST(data.test_labels.front() == test.index.targets[1].values[1]);
}

BOOST_AUTO_TEST_CASE(a_model_that_reads_nothing_is_refused) {
  TransferCase files(chains(0, 300), small_model(small_description({"P", "S"})));
  BOOST_CHECK_EXCEPTION(files.load(), InputError, says("training.h5", "can read none of the 300 molecules", "P S"));
}

BOOST_AUTO_TEST_CASE(rows_without_the_target_take_part_only_for_further_targets) {
  auto training = chains(0, 300);
  for (std::size_t i = 0; i < 200; ++i) {
    training.index.targets[1].values[i] = kNone;
  }
  training.index.targets[0].values[0] = kNone;
  TransferCase files(training);
  BOOST_TEST(files.load().rows.size() == 100U);
  files.variant.also = {"cheap"};
  const auto data = files.load();
  BOOST_TEST(data.rows.size() == 299U);
  BOOST_TEST(data.labelled == 100U);
  const auto split = split_share(data, files.settings, 0.5, 1);
  BOOST_TEST(chosen(split).size() == 50U);
  BOOST_TEST(split.further.size() == 249U);
}

BOOST_AUTO_TEST_CASE(folds_keep_rows_without_the_target_with_their_group) {
  auto training = chains(0, 300);
  for (std::size_t i = 0; i < 200; ++i) {
    training.index.targets[1].values[i] = kNone;
  }
  training.index.groups[0] = training.index.groups[250];
  TransferCase files(training);
  files.settings.shares.clear();
  files.settings.folds = 4;
  files.variant.also = {"cheap"};
  const auto data = files.load();
  BOOST_TEST(data.fold[0] == data.fold[250]);
  BOOST_TEST(data.fold[1] == -1);
  std::size_t held_out = 0;
  for (int fold = 0; fold < 4; ++fold) {
    const auto split = transfer::split_fold(data, files.settings, fold);
    held_out += split.held_out.size();
    BOOST_TEST((std::ranges::count(split.further, 0U) > 0) <= (fold != data.fold[0]));
    BOOST_TEST(split.further.size() > 100U);
  }
  BOOST_TEST(held_out == 100U);
}

BOOST_AUTO_TEST_CASE(wrong_input_is_named) {
  const auto refused = [](TransferCase& files, auto... parts) {
    BOOST_CHECK_EXCEPTION(files.load(), InputError, says(parts...));
  };
  TransferCase small(chains(0, 300));
  small.settings.shares = {0.03, 1};
  refused(small, "the share 0.03 of 300 labels of better is 9", "leaves fewer labels than a head needs (10)");
  TransferCase further(chains(0, 300));
  further.variant.also = {"chaep"};
  refused(further, "holds no target 'chaep'", "cheap");
  further.variant.also = {"better"};
  refused(further, "'also' names better, which is the target itself");
  auto missing = chains(0, 300);
  missing.index.targets[1].values.assign(300, kNone);
  TransferCase target(missing);
  refused(target, "no row of", "training.h5", "has a label of better");
  auto few = chains(0, 300);
  std::fill_n(few.index.targets[0].values.begin(), 295, kNone);
  TransferCase cheap(few);
  cheap.variant.also = {"cheap"};
  refused(cheap, "'also': fewer than 10 training rows have a label of cheap");
  TransferCase line(chains(0, 300));
  line.settings.cheap = "cheep";
  refused(line, "holds no target 'cheep'");
}

BOOST_AUTO_TEST_SUITE_END()
