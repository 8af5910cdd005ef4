#include "app/stage.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "data/import.h"
#include "sampling/sample.h"
#include "train/compare_runs.h"
#include "train/pretrain.h"
#include "transfer/difference.h"
#include "transfer/finetune.h"

namespace epitaxy::app {

namespace fs = std::filesystem;
using config::Document;
using config::Section;
using parallel::Communicator;
using parallel::StopHandler;

namespace {

/// What a stage does with the settings that it reads.
template <auto read, auto check, auto run>
void read_as(Stage& stage, Section root) {
  const auto settings = read(root);
  stage.check = [settings](const Communicator& communicator) { check(communicator, settings); };
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return run(communicator, settings, folder, stop);
  };
}

struct StageKind {
  std::string_view name;
  void (*read)(Stage& stage, Section root);
};

constexpr StageKind kStages[] = {
    {"import", read_as<data::read_import, data::check_import, data::run_import>},
    {"pretrain", read_as<train::read_pretrain, train::check_pretrain, train::run_pretrain>},
    {"finetune", read_as<transfer::read_finetune, transfer::check_finetune, transfer::run_finetune>},
    {"difference", read_as<transfer::read_difference, transfer::check_difference, transfer::run_difference>},
    {"sample", read_as<sampling::read_sample, sampling::check_sample, sampling::run_sample>},
    {"compare", read_as<train::read_compare, train::check_compare, train::run_compare>},
};

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  for (const StageKind& kind : kStages) {
    names.emplace_back(kind.name);
  }
  return names;
}

/// Removes what stages write, and nothing else that may lie in the folder.
void remove_results(const fs::path& folder) {
  for (const char* name : {"checkpoint.h5",
                           "checkpoint.previous.h5",
                           "checkpoint.next.h5",
                           "best.h5",
                           "model.h5",
                           "dataset.h5",
                           "metrics.csv",
                           "predictions.csv",
                           "rejected.csv",
                           "comparison.csv",
                           "learning_curve.csv",
                           "importances.csv",
                           "summary.json",
                           "progress.json",
                           "config.yaml",
                           "log.txt",
                           "jobs",
                           "campaign.yaml",
                           "campaign.h5",
                           "molecules.csv",
                           "blocks.csv",
                           "candidates.csv",
                           "untargeted.csv",
                           "map.h5",
                           "map.csv",
                           "parts",
                           "controls",
                           "verify"}) {
    fs::remove_all(folder / name);
  }
}

}  // namespace

std::optional<double> parse_time(const std::string& text) {
  double seconds = 0;
  const auto parts = text::split(text, ':');
  if (parts.size() > 3) {
    return std::nullopt;
  }
  for (const auto& part : parts) {
    const auto number = text::to_integer(part);
    if (!number || *number < 0) {
      return std::nullopt;
    }
    seconds = seconds * 60 + static_cast<double>(*number);
  }
  return seconds;
}

Stage read_stage(const std::string& file, const std::vector<config::Override>& overrides) {
  const Document document = Document::from_file(file, overrides);
  Section root = document.root();
  Stage stage;
  stage.kind = root.choice("stage", stage_names());
  const auto kind = std::ranges::find(kStages, stage.kind, &StageKind::name);
  if (kind != std::end(kStages)) {
    kind->read(stage, root);
  }
  stage.output = root.string("output", "");
  const std::string walltime = root.string("walltime", "");
  if (!walltime.empty()) {
    stage.walltime = parse_time(walltime);
    if (!stage.walltime) {
      root.problem("walltime", "must be a time such as \"00:30:00\"");
    }
  }
  document.finish();
  stage.resolved = document.resolved();
  return stage;
}

bool run_stage(const Communicator& communicator, const Stage& stage, const fs::path& folder, bool fresh,
               StopHandler& stop) {
  const fs::path stop_file = folder / "STOP";
  communicator.on_root([&] {
    file::make_writable_folder(folder);
    file::remove_temporaries(folder);
    if (fresh) {
      remove_results(folder);
    }
    log::open_file(folder / "log.txt");
    if (fs::remove(stop_file)) {
      log::info("removed the old file {}", stop_file.string());
    }
    log::info("stage {} in {}", stage.kind, folder.string());
    log::open_progress(folder / "progress.json", stage.kind);
  });
  stop.set_budget(stage.walltime);
  stop.watch_file(stop_file);
  const bool done = stage.run(communicator, folder, stop);
  communicator.on_root([&] {
    if (done) {
      file::write_atomically(folder / "config.yaml", stage.resolved);
    }
    log::close_progress(done);
    // At the start a killed run's processes may still have been on their way out.
    file::remove_temporaries(folder);
    log::close_file();
  });
  return done;
}

}  // namespace epitaxy::app
