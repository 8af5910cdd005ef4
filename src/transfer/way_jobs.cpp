#include "transfer/way_jobs.h"

#include <algorithm>
#include <numeric>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "models/model_file.h"
#include "transfer/start_model.h"

namespace epitaxy::transfer {

using parallel::Communicator;

std::string signature_of(const DifferenceSettings& settings, const DifferenceData& data) {
  Hasher hasher;
  hasher.add(settings.signature);
  hasher.add(data.measured);
  for (const auto& name : data.cheap) {
    hasher.add(name);
  }
  for (const auto& name : settings.given) {
    hasher.add("given: " + name);
  }
  if (!settings.weights.empty()) {
    hasher.add("weights: " + settings.weights);
  }
  hasher.add(data.rows.set.index().fingerprint);
  hasher.add(settings.has_test() ? data.test.set.index().fingerprint : "");
  const auto add_model = [&](const models::ModelFile& model) {
    const auto& weights = model.members.front();
    models::hash_model(hasher, model.description.to_json(), weights.size(), {weights.data()});
  };
  if (const auto& encoder = data.features.encoder()) {
    add_model(*encoder);
  }
  for (const learners::StartModel* start : start_models(settings)) {
    add_model(*start->model);
  }
  return hasher.hex();
}

void describe(const DifferenceSettings& settings, const DifferenceData& data, std::size_t jobs) {
  std::vector<std::string> needed;
  for (const RowInput& input : data.inputs) {
    needed.push_back(input.name);
  }
  std::vector<std::string> values = needed;
  values.insert(values.begin(), data.measured);
  log::info("data: {} rows with {}, {} test rows; {} features", data.rows.count(), text::join(values, " and "),
            data.test.count(), data.kinds().size());
  if (const std::string overlap = start_overlap(settings, data); !overlap.empty()) {
    log::line(overlap.substr(0, overlap.size() - 1));
  }
  using data::LeftOut;
  const std::size_t unlabelled = data.left_out(LeftOut::unlabelled);
  const std::size_t incomplete = data.left_out(LeftOut::incomplete);
  const std::size_t unreadable = data.left_out(LeftOut::unreadable);
  if (unlabelled + incomplete + unreadable > 0) {
    log::info("left out: {} rows without {}, {} without {}, {} without features", unlabelled, data.measured, incomplete,
              data.has_given() ? text::join(needed, " or ") : "the cheap value", unreadable);
  }
  if (const std::size_t in_test = data.left_out(LeftOut::in_test); in_test > 0) {
    log::info("left out: {} rows that are in the test, too", in_test);
  }
  if (!data.cheap.empty()) {
    log::info("all rows: {} = {:.4g} x {} + {:.4g} {}", data.measured, data.line.slopes.front(), data.cheap.front(),
              data.line.offset, data.unit);
  }
  const std::string parts = settings.has_test()
                                ? fmt::format("{} numbers of labels", std::max<std::size_t>(1, settings.labels.size()))
                                : fmt::format("{} folds", settings.folds);
  const auto counted = [](std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  log::info("{}: {}, {}, {}, {}", counted(jobs, "job"), counted(settings.ways.size(), "way"),
            counted(settings.learners.size(), "learner"), parts, counted(settings.seeds.size(), "seed"));
}

Member read_learned(const data::Hdf5File& file) { return read_member(file, "/member"); }

std::vector<std::size_t> all_rows(const DifferenceData& data) {
  std::vector<std::size_t> rows(data.rows.count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

namespace {

/// For the log.
std::string told_loss(const DifferenceSettings& settings, const DifferenceData& data, const DifferenceJob& job,
                      const std::vector<double>& inner_errors) {
  return settings.classes ? fmt::format("{}: inner mean squared error {:.4f}", job.label.name,
                                        mean_loss(inner_errors, Loss::squared))
                          : fmt::format("{}: inner MAE {:.4f} {}", job.label.name,
                                        mean_loss(inner_errors, Loss::absolute), data.unit);
}

/// Nothing when stopped.
std::optional<std::string> learn_all(const DifferenceSettings& settings, const DifferenceData& data,
                                     const DifferenceJob& job, const JobFolder& files,
                                     const learners::StopQuestion& stop) {
  auto learned = learn_way(data, settings, job, all_rows(data), stop);
  if (!learned) {
    return std::nullopt;
  }
  const Member member{settings.ways[job.way], 1, std::move(*learned)};
  files.write(job.label, [&](data::Hdf5File& file) { write_member(file, "/member", member); });
  return told_loss(settings, data, job, member.learned.errors);
}

}  // namespace

bool do_way_jobs(const Communicator& communicator, const DifferenceSettings& settings, const DifferenceData& data,
                 const std::vector<DifferenceJob>& jobs, const JobFolder& files, parallel::StopHandler& stop) {
  const auto run = [&](std::size_t i, const learners::StopQuestion& stop_requested) -> std::optional<std::string> {
    if (jobs[i].fold == kNoFold) {
      return learn_all(settings, data, jobs[i], files, stop_requested);
    }
    const auto result = run_job(data, settings, jobs[i], stop_requested);
    if (!result) {
      return std::nullopt;
    }
    files.write(jobs[i].label, [&](data::Hdf5File& file) { write_result(file, *result); });
    return told_loss(settings, data, jobs[i], result->inner_errors);
  };
  JobList list;
  list.count = jobs.size();
  list.label = [&](std::size_t i) -> const JobLabel& { return jobs[i].label; };
  list.is_whole = [&](std::size_t i, const data::Hdf5File& file) {
    if (jobs[i].fold == kNoFold) {
      read_learned(file);
    } else {
      read_difference_result(file);
    }
    return true;
  };
  list.cost = [&](std::size_t i) {
    const std::size_t rows = jobs[i].labels == 0 ? data.rows.count() : jobs[i].labels;
    const auto share = static_cast<std::int64_t>(jobs[i].share);
    return settings.ways[jobs[i].way].learns ? std::max<std::int64_t>(1, static_cast<std::int64_t>(rows) * share / 100)
                                             : 1;
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

}  // namespace epitaxy::transfer
