#include "sampling/search/verify.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "data/hdf5.h"
#include "parallel/farm.h"
#include "sampling/search/at_work.h"
#include "sampling/search/verify_file.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using chem::XtbResult;
using parallel::Communicator;

VerifySettings read_verify(config::Section section) {
  VerifySettings settings;
  section.choice("kind", {"xtb"});
  if (!chem::xtb_available()) {
    section.problem("kind", "this program was built without libxtb: install libxtb-dev and build it again");
  }
  settings.xtb.steps = static_cast<int>(section.integer("steps", settings.xtb.steps, {1, 100000}));
  settings.xtb.seed = static_cast<std::uint32_t>(section.integer("seed", settings.xtb.seed, {0, 999999}));
  settings.batch = static_cast<std::size_t>(section.integer("batch", 8, {1, 1000}));
  return settings;
}

namespace {

using Clock = std::chrono::steady_clock;

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
      } catch (const data::DamagedFileError&) {
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

/// The molecules that one job takes on, drawn by its ranks from a shared counter.
class VerifyFarm {
 public:
  VerifyFarm(const Communicator& communicator, const std::vector<std::string>& molecules, const VerifyTask& task,
             parallel::StopHandler& stop)
      : communicator_(communicator),
        molecules_(molecules),
        task_(task),
        settings_(describe(task.settings)),
        known_(task.folder, settings_),
        at_work_folder_(task.folder / "at_work"),
        farm_(communicator, stop),
        computed_(communicator) {}

  Verification run() {
    find_missing();
    at_work_.emplace(at_work_folder_);
    start_ = Clock::now();
    const std::size_t batch = task_.settings.batch;
    Verification verification;
    verification.done = farm_.run((missing_.size() + batch - 1) / batch, [&](std::size_t i, const auto& stop) {
      return compute_batch(std::span(missing_).subspan(i * batch, std::min(batch, missing_.size() - i * batch)),
                           i * batch, stop);
    });
    verification.computed = static_cast<std::size_t>(computed_.value());
    communicator_.barrier();
    if (verification.done) {
      communicator_.on_root([&] { verification.results = collect(); });
    }
    return verification;
  }

 private:
  /// Leaves the molecules without a result, the same on all ranks, in this job's order: first those that processes were
  /// at when they died, the others at random, so that jobs that share the folder meet late.
  void find_missing() {
    constexpr char kKnown = '0', kMissing = '1', kSuspect = '2';
    std::string states(molecules_.size(), kKnown);
    std::int64_t seed = 0;
    communicator_.on_root([&] {
      file::make_writable_folder(at_work_folder_);
      known_.look();
      const auto taken = AtWork::take_all(at_work_folder_);
      const std::set<std::string> suspects(taken.begin(), taken.end());
      for (std::size_t i = 0; i < molecules_.size(); ++i) {
        if (known_.find(molecules_[i]) == nullptr) {
          states[i] = suspects.contains(molecules_[i]) ? kSuspect : kMissing;
        }
      }
      seed = std::random_device()();
    });
    states = communicator_.broadcast(states);
    std::set<std::string> distinct;
    for (std::size_t i = 0; i < molecules_.size(); ++i) {
      if (states[i] != kKnown && distinct.insert(molecules_[i]).second) {
        missing_.push_back(i);
        if (states[i] == kSuspect) {
          suspects_.insert(molecules_[i]);
        }
      }
    }
    log::info("{} of {} candidates to verify with GFN2-xTB", missing_.size(), molecules_.size());
    RandomStream random(static_cast<std::uint64_t>(communicator_.broadcast(seed)), Purpose::shuffle);
    random.shuffle(std::span(missing_));
    std::ranges::stable_partition(missing_, [&](std::size_t i) { return suspects_.contains(molecules_[i]); });
  }

  /// What stands at these places of `molecules_`, of which `before` have been taken already; what is done when `stop`
  /// says so is kept.
  bool compute_batch(std::span<const std::size_t> places, std::size_t before, const std::function<bool()>& stop) {
    known_.look();  // for what other jobs have computed
    VerifyBatch batch;
    bool all = true;
    for (std::size_t i = 0; i < places.size() && all; ++i) {
      const std::string& smiles = molecules_[places[i]];
      if (known_.find(smiles) != nullptr) {
        continue;
      }
      all = !stop();
      if (all) {
        compute(smiles, batch);
        computed_.next();
      }
    }
    if (!batch.smiles.empty()) {
      write(batch);
    }
    if (all) {
      report(before + places.size());
    }
    return all;
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

  void report(std::size_t taken) {
    if (!communicator_.is_root()) {
      return;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    log::progress_line(
        fmt::format("GFN2-xTB: {} of {} candidates, {:.1f} per s, {}", taken, missing_.size(),
                    static_cast<double>(computed_.value()) / seconds,
                    text::time_left(seconds, static_cast<double>(taken), static_cast<double>(missing_.size()))),
        taken == missing_.size());
  }

  std::vector<XtbResult> collect() {
    known_.look();
    std::vector<XtbResult> results;
    std::string structures;
    for (const std::string& smiles : molecules_) {
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

  const Communicator& communicator_;
  const std::vector<std::string>& molecules_;
  const VerifyTask& task_;
  std::string settings_;
  KnownResults known_;
  fs::path at_work_folder_;
  std::optional<AtWork> at_work_;
  std::vector<std::size_t> missing_;  ///< Places in `molecules_`.
  std::set<std::string> suspects_;    ///< Those that may end the process; computed in one of their own.
  parallel::Farm farm_;
  parallel::SharedCounter computed_;  ///< Molecules.
  Clock::time_point start_;
};

/// Those of rank 0, everywhere. A SMILES holds no line break.
std::vector<std::string> share(const Communicator& communicator, const std::vector<std::string>& molecules) {
  std::string lines;
  for (const std::string& smiles : molecules) {
    lines += smiles + '\n';
  }
  std::vector<std::string> shared = text::split(communicator.broadcast(lines), '\n');
  shared.pop_back();  // what follows the last line break
  return shared;
}

}  // namespace

Verification verify(const Communicator& communicator, std::vector<std::string> molecules, const VerifyTask& task,
                    parallel::StopHandler& stop) {
  molecules = share(communicator, molecules);
  return VerifyFarm(communicator, molecules, task, stop).run();
}

}  // namespace epitaxy::sampling
