#include "app/stage.h"

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

void read_import(Stage& stage, Section root) {
  const auto settings = data::read_import_settings(root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler&) {
    data::run_import(communicator, settings, folder);
    return true;
  };
  stage.check = [settings](const Communicator& communicator) {
    const auto result = data::import_source(communicator, settings);
    log::info("data: {} rows read, {} kept, {} rejected, {} merged", result.rows_read, result.dataset.index.rows,
              result.rejected.size(), result.merged);
  };
}

void read_pretrain(Stage& stage, const Document& document, Section root) {
  const auto settings = train::read_pretrain(document, root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return train::run_pretrain(communicator, settings, folder, stop);
  };
  stage.check = [settings](const Communicator& communicator) { train::check_pretrain(communicator, settings); };
}

void read_finetune(Stage& stage, Section root) {
  const auto settings = transfer::read_finetune(root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return transfer::run_finetune(communicator, settings, folder, stop);
  };
  stage.check = [settings](const Communicator& communicator) { transfer::check_finetune(communicator, settings); };
}

void read_difference(Stage& stage, Section root) {
  const auto settings = transfer::read_difference(root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return transfer::run_difference(communicator, settings, folder, stop);
  };
  stage.check = [settings](const Communicator& communicator) { transfer::check_difference(communicator, settings); };
}

void read_sample(Stage& stage, const Document& document, Section root) {
  const auto settings = sampling::read_sample(document, root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler& stop) {
    return sampling::run_sample(communicator, settings, folder, stop);
  };
  stage.check = [settings](const Communicator& communicator) { sampling::check_sample(communicator, settings); };
}

void read_compare(Stage& stage, Section root) {
  const auto settings = train::read_compare(root);
  stage.run = [settings](const Communicator& communicator, const fs::path& folder, StopHandler&) {
    train::run_compare(communicator, settings, folder);
    return true;
  };
  stage.check = [settings](const Communicator& communicator) { train::check_compare(communicator, settings); };
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
  stage.kind = root.choice("stage", {"import", "pretrain", "finetune", "difference", "sample", "compare"});
  if (stage.kind == "import") {
    read_import(stage, root);
  } else if (stage.kind == "pretrain") {
    read_pretrain(stage, document, root);
  } else if (stage.kind == "finetune") {
    read_finetune(stage, root);
  } else if (stage.kind == "difference") {
    read_difference(stage, root);
  } else if (stage.kind == "sample") {
    read_sample(stage, document, root);
  } else if (stage.kind == "compare") {
    read_compare(stage, root);
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
