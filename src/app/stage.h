#pragma once
/// \file
/// One stage file: read, checked, run or resumed in its own folder.
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/keys.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"

namespace epitaxy::app {

/// A stage file whose keys have all been checked.
struct Stage {
  std::string kind;                 ///< Its name in the table of stages.
  std::string resolved;             ///< The input with every default, as YAML.
  std::filesystem::path output;     ///< From the file's `output` key; empty when it has none.
  std::optional<double> walltime;   ///< Seconds.
  std::vector<std::string> inputs;  ///< Files that it reads.
  std::function<bool(const parallel::Communicator&, const std::filesystem::path&, parallel::StopHandler&)> run;
  std::function<void(const parallel::Communicator&)> check;
};

/// What the program knows of a stage.
struct StageKind {
  const char* name;
  const char* meaning;
  std::span<const char* const> files;  ///< That it writes, besides those of every stage.
  void (*read)(Stage& stage, config::Keys& k);
};
std::span<const StageKind> stage_kinds();

/// The keys of a stage: `stage` (`kind` where it is not given), its own, and those of every stage.
void stage_keys(config::Keys& k, Stage& stage, const std::string& kind);

/// Reads a stage file. Throws InputError that lists every problem in it.
Stage read_stage(const std::string& file, const std::vector<config::Override>& overrides,
                 const config::Document::Variables& variables = {});

/// Runs or resumes a stage in `folder`: writes `config.yaml` and `log.txt` besides the stage's own files. With `fresh`
/// what is there is removed first. Returns false when it was stopped at a checkpoint.
bool run_stage(const parallel::Communicator& communicator, const Stage& stage, const std::filesystem::path& folder,
               bool fresh, parallel::StopHandler& stop);

/// `HH:MM:SS`, `MM:SS` or seconds -> seconds; nothing for anything else.
std::optional<double> parse_time(const std::string& text);

}  // namespace epitaxy::app
