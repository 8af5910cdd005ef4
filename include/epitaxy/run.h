#pragma once
/// \file
/// Stage files and workflows, as `epitaxy run` and `epitaxy check` treat them.
#include <filesystem>
#include <string>
#include <vector>

#include "epitaxy/error.h"
#include "epitaxy/session.h"

namespace epitaxy {

struct RunRequest {
  std::filesystem::path file;         ///< A stage file or a workflow.
  std::vector<std::string> settings;  ///< `key=value`; replaces a value of the file.
  std::filesystem::path output;       ///< Folder of the results; empty: as the file says.
  std::string stage;                  ///< Only this stage of a workflow; empty: all.
  bool fresh = false;                 ///< Throw earlier results away.
};

/// Runs or resumes. Returns kDone, or kStopped when it was stopped at a checkpoint. Throws InputError, Error; `agreed`
/// says whether all ranks threw it. Collective.
ExitCode run(const Session& session, const RunRequest& request);

/// Everything `run` does before its first step. Throws InputError that lists every problem. Collective.
void check(const Session& session, const RunRequest& request);

}  // namespace epitaxy
