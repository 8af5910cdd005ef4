#include "sampling/search/verify.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "data/hdf5.h"
#include "parallel/task_folder.h"
#include "sampling/search/at_work.h"
#include "sampling/search/verify_file.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using chem::XtbResult;
using parallel::Communicator;

void keys(config::Keys& k, VerifySettings& s) {
  std::string kind = "xtb";
  k.choice(kind, config::Key("kind", "how candidates are computed: GFN2-xTB").content().required(), {kind});
  if (!chem::xtb_available()) {
    k.problem("kind", "this program was built without libxtb: install libxtb-dev and build it again");
  }
  k.integer(s.xtb.steps, config::Key("steps", "most steps of the optimization of a geometry").content(), {1, 100000});
  k.integer(s.xtb.seed, config::Key("seed", "of the first 3-D structures").content(), {0, 999999});
  k.integer(s.batch, config::Key("batch", "molecules that a rank takes at a time; they share a file").speed(),
            {1, 1000});
}

namespace {

bool is_damaged(const InputError& error) { return dynamic_cast<const data::DamagedFileError*>(&error) != nullptr; }

/// What is in the folder of the batches, as far as it was looked at.
class KnownResults {
 public:
  KnownResults(fs::path folder, std::string settings) : folder_(std::move(folder)), settings_(std::move(settings)) {}

  /// Reads the files that have appeared since the last look.
  void look() {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() != ".h5" || !seen_.insert(entry.path().filename()).second) {
        continue;
      }
      try {
        if (auto batch = read_batch(entry.path(), settings_)) {
          add(std::move(*batch));
        }
      } catch (const InputError& error) {
        if (!fs::exists(entry.path())) {
          continue;  // another program found it damaged
        }
        if (!is_damaged(error) && file::read(entry.path()).starts_with("\x89HDF")) {
          throw;  // locked, for example: what it holds is not lost
        }
        log::warning("{} is damaged: its molecules are computed again", entry.path().string());
        std::error_code ignored;
        fs::remove(entry.path(), ignored);
        seen_.erase(entry.path().filename());
      }
    }
  }

  void add(VerifyBatch batch) {
    for (std::size_t i = 0; i < batch.smiles.size(); ++i) {
      results_.insert_or_assign(std::move(batch.smiles[i]), std::move(batch.results[i]));
    }
  }

  const XtbResult* find(const std::string& smiles) const {
    const auto place = results_.find(smiles);
    return place == results_.end() ? nullptr : &place->second;
  }

 private:
  fs::path folder_;
  std::string settings_;
  std::set<fs::path> seen_;
  std::map<std::string, XtbResult> results_;
};

std::string describe(const VerifySettings& settings) {
  return fmt::format("GFN2-xTB, seed {}, at most {} steps", settings.xtb.seed, settings.xtb.steps);
}

/// The distinct ones, in order.
std::vector<std::string> distinct(const std::vector<std::string>& molecules) {
  std::set<std::string_view> seen;
  std::vector<std::string> kept;
  std::ranges::copy_if(molecules, std::back_inserter(kept),
                       [&](const std::string& molecule) { return seen.insert(molecule).second; });
  return kept;
}

/// The tasks of a list of distinct molecules.
class VerifyTasks {
 public:
  /// Molecules that processes were at when they died are taken on first. Collective.
  VerifyTasks(const Communicator& communicator, std::vector<std::string> molecules, const VerifyTask& task)
      : molecules_(std::move(molecules)),
        task_(task),
        settings_(describe(task.settings)),
        known_(task.folder, settings_) {
    const fs::path notes = task.folder / "at_work";
    std::vector<std::string> suspects;
    communicator.on_root([&] {
      file::make_writable_folder(notes);
      suspects = AtWork::take_all(notes);
    });
    suspects = communicator.broadcast(suspects);
    suspects_.insert(suspects.begin(), suspects.end());
    at_work_.emplace(notes);
  }

