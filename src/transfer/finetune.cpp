#include "transfer/finetune.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"
#include "transfer/comparison.h"
#include "transfer/ensemble.h"
#include "transfer/job.h"
#include "transfer/job_folder.h"
#include "transfer/learning_curve.h"

namespace epitaxy::transfer {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

/// What job files are marked with: results of other settings, data or pretrained weights are done again.
std::string signature_of(const FinetuneSettings& settings, const TransferData& data) {
  Hasher hasher;
  hasher.add(settings.signature);
  hasher.add(data.head.target);
  for (const data::Target& further : data.further) {
    hasher.add(further.name);
  }
  hasher.add(data.rows.index().fingerprint);
  hasher.add(data.test.index().fingerprint);
  const auto& weights = data.pretrained.members.front();
  models::hash_model(hasher, data.pretrained.description.to_json(), weights.size(), {weights.data()});
  return hasher.hex();
}

/// Errors on what was seen before look better than those on anything new.
void tell_overlap(const FinetuneSettings& settings, const TransferData& data) {
  const std::string what = data.rows.index().substance->name();
  if (data.overlap.rows + data.overlap.test_rows > 0) {
    const std::string test =
        data.test.empty() ? "" : fmt::format(" and {} of {} test rows", data.overlap.test_rows, data.test.size());
    log::warning(
        "overlap: {} of {} rows{} have a {} that {} was trained on (with labels of its own). For figures on unseen "
        "ones "
        "pretrain with 'exclude: [{{dataset: {}}}]'",
        data.overlap.rows, data.rows.size(), test, what, settings.pretrained,
        settings.test_file.empty() ? settings.file : settings.test_file);
  }
}

void describe(const FinetuneSettings& settings, const TransferData& data, std::size_t jobs) {
  if (settings.is_curve()) {
    log::info("data: {} rows, {} with a label of {}, {} test rows; start: {}", data.rows.size(), data.labelled,
              data.head.target, data.test_labels.size(), settings.pretrained);
  } else {
    log::info("data: {} rows of {} in {} folds, {} test rows; start: {}", data.labelled, data.head.target,
              settings.folds, data.test_labels.size(), settings.pretrained);
  }
  const std::size_t unreadable = data.rows.left_out(data::LeftOut::unreadable);
  const std::size_t unreadable_test = data.test.left_out(data::LeftOut::unreadable);
  if (unreadable + unreadable_test > 0) {
    log::info("left out: {} rows and {} test rows that the model cannot read", unreadable, unreadable_test);
  }
  if (const std::size_t in_test = data.rows.left_out(data::LeftOut::in_test); in_test > 0) {
    log::info("left out: {} rows that are in the test, too", in_test);
  }
  tell_overlap(settings, data);
  log::info("{} jobs: {} variants x {} {} x {} seeds (a variant that does not train has one seed), {}", jobs,
            settings.variants.size(), settings.is_curve() ? settings.shares.size() : settings.folds,
            settings.is_curve() ? "shares" : "folds", settings.seeds.size(),
            train::describe(settings.variants.front().training.arithmetic));
}

/// Costs of jobs: of training on all labels, and of none.
constexpr double kCostOfTraining = 1e6;
constexpr std::int64_t kCostWithoutTraining = 10000;

/// All jobs, shared by the ranks; false when some were left undone. Collective.
bool do_all(const Communicator& communicator, const FinetuneSettings& settings, const TransferData& data,
            const std::vector<Job>& jobs, const JobFolder& files, parallel::StopHandler& stop) {
  const auto run = [&](std::size_t i, const std::function<bool()>& stop_requested) -> std::optional<std::string> {
    const auto result = run_job(data, settings, jobs[i], stop_requested);
    if (!result) {
      return std::nullopt;
    }
    files.write(jobs[i].label, [&](data::Hdf5File& file) { write_result(file, *result); });
    const models::FigureName& error = data.head.task->figures().front();
    const std::string validation = !result->validation_error
                                       ? "no validation rows"
                                       : fmt::format("validation {} {:.4f}{}", error.label, *result->validation_error,
                                                     error.has_unit ? " " + data.head.unit : "");
    return fmt::format("{}: {}, best epoch {}", jobs[i].label.name, validation, result->best_epoch);
  };
  JobList list;
  list.count = jobs.size();
  list.label = [&](std::size_t i) -> const JobLabel& { return jobs[i].label; };
  list.is_whole = [&](std::size_t i, const data::Hdf5File& file) {
    const JobResult result = read_result(file);
    return (!keeps_weights(settings, jobs[i]) || file.exists("/model")) &&
           (result.validation_error || !needs_error(settings, jobs[i]));
  };
  list.cost = [&](std::size_t i) {
    const double share = settings.is_curve() ? settings.shares[jobs[i].share] : 1;
    return settings.variants[jobs[i].variant].trains ? std::llround(std::ceil(kCostOfTraining * share))
                                                     : kCostWithoutTraining;
  };
  for (const Variant& variant : settings.variants) {
    list.kinds.push_back(variant.name);
  }
  list.kind = [&](std::size_t i) { return jobs[i].variant; };
  list.run = run;
  return do_jobs(communicator, stop, files, list);
}

/// The models of a variant, of a learning curve those of the largest share. `intervals` may be absent.
void write_ensemble(const FinetuneSettings& settings, const std::vector<Job>& jobs, const JobFolder& files,
                    std::size_t variant, const TransferData& data, const std::optional<VariantIntervals>& intervals,
                    const fs::path& path) {
  models::ModelFile ensemble;
  std::vector<std::uint64_t> seen = data.pretrained.trained_on.hashes();
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    seen.push_back(data::group_hash(data.rows.group(i)));
  }
  ensemble.trained_on = data::KnownGroups(std::move(seen));
  ensemble.provenance = models::provenance();
  for (const Job& job : jobs) {
    if (job.variant == variant && keeps_weights(settings, job)) {
      add_member(ensemble,
                 files.get(job.label, [](const data::Hdf5File& file) { return models::read_model_group(file); }));
    }
  }
  models::write_model(path, ensemble, [&](data::Hdf5File& file) {
    if (intervals) {
      intervals->model.write(file, ensemble.description.heads.front().name);
    }
  });
}

