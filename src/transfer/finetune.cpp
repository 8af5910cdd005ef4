#include "epitaxy/transfer/finetune.h"

#include <chrono>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/hash.h"
#include "epitaxy/base/log.h"
#include "epitaxy/base/text.h"
#include "epitaxy/parallel/shared_counter.h"
#include "epitaxy/transfer/comparison.h"
#include "epitaxy/transfer/job.h"

namespace epitaxy::transfer {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

using Clock = std::chrono::steady_clock;

/// What job files are marked with: results of other settings, data or pretrained weights are done again.
std::string signature_of(const FinetuneSettings& settings, const TransferData& data) {
  Hasher hasher;
  hasher.add(settings.signature);
  hasher.add(data.target);
  hasher.add(data.index.fingerprint);
  hasher.add(data.test_index.fingerprint);
  models::hash_model(hasher, data.pretrained.description, {data.pretrained.members.front().data()});
  return hasher.hex();
}

void describe(const FinetuneSettings& settings, const TransferData& data, std::size_t jobs) {
  log::info("data: {} rows of {} in {} folds, {} test rows; start: {}", data.labels.size(), data.target, settings.folds,
            data.test_labels.size(), settings.pretrained);
  log::info("{} jobs: {} variants x {} folds x {} seeds (a variant that does not train has one seed), {}", jobs,
            settings.variants.size(), settings.folds, settings.seeds.size(),
            train::describe(settings.variants.front().training.arithmetic));
}

/// The jobs of one stage, drawn by the ranks from a shared counter.
class Farm {
 public:
  Farm(const Communicator& communicator, const FinetuneSettings& settings, const TransferData& data,
       const std::vector<Job>& jobs, const fs::path& folder, parallel::StopHandler& stop)
      : communicator_(communicator),
        settings_(settings),
        data_(data),
        jobs_(jobs),
        folder_(folder),
        signature_(signature_of(settings, data)),
        stop_(stop),
        counter_(communicator),
        stopped_(communicator) {}

  /// Returns false when some jobs were left undone. Collective.
  bool run() {
    communicator_.agree([&] {
      try {
        work();
      } catch (...) {
        stopped_.next();  // the other ranks need not go on
        throw;
      }
    });
    return stopped_.value() == 0;
  }

  fs::path path(const Job& job) const { return folder_ / "jobs" / (job.name + ".h5"); }
  const std::string& signature() const { return signature_; }

 private:
  void work() {
    const auto start = Clock::now();
    for (auto i = counter_.next(); i < static_cast<std::int64_t>(jobs_.size()); i = counter_.next()) {
      const Job& job = jobs_[static_cast<std::size_t>(i)];
      if (read_job(path(job), signature_, false)) {
        continue;
      }
      const auto result = run_job(data_, settings_, job, [&] { return stop_requested(); });
      if (!result) {
        return;
      }
      write_job(path(job), *result, signature_);
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      const auto done = static_cast<double>(i + 1);
      log::info("{}: validation MAE {:.4f} {}, best epoch {}; about {} left", job.name, result->validation_mae,
                data_.unit, result->best_epoch,
                text::duration(seconds / done * (static_cast<double>(jobs_.size()) - done)));
    }
  }

  bool stop_requested() {
    if (stop_.requested() && !announced_) {
      announced_ = true;
      stopped_.next();
    }
    if (!announced_ && Clock::now() > next_look_) {
      next_look_ = Clock::now() + std::chrono::milliseconds(200);
      announced_ = stopped_.value() > 0;
    }
    return announced_;
  }

  Communicator communicator_;
  const FinetuneSettings& settings_;
  const TransferData& data_;
  const std::vector<Job>& jobs_;
  fs::path folder_;
  std::string signature_;
  parallel::StopHandler& stop_;
  parallel::SharedCounter counter_;
  parallel::SharedCounter stopped_;  ///< Above zero once any rank wants to stop.
  bool announced_ = false;
  Clock::time_point next_look_ = Clock::now();
};

/// Compares the variants, writes the results and the best variant's ensemble.
void finish(const FinetuneSettings& settings, const TransferData& data, const std::vector<Job>& jobs, const Farm& farm,
            const fs::path& folder) {
  std::vector<JobResult> results;
  for (const Job& job : jobs) {
    auto result = read_job(farm.path(job), farm.signature(), false);
    if (!result) {
      fail("the result of {} is gone: run again", farm.path(job).string());
    }
    results.push_back(std::move(*result));
  }
  const Comparison comparison = compare(data, settings, jobs, results);
  models::ModelFile ensemble;
  ensemble.provenance = models::provenance();
  for (const Job& job : jobs) {
    if (job.variant == comparison.best) {
      auto result = read_job(farm.path(job), farm.signature(), true);
      if (!result) {
        fail("the result of {} is gone: run again", farm.path(job).string());
      }
      if (ensemble.members.empty()) {
        ensemble.description = result->model.description;
      }
      ensemble.members.push_back(std::move(result->model.members.front()));
    }
  }
  models::write_model(folder / "model.h5", ensemble);
  write_comparison(comparison, data, settings, folder);
  log::line(comparison_table(comparison, data));
}

}  // namespace

void check_finetune(const Communicator& communicator, const FinetuneSettings& settings) {
  communicator.on_root([&] {
    const TransferData data = load_transfer_data(settings);
    const auto jobs = list_jobs(settings);
    describe(settings, data, jobs.size());
    for (const Variant& variant : settings.variants) {
      const auto start = describe_start(data.pretrained.description, variant, settings.head, data.target, data.unit,
                                        data.labels, data.pretrained.description.seen);
      rate_multipliers(models::make_model(start)->layout(), variant);
    }
  });
}

bool run_finetune(const Communicator& communicator, const FinetuneSettings& settings, const fs::path& folder,
                  parallel::StopHandler& stop) {
  TransferData data;
  communicator.agree([&] { data = load_transfer_data(settings); });
  const auto jobs = list_jobs(settings);
  describe(settings, data, jobs.size());
  communicator.on_root([&] {
    file::make_writable_folder(folder / "jobs");
    file::remove_temporaries(folder / "jobs");
  });
  Farm farm(communicator, settings, data, jobs, folder, stop);
  if (!farm.run()) {
    log::info("stopped by {}: run again to go on; finished jobs are kept", stop.reason());
    return false;
  }
  communicator.on_root([&] { finish(settings, data, jobs, farm, folder); });
  return true;
}

}  // namespace epitaxy::transfer
