#include "app/workflow.h"

#include <algorithm>
#include <set>

#include "app/stage.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "config/key_reader.h"

namespace epitaxy::app {

namespace fs = std::filesystem;
using config::Document;
using config::Override;
using config::Section;
using parallel::Communicator;

namespace {

void entry_keys(config::Keys& k, WorkflowStage& s) {
  using config::Key;
  k.text(s.name, Key("name", "of the stage and of its folder").output().required());
  k.text(s.file, Key("file", "its stage file").output().required());
  k.integer(s.ranks, Key("ranks", "of its Slurm job; run takes those it was started with").output(), {1, 1e6});
  k.text(s.time, Key("time", "limit of its Slurm job").output());
  if (!parse_time(s.time)) {
    k.problem("time", "must be a time such as \"00:30:00\"");
  }
  k.named_yaml(Key("set", "values that replace those of its file").output(), "KEY",
               [&](const std::string& key, const std::string& value) {
                 s.overrides.push_back({key, value});
               });
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

void keys(config::Keys& k, Workflow& s) {
  using config::Key;
  k.text(s.name, Key("workflow", "its name").output().required());
  std::string output = "runs/" + s.name;
  k.text(output, Key("output", "folder of the stages' folders; runs/ and the name without it").output());
  s.output = output;
  std::set<std::string> names;
  k.list(s.stages, Key("stages", "run one after another").output(), [&](config::Keys& entry, WorkflowStage& stage) {
    entry_keys(entry, stage);
    if (!names.insert(stage.name).second) {
      entry.problem("name", "is the name of an earlier stage too");
    }
  });
  if (s.stages.empty()) {
    k.problem("stages", "must list at least one stage");
  }
}

Workflow read_workflow(const std::string& file, const std::vector<Override>& overrides) {
  const Document document = Document::from_file(file);
  auto workflow = config::read<Workflow>(document.root());
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
  return workflow;
}

fs::path stage_folder(const RunOptions& options, const Stage& stage) {
  if (!options.output.empty()) {
    return options.output;
  }
  return stage.output.empty() ? fs::path("runs") / fs::path(options.file).stem() : stage.output;
}

/// A file that the stage reads and that an earlier stage of the workflow will write.
std::optional<std::string> missing_result(const Stage& stage, const fs::path& output) {
  const auto is_awaited = [&](const std::string& input) {
    const fs::path relative = fs::path(input).lexically_normal().lexically_relative(output.lexically_normal());
    return !relative.empty() && *relative.begin() != ".." &&
           !fs::exists(fs::is_directory(input) ? fs::path(input) / "summary.json" : fs::path(input));
  };
  const auto found = std::ranges::find_if(stage.inputs, is_awaited);
  return found == stage.inputs.end() ? std::nullopt : std::optional(*found);
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
      // Stage files name the results of earlier stages with this variable.
      plan.stages.push_back(read_stage(entry.file, entry.overrides, {{"WORKFLOW", plan.workflow.output.string()}}));
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
    if (const auto input = missing_result(stages[i], workflow.output)) {
      log::info("  its data come from an earlier stage and are not there yet: {}", *input);
    } else {
      stages[i].check(communicator);
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