/// Compares the variants, writes the results and the best variant's ensemble.
void finish(const FinetuneSettings& settings, const TransferData& data, const std::vector<Job>& jobs,
            const JobFolder& files, const fs::path& folder) {
  std::vector<JobResult> results;
  for (const Job& job : jobs) {
    results.push_back(files.get(job.label, read_result));
  }
  if (settings.is_curve()) {
    const LearningCurve curve = make_curve(data, settings, jobs, results);
    write_ensemble(settings, jobs, files, curve.best, data, std::nullopt, folder / "model.h5");
    write_curve(curve, data, settings, folder);
    log::line(curve_table(curve, data, settings));
    return;
  }
  const Comparison comparison = compare(data, settings, jobs, results);
  const auto& intervals = comparison.variants[comparison.best].intervals;
  write_ensemble(settings, jobs, files, comparison.best, data, intervals, folder / "model.h5");
  write_comparison(comparison, data, settings, folder);
  log::line(comparison_table(comparison, data, settings));
}

/// Builds the model of each variant, so that what does not fit together is known before the first job.
void check_variants(const FinetuneSettings& settings, const TransferData& data) {
  check_comparable(data, settings);
  for (const Variant& variant : settings.variants) {
    std::vector<data::Target> targets{data.rows.labels(data.head.target)};
    for (const data::Target& further : data.further) {
      if (std::ranges::count(variant.also, further.name) > 0) {
        targets.push_back(further);
      }
    }
    const auto start = describe_start(data.pretrained.description, variant, settings.head, targets,
                                      data.pretrained.description.seen, data.row_sums);
    rate_multipliers(*models::make_model(start), variant);
  }
}

}  // namespace

void check_finetune(const Communicator& communicator, const FinetuneSettings& settings) {
  communicator.on_root([&] {
    const TransferData data = load_transfer_data(settings);
    const auto jobs = list_jobs(settings);
    describe(settings, data, jobs.size());
    check_variants(settings, data);
  });
}

bool run_finetune(const Communicator& communicator, const FinetuneSettings& settings, const fs::path& folder,
                  parallel::StopHandler& stop) {
  TransferData data;
  communicator.agree([&] {
    data = load_transfer_data(settings);
    check_variants(settings, data);
  });
  const auto jobs = list_jobs(settings);
  describe(settings, data, jobs.size());
  const JobFolder files(communicator, folder / "jobs", signature_of(settings, data));
  if (!do_all(communicator, settings, data, jobs, files, stop)) {
    log::info("stopped by {}: run again to go on; finished jobs are kept", stop.reason());
    return false;
  }
  communicator.on_root([&] { finish(settings, data, jobs, files, folder); });
  return true;
}

}  // namespace epitaxy::transfer
