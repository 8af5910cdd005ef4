#include "transfer/difference.h"

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "transfer/average.h"
#include "transfer/difference_model.h"
#include "transfer/difference_report.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

/// What job files are marked with: results of other settings, data or models are done again.
std::string signature_of(const DifferenceSettings& settings, const DifferenceData& data) {
  Hasher hasher;
  hasher.add(settings.signature);
  hasher.add(data.measured);
  for (const auto& name : data.cheap) {
    hasher.add(name);
  }
  hasher.add(data.rows.set.index().fingerprint);
  hasher.add(data.test.set.index().fingerprint);
  if (const auto& encoder = data.features.encoder()) {
    const auto& weights = encoder->members.front();
    models::hash_model(hasher, encoder->description.to_json(), weights.size(), {weights.data()});
  }
  return hasher.hex();
}

void describe(const DifferenceSettings& settings, const DifferenceData& data, std::size_t jobs) {
  log::info("data: {} rows with {} and {}, {} test rows; {} features", data.rows.count(), data.measured,
            text::join(data.cheap, ", "), data.test.count(), data.features.columns());
  using data::LeftOut;
  const std::size_t unlabelled = data.left_out(LeftOut::unlabelled);
  const std::size_t incomplete = data.left_out(LeftOut::incomplete);
  const std::size_t unreadable = data.left_out(LeftOut::unreadable);
  if (unlabelled + incomplete + unreadable > 0) {
    log::info("left out: {} rows without the measured value, {} without the cheap one, {} without features", unlabelled,
              incomplete, unreadable);
  }
  if (const std::size_t in_test = data.left_out(LeftOut::in_test); in_test > 0) {
    log::info("left out: {} rows that are in the test, too", in_test);
  }
  log::info("all rows: {} = {:.4g} x {} + {:.4g} {}", data.measured, data.line.slopes.front(), data.cheap.front(),
            data.line.offset, data.unit);
  const std::string parts = settings.has_test()
                                ? fmt::format("{} numbers of labels", std::max<std::size_t>(1, settings.labels.size()))
                                : fmt::format("{} folds", settings.folds);
  log::info("{} jobs: {} ways, {} learners, {}, {} seeds", jobs, settings.ways.size(), settings.learners.size(), parts,
            settings.seeds.size());
}

/// All jobs, shared by the ranks; false when some were left undone. Collective.
bool do_all(const Communicator& communicator, const DifferenceSettings& settings, const DifferenceData& data,
            const std::vector<DifferenceJob>& jobs, const JobFolder& files, parallel::StopHandler& stop) {
  const auto run = [&](std::size_t i, const learners::StopQuestion& stop_requested) -> std::optional<std::string> {
    const auto result = run_job(data, settings, jobs[i], stop_requested);
    if (!result) {
      return std::nullopt;
    }
    files.write(jobs[i].label, [&](data::Hdf5File& file) { write_result(file, *result); });
    return fmt::format("{}: inner MAE {:.4f} {}", jobs[i].label.name, inner_mae(*result), data.unit);
  };
  JobList list;
  list.count = jobs.size();
  list.label = [&](std::size_t i) -> const JobLabel& { return jobs[i].label; };
  list.is_whole = [](std::size_t, const data::Hdf5File& file) {
    read_difference_result(file);
    return true;
  };
  list.cost = [&](std::size_t i) {
    const std::size_t rows = jobs[i].labels == 0 ? data.rows.count() : jobs[i].labels;
    return settings.ways[jobs[i].way].learns ? static_cast<std::int64_t>(rows) : 1;
  };
  // A learner takes much the same time on every way; the ways without one are of the last kind.
  for (const auto& learner : settings.learners) {
    list.kinds.push_back(learner.name);
  }
  list.kinds.emplace_back("without learning");
  list.kind = [&](std::size_t i) {
    return settings.ways[jobs[i].way].learns ? jobs[i].learner : settings.learners.size();
  };
  list.run = run;
  return do_jobs(communicator, stop, files, list);
}

/// The best way, learned on all rows (with a test file: on those of the first seed). Nothing when stopped.
std::optional<DifferenceModel> best_model(const DifferenceSettings& settings, DifferenceData&& data,
                                          const WayResult& best, const learners::StopQuestion& stop) {
  const DifferenceJob job{best.learner, best.way, -1, best.labels, settings.seeds.front(), {}};
  std::vector<std::size_t> train;
  for (std::size_t i = 0; i < data.rows.count() && !settings.has_test(); ++i) {
    train.push_back(i);
  }
  if (settings.has_test()) {
    train = split_rows(data, settings, job).train;
  }
  auto learned = learn_way(data, settings, job, train, stop);
  if (!learned) {
    return std::nullopt;
  }
  const Way& way = settings.ways[best.way];
  std::vector<double> low;
  std::vector<double> high;
  for (std::size_t c = 0; c < data.cheap.size(); ++c) {
    std::vector<double> values;
    for (const std::size_t i : train) {
      values.push_back(data.rows.cheap_of(i)[c]);
    }
    low.push_back(std::ranges::min(values));
    high.push_back(std::ranges::max(values));
  }
  return DifferenceModel{std::move(data.features),
                         way,
                         learned->learner,
                         data.measured,
                         data.unit,
                         data.cheap,
                         data.cheap_units,
                         std::move(low),
                         std::move(high),
                         settings.coverage,
                         std::move(*learned),
                         data.rows.set.index().preparation,
                         models::provenance()};
}

/// False when stopped.
bool finish(const DifferenceSettings& settings, DifferenceData&& data, std::vector<DifferenceJob> jobs,
            const JobFolder& files, const fs::path& folder, const learners::StopQuestion& stop) {
  std::vector<DifferenceResult> results;
  for (const DifferenceJob& job : jobs) {
    results.push_back(files.get(job.label, read_difference_result));
  }
  add_averages(settings, jobs, results);
  const DifferenceReport report = make_report(data, settings, jobs, results);
  const std::string table = report_table(report, data, settings);
  write_report(report, data, settings, jobs, results, folder);
  const auto model = best_model(settings, std::move(data), report.results[report.best], stop);
  if (!model) {
    return false;
  }
  write_difference_model(folder / "model.h5", *model);
  log::line(table);
  return true;
}

}  // namespace

void check_difference(const Communicator& communicator, const DifferenceSettings& settings) {
  const DifferenceData data = load_difference_data(communicator, settings);
  describe(settings, data, list_jobs(settings).size());
}

bool run_difference(const Communicator& communicator, const DifferenceSettings& settings, const fs::path& folder,
                    parallel::StopHandler& stop) {
  DifferenceData data = load_difference_data(communicator, settings);
  const auto jobs = list_jobs(settings);
  describe(settings, data, jobs.size());
  const JobFolder files(communicator, folder / "jobs", signature_of(settings, data));
  bool done = do_all(communicator, settings, data, jobs, files, stop);
  if (done) {
    std::int64_t finished = 1;
    communicator.on_root([&] {
      finished = finish(settings, std::move(data), jobs, files, folder, [&] { return stop.requested(); }) ? 1 : 0;
    });
    done = communicator.broadcast(finished) != 0;
  }
  if (!done) {
    log::info("stopped by {}: run again to go on; finished jobs are kept", stop.reason());
  }
  return done;
}

}  // namespace epitaxy::transfer
