#pragma once
/// \file
/// A workflow: stages that run one after another, each in a folder of its name below the workflow's output.
#include <filesystem>
#include <string>
#include <vector>

#include "config/keys.h"
#include "parallel/communicator.h"

namespace epitaxy::app {

/// One entry of a workflow's `stages`.
struct WorkflowStage {
  std::string name;
  std::string file;
  int ranks = 1;                            ///< For Slurm jobs; a run uses the ranks it was started with.
  std::string time = "01:00:00";            ///< For Slurm jobs.
  std::vector<config::Override> overrides;  ///< From `set`.
};

struct Workflow {
  std::string name;
  std::filesystem::path output;
  std::vector<WorkflowStage> stages;
};

/// The keys of a workflow.
void keys(config::Keys& k, Workflow& workflow);

/// True when the file has a `workflow` key, false for a stage file. Throws InputError when it is neither.
bool is_workflow(const std::string& file);
Workflow read_workflow(const std::string& file, const std::vector<config::Override>& overrides);

/// What the command line of `run` and `check` says.
struct RunOptions {
  std::string file;
  std::vector<config::Override> overrides;
  std::filesystem::path output;
  std::string stage;
  bool fresh = false;
};

/// `key=value` of a command line. Throws InputError for anything else.
std::vector<config::Override> parse_overrides(const std::vector<std::string>& texts);

/// Runs a stage file or a workflow. Returns the exit code.
int run(const parallel::Communicator& communicator, const RunOptions& options);
/// Everything `run` would do before the first step; a stage whose data do not exist yet is checked as far as possible.
int check(const parallel::Communicator& communicator, const RunOptions& options);
/// `name<TAB>ranks<TAB>time` of each stage.
void list_stages(const RunOptions& options);

}  // namespace epitaxy::app
