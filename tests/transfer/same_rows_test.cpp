// Figures of runs depend on which rows their splits hold: these stay as they are, whatever cuts them.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "train/data_case.h"
#include "transfer/difference_case.h"
#include "transfer/difference_job.h"

using namespace epitaxy;
using namespace epitaxy::test;

namespace {

constexpr std::size_t kRows = 60;

/// Sixty molecules; the last ten are further rows of the first ten groups.
data::Dataset table() {
  data::Dataset rows = chains(0, kRows);
  for (std::size_t i = 50; i < kRows; ++i) {
    rows.index.groups[i] = rows.index.groups[i - 50];
  }
  return rows;
}

/// A letter for each row: `mark` at these positions.
void set(std::string& letters, const std::vector<std::size_t>& positions, char mark) {
  for (const std::size_t position : positions) {
    letters.at(position) = mark;
  }
}

std::string letters_of(const transfer::JobSplit& split, std::size_t rows) {
  std::string letters(rows, '?');
  set(letters, split.train, '.');
  set(letters, split.further, 'f');
  set(letters, split.validation, 'v');
  set(letters, split.held_out, 'h');
  return letters;
}

/// By row of the data set: only rows that some job uses are kept.
std::string letters_of(const transfer::DifferenceData& data, const data::TrainHeldOut& split) {
  std::string letters(kRows, '-');
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    std::size_t row = 0;
    while (chain(row) != data.rows.text(i)) {
      ++row;
    }
    const bool held_out = data.test.count() == 0 && std::ranges::count(split.held_out, i) > 0;
    letters.at(row) = std::ranges::count(split.train, i) > 0 ? '.' : held_out ? 'h' : '-';
  }
  return letters;
}

/// Of a line alone.
struct LineCase : DifferenceCase {
  LineCase() : DifferenceCase(table()) {
    settings.ways = {transfer::find_way("cheap_linear")};
    settings.split_seed = 5;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(same_rows)

BOOST_AUTO_TEST_CASE(of_a_pretraining) {
  const TemporaryFolder folder;
  data::write_dataset(folder / "rows.h5", table());
  const train::TrainingData data({{folder / "rows.h5", {label("half", "better", 0.5), label("all", "cheap")}}},
                                 {0.2, "", 0.15, 3}, {chain(2), chain(30)}, small_description());
  std::string letters(kRows, '-');
  for (const auto& [rows, mark] : {std::pair{&data.train(), '.'}, {&data.validation(), 'v'}, {&data.test(), 't'}}) {
    for (const train::RowReference row : *rows) {
      letters.at(row.row) = mark;
    }
  }
  const auto loaded = data.load(data.train());
  for (std::size_t i = 0; i < loaded.count(); ++i) {
    if (std::isnan(loaded.targets[2 * i])) {
      letters.at(data.train()[i].row) = 'f';
    }
  }
  BOOST_TEST(letters == "vv-fft..ftttt.tftff..vfv.v....-..vvfvttffftf..ttttvv-fft..ft");
}

BOOST_AUTO_TEST_CASE(of_the_folds_of_a_finetuning) {
  TransferCase files(table());
  files.settings.shares.clear();
  files.settings.test_file.clear();
  files.settings.test_fraction = 0.2;
  files.settings.validation_fraction = 0.25;
  files.settings.folds = 4;
  files.settings.split_seed = 3;
  const auto data = files.load();
  std::string folds;
  for (const int fold : data.fold) {
    folds += static_cast<char>('0' + fold);
  }
  std::string test(kRows, '.');
  set(test, data.test.rows(), 't');
  BOOST_TEST(test == ".....t...tttt.t.t.............t......tt...t...tttt.....t...t");
  BOOST_TEST(folds == "2012203300123203103112121212003033120122033");
  BOOST_TEST(letters_of(split_fold(data, files.settings, 0), data.labels.size()) ==
             "vh...h..hh..v.h..hv...v..v.vhh.h...vh...h..");
  BOOST_TEST(letters_of(split_fold(data, files.settings, 3), data.labels.size()) ==
             "...v..hhvvv.h.vh..h.....v.....hvhhv...v..hh");
}

BOOST_AUTO_TEST_CASE(of_the_shares_of_a_finetuning) {
  auto rows = table();
  rows.index.targets[1].values[4] = rows.index.targets[1].values[40] = kNone;
  TransferCase files(rows);
  files.settings.shares = {0.2, 0.7};
  files.settings.validation_fraction = 0.75;
  files.variant.also = {"cheap"};
  const auto data = files.load();
  BOOST_TEST(letters_of(split_share(data, files.settings, 0.2, 1), kRows) ==
             "ffffffff.f.f.f.f.ffffffff.ff...ffffffffffffff.ff.fffffffff.f");
  BOOST_TEST(letters_of(split_share(data, files.settings, 0.7, 1), kRows) ==
             "fvfvfvvv...fvv..vvvffvffv.vvvv.vfvvfvvvfffvfvvffv.fvfvvvvv..");
  BOOST_TEST(letters_of(split_share(data, files.settings, 0.7, 2), kRows) ==
             "fv.ff.vvvffvvfv.fvvvv.v.vvffvvvvf.ffvfvvfvfvvf.v.vfv.fv.vvvf");
}

BOOST_AUTO_TEST_CASE(of_the_folds_of_a_difference) {
  const LineCase files;
  const auto data = files.load();
  BOOST_TEST(letters_of(data, split_by_folds(data, files.settings, 1)[0]) ==
             ".......h...h.h.....h..h....hhh.h...h.h........h.h........h..");
  BOOST_TEST(letters_of(data, split_by_folds(data, files.settings, 1)[3]) ==
             "hh....h.hh.....h.h...h.h............h....h.......hhh....h.hh");
  BOOST_TEST(letters_of(data, split_by_folds(data, files.settings, 2)[0]) ==
             ".....h..h..h..h...h.......h.....h....h....hhh.h.h......h..h.");
  const auto inner = [&](int fold) {
    const auto result = run_job(data, files.settings, {0, 0, fold, 0, 1, {}}, never_stop);
    std::string folds;
    for (const std::int64_t k : result->inner_fold) {
      folds += static_cast<char>('0' + k);
    }
    return folds;
  };
  BOOST_TEST(inner(0) == "2221102201202201121111010020010202001222110220");
  BOOST_TEST(inner(3) == "0010110112200021212211012010021210022200101");
}

BOOST_AUTO_TEST_CASE(of_the_labels_of_a_difference) {
  LineCase files;
  files.set_test(chains(400, 20));
  files.settings.labels = {12, 50};
  const auto data = files.load();
  BOOST_TEST(data.rows.count() == 50U);
  BOOST_TEST(letters_of(data, split_by_labels(data, files.settings, 12, 1)) ==
             "--.-----.-.---.--...-------.----.--------------.----.-----.-");
  BOOST_TEST(letters_of(data, split_by_labels(data, files.settings, 50, 1)) ==
             ".............-......-..-......-...-.-..--.......--..........");
  BOOST_TEST(letters_of(data, split_by_labels(data, files.settings, 12, 2)) ==
             "-------.----.---..--------.-.---..-.--------.--.---------.--");
}

BOOST_AUTO_TEST_SUITE_END()
