// Commands and stages on several ranks: the same files come out of any number of them.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "app/decode.h"
#include "app/encode.h"
#include "app/model_files.h"
#include "app/stage.h"
#include "app/workflow.h"
#include "base/error.h"
#include "base/file.h"
#include "data/dataset.h"
#include "data/shared_folder.h"

using namespace epitaxy;
using parallel::Communicator;

namespace {

/// Chunks for four ranks, the last of them not full.
constexpr std::size_t kRows = 900;

/// Input and model of all ranks, with outputs of all ranks together and of rank 0 alone.
struct SharedFiles {
  Communicator world = Communicator::world();
  test::SharedFolder shared{world};
  test::ModelFiles own;

  SharedFiles() {
    world.on_root([&] {
      std::string table = "number,smiles\n";
      for (std::size_t i = 0; i < kRows; ++i) {
        std::string smiles;
        for (std::size_t bits = i; smiles.size() < 1 + i % 6; bits /= 2) {
          smiles += bits % 2 == 0 ? 'C' : 'O';
        }
        table += fmt::format("{},{}\n", i, i % 97 == 5 ? "C1C" : i % 101 == 7 ? "CCCCCCCCCC" : smiles);
      }
      shared.own.write("in.csv", table);
      std::filesystem::copy_file(own.model({1, 2}), shared.path / "ensemble.h5");
      std::filesystem::copy_file(own.model({3}), shared.path / "one.h5");
    });
  }

  std::filesystem::path operator/(const std::string& name) const { return shared.path / name; }

  /// `work(communicator, output)` writes the same on all ranks and on rank 0 alone.
  template <typename Work>
  void compare(const std::string& name, Work work) const {
    work(world, *this / name);
    world.on_root([&] {
      work(Communicator::self(), *this / ("alone_" + name));
      const std::string together = file::read(*this / name);
      BOOST_TEST(together.size() > kRows);
      BOOST_TEST((together == file::read(*this / ("alone_" + name))), name);
    });
  }
};

/// Stage files of an import and a pretraining, and a workflow of both.
struct WorkflowFiles {
  Communicator world = Communicator::world();
  test::SharedFolder shared{world};

  WorkflowFiles() {
    log::set_silent(true);
    world.on_root([&] {
      std::string table = "formula,energy\n";
      const std::vector<std::string> metals{"Li", "Na", "K", "Mg", "Ca", "Fe", "Co", "Ni", "Cu", "Zn"};
      for (std::size_t i = 0; i < 100; ++i) {
        table += fmt::format("{}{}{},{}\n", metals[i % 10], 1 + i / 10, i % 2 == 0 ? "O" : "S",
                             0.1 * static_cast<double>(i % 10) - 0.01 * static_cast<double>(i / 10));
      }
      const auto source = shared.own.write("table.csv", table);
      shared.own.write("import.yaml", fmt::format("stage: import\nsource: {}\n"
                                                  "targets: [{{column: energy, unit: eV/atom}}]\n",
                                                  source.string()));
      shared.own.write("pretrain.yaml",
                       "stage: pretrain\n"
                       "data: [{file: \"${WORKFLOW}/import/dataset.h5\", head: energy}]\n"
                       "validation: {fraction: 0.2}\n"
                       "model: {kind: composition_net, widths: [8, 4]}\n"
                       "training: {epochs: 3, batch: 16, shards: 4, precision: float32}\n");
      shared.own.write("workflow.yaml",
                       fmt::format("workflow: both\nstages:\n  - {{name: import, file: {}/import.yaml}}\n"
                                   "  - {{name: pretrain, file: {}/pretrain.yaml}}\n",
                                   shared.path.string(), shared.path.string()));
    });
  }
  ~WorkflowFiles() { log::set_silent(false); }