  parallel::TaskList list() {
    parallel::TaskList list;
    list.count = molecules_.size();
    list.batch = task_.settings.batch;
    list.shuffled = true;
    list.looked_at_by_root = true;  // which removes damaged files
    list.refresh = [this] { known_.look(); };
    list.look = [this](std::size_t i) { return look(molecules_[i]); };
    list.compute = [this](std::span<const std::size_t> batch, const auto& stop) { return compute(batch, stop); };
    list.name = "GFN2-xTB";
    list.unit = "candidate";
    list.report = [](log::Progress& progress, const parallel::TaskWork& work) {
      progress.tell(fmt::format("{:.1f} per s", static_cast<double>(work.computed) / work.seconds));
    };
    return list;
  }

  /// Results in the order of these molecules; writes their geometries.
  std::vector<XtbResult> collect(const std::vector<std::string>& molecules) {
    known_.look();
    std::vector<XtbResult> results;
    std::string structures;
    for (const std::string& smiles : molecules) {
      const XtbResult* result = known_.find(smiles);
      if (result == nullptr) {
        fail("the result of {} is gone from {}: run again", smiles, task_.folder.string());
      }
      results.push_back(*result);
      if (!result->xyz.empty()) {
        structures += fmt::format("{}\n{} energy_Ha={:.6f} gap_eV={:.4f}\n{}", std::ranges::count(result->xyz, '\n'),
                                  smiles, result->energy_Ha, result->gap_eV, result->xyz);
      }
    }
    file::write_atomically(task_.folder / "structures.xyz", structures);
    return results;
  }

 private:
  parallel::TaskState look(const std::string& smiles) const {
    using parallel::TaskState;
    if (known_.find(smiles) != nullptr) {
      return TaskState::whole;
    }
    return suspects_.contains(smiles) ? TaskState::urgent : TaskState::missing;
  }

  /// What is done when `stop` says so is kept.
  std::size_t compute(std::span<const std::size_t> tasks, const std::function<bool()>& stop) {
    VerifyBatch batch;
    std::size_t done = 0;
    for (; done < tasks.size() && !stop(); ++done) {
      compute(molecules_[tasks[done]], batch);
    }
    if (!batch.smiles.empty()) {
      write(batch);
    }
    return done;
  }

  void compute(const std::string& smiles, VerifyBatch& batch) {
    if (suspects_.contains(smiles)) {
      const auto death = death_in_child([&] { write({{smiles}, {task_.compute(smiles, task_.settings.xtb)}}); });
      if (death) {
        XtbResult result;
        result.failure = fmt::format("the calculation ended its process by {}", *death);
        log::warning("{}: {}", smiles, result.failure);
        write({{smiles}, {result}});
      }
      known_.look();
      if (known_.find(smiles) != nullptr) {
        return;
      }
    }
    at_work_->begin(smiles);
    batch.results.push_back(task_.compute(smiles, task_.settings.xtb));
    batch.smiles.push_back(smiles);
  }

  void write(const VerifyBatch& batch) const {
    write_batch(task_.folder / batch_name(batch.smiles, settings_), batch, settings_);
  }

  std::vector<std::string> molecules_;
  const VerifyTask& task_;
  std::string settings_;
  KnownResults known_;
  std::set<std::string> suspects_;  ///< Those that may end the process; computed in one of their own.
  std::optional<AtWork> at_work_;
};

}  // namespace

Verification verify(const Communicator& communicator, std::vector<std::string> molecules, const VerifyTask& task,
                    parallel::StopHandler& stop) {
  molecules = communicator.broadcast(molecules);
  VerifyTasks tasks(communicator, distinct(molecules), task);
  parallel::TaskFolder folder(communicator, stop, tasks.list());
  log::info("{} of {} candidates to verify with GFN2-xTB", folder.missing(), molecules.size());
  const parallel::TaskWork work = folder.run();
  Verification verification{.done = work.done, .computed = work.computed, .results = {}};
  if (work.done) {
    communicator.on_root([&] { verification.results = tasks.collect(molecules); });
  }
  return verification;
}

}  // namespace epitaxy::sampling
