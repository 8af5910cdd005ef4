#include "transfer/difference.h"

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "transfer/average.h"
#include "transfer/difference_report.h"
#include "transfer/table_model.h"
#include "transfer/way_jobs.h"

namespace epitaxy::transfer {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

/// The learner, or the members of an average.
std::vector<std::size_t> learners_of(const DifferenceSettings& settings, const Way& way, std::size_t learner) {
  const bool is_average = way.learns && !settings.learners[learner].members.empty();
  return is_average ? settings.learners[learner].members : std::vector<std::size_t>{learner};
}

void weigh_equally(TableProperty& property) {
  for (Member& member : property.members) {
    member.weight = 1.0 / static_cast<double>(property.members.size());
  }
  property.scale = choose_scale(property.errors(), property.spreads(), property.inner_fold(), property.coverage);
}

/// The best way, learned on all rows (with a test file: on those of the first seed). Nothing when stopped.
std::optional<TableModel> best_model(const DifferenceSettings& settings, DifferenceData&& data, const WayResult& best,
                                     const learners::StopQuestion& stop) {
  const DifferenceJob job{best.learner, best.way, kNoFold, best.labels, settings.seeds.front(), {}};
  const auto train = settings.has_test() ? split_rows(data, settings, job).train : all_rows(data);
  const Way& way = settings.ways[best.way];
  std::vector<TableProperty> properties{{data.measured, data.unit, settings.coverage, {}}};
  for (const std::size_t learner : learners_of(settings, way, best.learner)) {
    DifferenceJob of_learner = job;
    of_learner.learner = learner;
    auto learned = learn_way(data, settings, of_learner, train, stop);
    if (!learned) {
      return std::nullopt;
    }
    properties.front().members.push_back({way, 1, std::move(*learned)});
  }
  weigh_equally(properties.front());
  auto inputs = learned_inputs(data, train);
  return TableModel{std::move(data.features), std::move(properties), std::move(inputs),
                    data.rows.set.index().preparation, models::provenance()};
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
  write_table_model(folder / "model.h5", *model);
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
  bool done = do_way_jobs(communicator, settings, data, jobs, files, stop);
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