  app::RunOptions options(const std::string& file, const std::string& output,
                          const std::vector<config::Override>& overrides = {}) const {
    return {(shared.path / file).string(), overrides, shared.path / output, "", false};
  }
  nlohmann::json summary(const std::string& folder) const {
    return nlohmann::json::parse(file::read(shared.path / folder / "summary.json"));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ranks)

BOOST_AUTO_TEST_CASE(rows_are_shared_and_results_are_the_same) {
  const SharedFiles files;
  files.compare("predicted.csv", [&](const Communicator& communicator, const std::filesystem::path& output) {
    app::predict(communicator, {files / "ensemble.h5", files / "in.csv", output, "", ""});
  });
  files.compare("latent.csv", [&](const Communicator& communicator, const std::filesystem::path& output) {
    app::encode(communicator, {files / "one.h5", files / "in.csv", output});
  });
  files.compare("decoded.csv", [&](const Communicator& communicator, const std::filesystem::path& output) {
    app::decode(communicator, {files / "one.h5", files / "latent.csv", output});
  });
  files.compare("drawn.csv", [&](const Communicator& communicator, const std::filesystem::path& output) {
    app::decode(communicator, {.model = files / "one.h5",
                               .input = files / "latent.csv",
                               .output = output,
                               .decoding = {.samples = 2, .temperature = 0.7}});
  });
}

BOOST_AUTO_TEST_CASE(fewer_rows_than_ranks) {
  const SharedFiles files;
  const test::TemporaryFolder folder;
  files.world.on_root([&] { files.shared.own.write("few.csv", "smiles\nCCO\n"); });
  app::predict(files.world, {files / "ensemble.h5", files / "few.csv", files / "few_out.csv", "", ""});
  files.world.on_root([&] {
    app::predict(Communicator::self(), {files / "ensemble.h5", files / "few.csv", folder / "alone.csv", "", ""});
    BOOST_TEST(file::read(files / "few_out.csv") == file::read(folder / "alone.csv"));
  });
}

BOOST_AUTO_TEST_CASE(a_stage_runs_in_its_folder) {
  const WorkflowFiles files;
  BOOST_TEST(app::run(files.world, files.options("import.yaml", "imported")) == kDone);
  files.world.on_root([&] {
    BOOST_TEST(data::read_index(files.shared.path / "imported" / "dataset.h5").rows == 100U);
    for (const char* name : {"config.yaml", "rejected.csv", "summary.json"}) {
      BOOST_TEST(std::filesystem::exists(files.shared.path / "imported" / name), name);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_stopped_workflow_goes_on_to_the_same_end) {
  const WorkflowFiles files;
  BOOST_TEST(app::check(files.world, files.options("workflow.yaml", "stopped")) == kDone);
  const auto no_time = files.options("workflow.yaml", "stopped", {{"pretrain.walltime", "\"00:00:00\""}});
  BOOST_TEST(app::run(files.world, no_time) == kStopped);
  BOOST_TEST(std::filesystem::exists(files.shared.path / "stopped/import/config.yaml"));
  BOOST_TEST(!std::filesystem::exists(files.shared.path / "stopped/pretrain/summary.json"));
  BOOST_TEST(app::run(files.world, files.options("workflow.yaml", "stopped")) == kDone);
  files.world.on_root([&] {
    BOOST_TEST(app::run(Communicator::self(), files.options("workflow.yaml", "alone")) == kDone);
    BOOST_TEST(
        (files.summary("stopped/pretrain").at("validation") == files.summary("alone/pretrain").at("validation")));
    BOOST_TEST((file::read(files.shared.path / "stopped/pretrain/predictions.csv") ==
                file::read(files.shared.path / "alone/pretrain/predictions.csv")));
  });
}

BOOST_AUTO_TEST_CASE(a_wrong_key_is_told_on_all_ranks) {
  const WorkflowFiles files;
  const auto options = files.options("workflow.yaml", "wrong", {{"pretrain.training.epoch", "5"}});
  BOOST_CHECK_EXCEPTION(app::run(files.world, options), InputError, test::says("pretrain.yaml", "epochs"));
  BOOST_TEST(!std::filesystem::exists(files.shared.path / "wrong"));
}

BOOST_AUTO_TEST_SUITE_END()
