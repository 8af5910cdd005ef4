// Stages whose jobs the ranks share: the same files come out of any number of them.
#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "data/shared_folder.h"
#include "transfer/difference_case.h"

using namespace epitaxy;
using namespace epitaxy::test;
using parallel::Communicator;

namespace {

/// A stage on all ranks in one folder, and on this rank alone in another.
struct Runs {
  Communicator world = Communicator::world();
  SharedFolder shared{world};
  TemporaryFolder alone;

  Runs() { log::set_silent(true); }
  ~Runs() { log::set_silent(false); }

  /// The files of both are the same.
  void compare(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      BOOST_TEST((file::read(shared.path / name) == file::read(alone / name)), name);
    }
  }
};

/// One variant that trains and one that does not, in three folds.
struct FinetuneCase : TransferCase {
  FinetuneCase() : TransferCase(chains(0, 90)) {
    settings.shares.clear();
    settings.folds = 3;
    settings.validation_fraction = 0.2;
    transfer::Variant direct;
    direct.name = "direct";
    direct.trains = false;
    direct.training.arithmetic = variant.training.arithmetic;
    settings.variants = {variant, direct};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ranks)

BOOST_AUTO_TEST_CASE(a_finetuning_gives_the_same_files) {
  const Runs runs;
  const FinetuneCase files;
  parallel::StopHandler stop;
  BOOST_TEST(run_finetune(runs.world, files.settings, runs.shared.path, stop));
  BOOST_TEST(run_finetune(Communicator::self(), files.settings, runs.alone.path(), stop));
  runs.compare({"summary.json", "predictions.csv"});
  const auto summary = nlohmann::json::parse(file::read(runs.shared.path / "summary.json"));
  BOOST_TEST(summary.at("variants").at("fine_tune").at("mae_eV") > 0);
}

BOOST_AUTO_TEST_CASE(a_learning_curve_gives_the_same_files) {
  const Runs runs;
  FinetuneCase files;
  files.settings.shares = {0.2, 1};
  files.settings.cheap = "cheap";
  files.settings.seeds = {1, 2};
  parallel::StopHandler stop;
  BOOST_TEST(run_finetune(runs.world, files.settings, runs.shared.path, stop));
  BOOST_TEST(run_finetune(Communicator::self(), files.settings, runs.alone.path(), stop));
  runs.compare({"summary.json", "predictions.csv", "learning_curve.csv"});
}

BOOST_AUTO_TEST_CASE(a_stopped_finetuning_goes_on) {
  const Runs runs;
  const FinetuneCase files;
  {
    parallel::StopHandler stop(0.0);
    BOOST_TEST(!run_finetune(runs.world, files.settings, runs.shared.path, stop));
  }
  parallel::StopHandler stop;
  BOOST_TEST(!std::filesystem::exists(runs.shared.path / "summary.json"));
  BOOST_TEST(run_finetune(runs.world, files.settings, runs.shared.path, stop));
  BOOST_TEST(run_finetune(Communicator::self(), files.settings, runs.alone.path(), stop));
  runs.compare({"summary.json", "predictions.csv"});
}

BOOST_AUTO_TEST_CASE(a_damaged_result_is_made_again) {
  const Runs runs;
  const FinetuneCase files;
  parallel::StopHandler stop;
  BOOST_TEST(run_finetune(runs.world, files.settings, runs.shared.path, stop));
  const std::string before = file::read(runs.shared.path / "summary.json");
  runs.world.on_root([&] {
    const auto job = runs.shared.path / "jobs" / "fine_tune-fold01-seed1.h5";
    BOOST_TEST(std::filesystem::exists(job));
    std::filesystem::resize_file(job, 100);
  });
  BOOST_TEST(run_finetune(runs.world, files.settings, runs.shared.path, stop));
  BOOST_TEST((file::read(runs.shared.path / "summary.json") == before));
}

BOOST_AUTO_TEST_CASE(a_difference_gives_the_same_files) {
  const Runs runs;
  DifferenceCase files(chains(0, 60));
  files.settings.learners = {{"weak", {ridge(3)}}, {"strong", {ridge(0.1)}}, {"both", {}, {0, 1}}};
  files.settings.ways = {transfer::find_way("cheap_linear"), transfer::find_way("direct"),
                         transfer::find_way("difference")};
  parallel::StopHandler stop;
  BOOST_TEST(run_difference(runs.world, files.settings, runs.shared.path, stop));
  BOOST_TEST(run_difference(Communicator::self(), files.settings, runs.alone.path(), stop));
  runs.compare({"summary.json", "predictions.csv", "importances.csv"});
}

BOOST_AUTO_TEST_CASE(all_ranks_tell_the_same_error) {
  const Communicator world = Communicator::world();
  DifferenceCase files;
  // What one rank cannot read ends all of them.
  if (world.rank() == world.size() - 1) {
    files.settings.file = "missing.h5";
  }
  BOOST_CHECK_EXCEPTION(load_difference_data(world, files.settings), InputError, says("missing.h5"));
}

BOOST_AUTO_TEST_CASE(features_are_shared) {
  const Communicator world = Communicator::world();
  const transfer::RowFeatures features({{features::Block{.morgan = {1, 64, true}}}, {std::nullopt, ""}}, small_model());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) {
    texts.push_back(i % 50 == 7 ? "[[*]]" : chain(i));
  }
  std::vector<std::string> problems;
  std::vector<std::string> problems_alone;
  const auto rows = features.compute(world, texts, problems);
  const auto alone = features.compute(Communicator::self(), texts, problems_alone);
  BOOST_TEST((rows.values == alone.values));
  BOOST_TEST(problems == problems_alone, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
