#include "app/workflow.h"

#include <cstdlib>
#include <set>

#include "app/stage.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

namespace epitaxy::app {

namespace fs = std::filesystem;
using config::Document;
using config::Override;
using config::Section;
using parallel::Communicator;

namespace {

WorkflowStage read_entry(Section s) {
  WorkflowStage stage;
  stage.name = s.string("name");
  stage.file = s.string("file");
  stage.ranks = static_cast<int>(s.integer("ranks", 1, {1, 1e6}));
  stage.time = s.string("time", stage.time);
  if (!parse_time(stage.time)) {
    s.problem("time", "must be a time such as \"00:30:00\"");
  }
  if (s.has("set")) {
    Section set = s.section("set");
    for (const auto& key : set.keys()) {
      stage.overrides.push_back({key, set.yaml(key)});
    }
  }
  return stage;
}

/// Gives `STAGE.key=value` to the stage of that name; the others belong to the workflow file itself.
std::vector<Override> distribute(Workflow& workflow, const std::vector<Override>& overrides) {
  std::vector<Override> rest;
  for (const Override& o : overrides) {
    const auto dot = o.key.find('.');
    bool given = false;
    for (auto& stage : workflow.stages) {
      if (dot != std::string::npos && o.key.substr(0, dot) == stage.name) {
        stage.overrides.push_back({o.key.substr(dot + 1), o.value});
        given = true;
      }
    }
    if (!given) {
      rest.push_back(o);
    }
  }
  return rest;
}

}  // namespace

bool is_workflow(const std::string& file) {
  Section root = Document::from_file(file).root();
  if (root.has("workflow") == root.has("stage")) {
    fail_input("{} is neither a stage file (key 'stage') nor a workflow (key 'workflow')", file);
  }
  return root.has("workflow");
}

Workflow read_workflow(const std::string& file, const std::vector<Override>& overrides) {
  const Document document = Document::from_file(file);
  Section root = document.root();
  Workflow workflow;
  workflow.name = root.string("workflow");
  workflow.output = root.string("output", "runs/" + workflow.name);
  std::set<std::string> names;
  for (Section s : root.sections("stages")) {
    workflow.stages.push_back(read_entry(s));
    if (!names.insert(workflow.stages.back().name).second) {
      s.problem("name", "is the name of an earlier stage too");
    }
  }
  if (workflow.stages.empty()) {
    root.problem("stages", "must list at least one stage");
  }
  document.finish();
  for (const Override& o : distribute(workflow, overrides)) {
    fail_input("--set {}={}: for a workflow, keys begin with the name of a stage, such as {}.{}", o.key, o.value,
               workflow.stages.front().name, o.key);
  }
  return workflow;
}

namespace {

Workflow select(const RunOptions& options) {
  Workflow workflow = read_workflow(options.file, options.overrides);
  if (!options.output.empty()) {
    workflow.output = options.output;
  }
  if (!options.stage.empty()) {
    std::vector<std::string> names;
    for (const auto& stage : workflow.stages) {
      names.push_back(stage.name);
    }
    std::erase_if(workflow.stages, [&](const WorkflowStage& s) { return s.name != options.stage; });
    if (workflow.stages.empty()) {
      const auto hint = text::nearest(options.stage, names);
      fail_input("{} has no stage '{}'; its stages are {}{}", options.file, options.stage, text::join(names, ", "),
                 hint ? fmt::format(" (did you mean '{}'?)", *hint) : "");
    }
  }
  // Stage files name the results of earlier stages with this variable.
  setenv("WORKFLOW", workflow.output.c_str(), 1);
  return workflow;
}

fs::path stage_folder(const RunOptions& options, const Stage& stage) {
  if (!options.output.empty()) {
    return options.output;
  }
  return stage.output.empty() ? fs::path("runs") / fs::path(options.file).stem() : stage.output;
}

/// What a command line asks for: the stages of a workflow, or the one of a stage file.
struct Plan {
  bool is_workflow = false;
  Workflow workflow;
  std::vector<Stage> stages;
};

/// All files are read before the first stage runs: a mistake in the last shows at once, and once for all ranks.
Plan read_plan(const Communicator& communicator, const RunOptions& options) {
  Plan plan;
  communicator.agree([&] {
    plan.is_workflow = is_workflow(options.file);
    if (!plan.is_workflow) {
      if (!options.stage.empty()) {
        fail_input("--stage chooses a stage of a workflow, but {} is a stage file", options.file);
      }
      plan.stages.push_back(read_stage(options.file, options.overrides));
      return;
    }
    plan.workflow = select(options);
    for (const auto& entry : plan.workflow.stages) {
      plan.stages.push_back(read_stage(entry.file, entry.overrides));
    }
  });
  return plan;
}

}  // namespace

std::vector<Override> parse_overrides(const std::vector<std::string>& texts) {
  std::vector<Override> overrides;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail_input("--set {}: expected key=value, such as training.epochs=5", text);
    }
    overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return overrides;
}

int run(const Communicator& communicator, const RunOptions& options) {
  parallel::StopHandler stop;
  const auto [is_workflow, workflow, stages] = read_plan(communicator, options);
  if (!is_workflow) {
    const fs::path folder = stage_folder(options, stages.front());
    const bool done = run_stage(communicator, stages.front(), folder, options.fresh, stop);
    log::info("{} {}", done ? "results are in" : "the checkpoint is in", folder.string());
    return done ? kDone : kStopped;
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    log::info("[{}/{}] {}", i + 1, stages.size(), workflow.stages[i].name);
    if (!run_stage(communicator, stages[i], workflow.output / workflow.stages[i].name, options.fresh, stop)) {
      return kStopped;
    }
  }
  log::info("results are in {}", workflow.output.string());
  return kDone;
}

int check(const Communicator& communicator, const RunOptions& options) {
  const auto [is_workflow, workflow, stages] = read_plan(communicator, options);
  if (!is_workflow) {
    log::info("{}: the keys are right; results would go to {}", options.file,
              stage_folder(options, stages.front()).string());
    stages.front().check(communicator);
    return kDone;
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    log::info("[{}/{}] {}: the keys of {} are right", i + 1, stages.size(), workflow.stages[i].name,
              workflow.stages[i].file);
    try {
      stages[i].check(communicator);
    } catch (const InputError& error) {
      // What an earlier stage will write cannot be there yet.
      if (i == 0 || std::string(error.what()).find(workflow.output.string()) == std::string::npos) {
        throw;
      }
      log::info("  its data come from an earlier stage and are not there yet: {}", error.what());
    }
  }
  return kDone;
}

void list_stages(const RunOptions& options) {
  for (const auto& stage : select(options).stages) {
    const auto seconds = static_cast<long long>(*parse_time(stage.time));
    fmt::print("{}\t{}\t{:02}:{:02}:{:02}\n", stage.name, stage.ranks, seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}

}  // namespace epitaxy::app
