#include "app/stage.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "config/key_reader.h"
#include "data/import.h"
#include "sampling/sample.h"
#include "train/compare_runs.h"
#include "train/pretrain.h"
#include "transfer/difference.h"
#include "transfer/finetune.h"
#include "transfer/fit.h"

namespace epitaxy::app {

namespace fs = std::filesystem;
using config::Document;
using parallel::Communicator;
using parallel::StopHandler;

namespace {

/// What a stage does with the settings that it reads.
template <typename Settings, auto check, auto run>
void read_as(Stage& stage, config::Keys& k) {
  Settings settings;
  keys(k, settings);
  stage.check = [settings](const Communicator& communicator) { check(communicator, settings); };
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return run(communicator, settings, folder, stop);
  };
}

constexpr const char* kImportFiles[] = {"dataset.h5", "rejected.csv"};
constexpr const char* kPretrainFiles[] = {"checkpoint.h5", "checkpoint.previous.h5", "checkpoint.next.h5", "best.h5",
                                          "metrics.csv",   "predictions.csv"};
constexpr const char* kFinetuneFiles[] = {"jobs", "model.h5", "predictions.csv", "learning_curve.csv"};
constexpr const char* kDifferenceFiles[] = {"jobs", "model.h5", "predictions.csv", "importances.csv"};
constexpr const char* kFitFiles[] = {"import", "jobs", "model.h5", "predictions.csv"};
constexpr const char* kSampleFiles[] = {"campaign.yaml",  "campaign.h5",    "molecules.csv", "blocks.csv",
                                        "candidates.csv", "untargeted.csv", "map.h5",        "map.csv",
                                        "parts",          "controls",       "verify"};
constexpr const char* kCompareFiles[] = {"comparison.csv"};
constexpr const char* kFilesOfAll[] = {"summary.json", "progress.json", "config.yaml", "log.txt"};

constexpr StageKind kStages[] = {
    {"import", "a table of formulas or SMILES becomes a data set", kImportFiles,
     read_as<data::ImportSettings, data::check_import, data::run_import>},
    {"pretrain", "a model learns a large data set on all ranks", kPretrainFiles,
     read_as<train::PretrainSettings, train::check_pretrain, train::run_pretrain>},
    {"finetune", "what a model learned is transferred to a small data set", kFinetuneFiles,
     read_as<transfer::FinetuneSettings, transfer::check_finetune, transfer::run_finetune>},
    {"difference", "measured values are learned from those of a cheap model", kDifferenceFiles,
     read_as<transfer::DifferenceSettings, transfer::check_difference, transfer::run_difference>},
    {"fit", "one table becomes a model with intervals", kFitFiles,
     read_as<transfer::FitSettings, transfer::check_fit, transfer::run_fit>},
    {"sample", "a campaign decodes points of a latent space, and may search for molecules", kSampleFiles,
     read_as<sampling::SampleSettings, sampling::check_sample, sampling::run_sample>},
    {"compare", "figures of finished runs in one table", kCompareFiles,
     read_as<train::CompareSettings, train::check_compare, train::run_compare>},
};

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  for (const StageKind& kind : kStages) {
    names.emplace_back(kind.name);
  }
  return names;
}

/// Removes what the stage writes, and nothing else that may lie in the folder.
void remove_results(const Stage& stage, const fs::path& folder) {
  const auto* kind = std::ranges::find(kStages, stage.kind, &StageKind::name);
  for (const auto files : {kind->files, std::span<const char* const>(kFilesOfAll)}) {
    for (const char* name : files) {
      fs::remove_all(folder / name);
    }
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

std::span<const StageKind> stage_kinds() { return kStages; }

void stage_keys(config::Keys& k, Stage& stage, const std::string& kind) {
  using config::Key;
  stage.kind = kind;
  k.choice(stage.kind, Key("stage", "what is done").output().required(), stage_names());
  const auto* found = std::ranges::find(kStages, stage.kind, &StageKind::name);
  if (found != std::end(kStages)) {
    found->read(stage, k);
  }
  std::string output;
  std::string walltime;
  k.text(output, Key("output", "folder of the results; --output goes before it").output());
  k.text(walltime, Key("walltime", "time after which the run stops at a checkpoint, such as 00:30:00").output());
  stage.output = output;
  if (!walltime.empty()) {
    stage.walltime = parse_time(walltime);
    if (!stage.walltime) {
      k.problem("walltime", "must be a time such as \"00:30:00\"");
    }
  }
}

Stage read_stage(const std::string& file, const std::vector<config::Override>& overrides,
                 const Document::Variables& variables) {
  const Document document = Document::from_file(file, overrides, variables);
  config::KeyReader reader(document.root());
  Stage stage;
  stage_keys(reader, stage, kStages[0].name);
  document.finish();
  stage.resolved = document.resolved();
  stage.inputs = reader.files();
  return stage;
}

bool run_stage(const Communicator& communicator, const Stage& stage, const fs::path& folder, bool fresh,
               StopHandler& stop) {
  const fs::path stop_file = folder / "STOP";
  communicator.on_root([&] {
    file::make_writable_folder(folder);
    file::remove_temporaries(folder);
    if (fresh) {
      remove_results(stage, folder);
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
  bool done = false;
  try {
    done = stage.run(communicator, folder, stop);
  } catch (...) {
    if (communicator.is_root()) {
      log::close_progress(log::StageEnd::failed);
    }
    throw;
  }
  communicator.on_root([&] {
    if (done) {
      file::write_atomically(folder / "config.yaml", stage.resolved);
    }
    log::close_progress(done ? log::StageEnd::done : log::StageEnd::stopped);
    // At the start a killed run's processes may still have been on their way out.
    file::remove_temporaries(folder);
    log::close_file();
  });
  return done;
}

}  // namespace epitaxy::app
