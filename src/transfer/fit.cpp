#include "transfer/fit.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "transfer/budget.h"
#include "transfer/class_report.h"
#include "transfer/fit_report.h"
#include "transfer/greedy.h"
#include "transfer/plan.h"
#include "transfer/row_curve.h"
#include "transfer/table_model.h"
#include "transfer/test_rows.h"
#include "transfer/way_jobs.h"

namespace epitaxy::transfer {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

const data::TargetImport& find_import(const FitSettings& settings, const std::string& target) {
  return *std::ranges::find(settings.table.targets, target, &data::TargetImport::name);
}

/// Of one target.
DifferenceSettings settings_of(const FitSettings& settings, const std::string& target, const fs::path& folder) {
  DifferenceSettings result = settings.learning;
  result.file = (folder / "import" / "dataset.h5").string();
  result.measured = target;
  result.classes = find_import(settings, target).values == data::Values::classes;
  result.kept_back = settings.test;
  if (!settings.test.file.empty()) {
    result.kept_back.file = (folder / "test" / "dataset.h5").string();
  }
  return result;
}

/// The test rows need not have what the folds go by.
data::ImportSettings test_table_of(const FitSettings& settings) {
  data::ImportSettings table = settings.table;
  table.source = settings.test.file;
  std::erase_if(table.targets, [&](const data::TargetImport& target) {
    const auto names = [&](const std::vector<std::string>& list) {
      return std::ranges::find(list, target.name) != list.end();
    };
    return !names(settings.targets) && !names(settings.learning.cheap) && !names(settings.learning.given);
  });
  return table;
}

/// What is predicted with, and what it does without.
struct FinalModel {
  TableProperty property;
  std::vector<std::string> left_out;  ///< Learners (with their way, where there are several).
};

/// Everything that was learned on all rows, added up as the errors of its inner folds say. What has no weight is left
/// out.
FinalModel make_model(const DifferenceSettings& settings, const DifferenceData& data,
                      const std::vector<DifferenceJob>& final_jobs, const JobFolder& files) {
  TableProperty property{data.measured, data.unit, settings.coverage, {}};
  std::vector<std::string> left_out;
  std::vector<const std::vector<double>*> errors;
  for (const DifferenceJob& job : final_jobs) {
    property.members.push_back(files.get(job.label, read_learned));
  }
  for (const Member& member : property.members) {
    errors.push_back(&member.learned.errors);
  }
  const auto rows = inner_rows(data, settings, final_jobs.front(), all_rows(data));
  const auto weights = greedy_weights(errors, settings.loss(), data.rows.weights_of(rows));
  for (std::size_t m = 0; m < weights.size(); ++m) {
    property.members[m].weight = weights[m];
    if (weights[m] == 0) {
      const Way& way = settings.ways[final_jobs[m].way];
      const std::string learner = way.learns ? settings.learners[final_jobs[m].learner].name + " " : "";
      left_out.push_back(settings.ways.size() > 1 ? learner + way.name : std::string(text::trim(learner)));
    }
  }
  std::erase_if(property.members, [](const Member& member) { return member.weight == 0; });
  if (settings.classes) {
    property.classes = data.classes;
    std::vector<double> labels;
    for (const std::size_t i : rows) {
      labels.push_back(data.rows.measured[i]);
    }
    property.calibration = ClassCalibration::fit(scores_of(labels, property.errors()), labels, settings.coverage);
  } else {
    property.scale = choose_scale(property.errors(), property.spreads(), property.inner_fold(), settings.coverage);
  }
  return {std::move(property), std::move(left_out)};
}

/// All that is done for one target.
struct FitJobs {
  std::vector<DifferenceJob> folds;  ///< That give the figures.
  std::vector<DifferenceJob> curve;  ///< From fewer rows.
  std::vector<DifferenceJob> models;

  std::vector<DifferenceJob> all() const {
    std::vector<DifferenceJob> jobs = folds;
    jobs.insert(jobs.end(), models.begin(), models.end());
    jobs.insert(jobs.end(), curve.begin(), curve.end());
    return jobs;
  }
};

FitJobs list_fit_jobs(const DifferenceSettings& settings, const DifferenceData& data, bool curve) {
  return {list_jobs(settings), curve ? list_curve_jobs(settings, data) : std::vector<DifferenceJob>(),
          list_final_jobs(settings)};
}

std::vector<DifferenceResult> results_of(const std::vector<DifferenceJob>& jobs, const JobFolder& files) {
  std::vector<DifferenceResult> results;
  for (const DifferenceJob& job : jobs) {
    results.push_back(files.get(job.label, read_difference_result));
  }
  return results;
}

/// What each target adds to the files of the stage.
struct FitFiles {
  std::optional<TableModel> model;
  std::optional<train::CsvWriter> predictions;
  std::optional<train::CsvWriter> test_predictions;
  nlohmann::ordered_json summary;
  nlohmann::ordered_json plan = {{"unit", "one training on 1000 rows"}};

  /// Told before the first job: of the targets whose rows are known.
  void add_plan(const DifferenceSettings& settings, const DifferenceData& data, const std::vector<DifferenceJob>& jobs,
                const std::vector<std::string>& untried, const fs::path& folder) {
    nlohmann::ordered_json of_target = plan_of(settings, data, jobs);
    if (!untried.empty()) {
      log::info("not tried, as the budget does not reach: {}", text::join(untried, ", "));
      of_target["not_tried"] = untried;
    }
    log::info("plan.json: {} trainings, {:.0f} units (one training on 1000 rows)",
              of_target["trainings"].get<std::size_t>(), of_target["units"].get<double>());
    plan["targets"][data.measured] = std::move(of_target);
    file::write_atomically(folder / "plan.json", plan.dump(2) + "\n");
  }

  /// With fewer rows.
  void add_curve(const DifferenceSettings& settings, const DifferenceData& data, const FitJobs& jobs,
                 std::vector<DifferenceResult> results, const JobFolder& files) {
    std::vector<DifferenceJob> all = jobs.folds;
    all.insert(all.end(), jobs.curve.begin(), jobs.curve.end());
    auto of_curve = results_of(jobs.curve, files);
    std::ranges::move(of_curve, std::back_inserter(results));
    if (const auto curve = make_row_curve(data, settings, all, results)) {
      log::line(curve_text(*curve, data));
      summary["targets"][data.measured]["learning_curve"] = to_json(*curve, data);
    }
  }

  void add_test(const FitSettings& settings, const DifferenceData& data, const FitResult& fit,
                const TableProperty& property) {
    const TestResult test = measure_test(data, property);
    log::line(test_table(test, data, settings.test.file.empty() ? "rows of the table" : settings.test.file));
    summary["targets"][data.measured]["test"] = to_json(test, data);
    if (!test_predictions) {
      test_predictions = predictions_table(data);
    }
    std::vector<std::int64_t> rows(data.test.count());
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    const std::uint64_t seed = fit.settings.seeds.front();
    if (property.calibration) {
      add_predictions(*test_predictions, test.of_classes, data, data.test, rows, "", seed);
    } else {
      add_predictions(*test_predictions, fit, data.test, rows, test.prediction, "", seed);
    }
  }

  void add(const FitSettings& stage, const DifferenceSettings& settings, DifferenceData&& data, const FitJobs& jobs,
           const JobFolder& files) {
    std::vector<DifferenceResult> results = results_of(jobs.folds, files);
    const FitResult fit = make_fit_result(data, settings, jobs.folds, results);
    if (!predictions) {
      predictions = predictions_table(data);
    }
    if (settings.classes) {
      const ClassResult result = make_class_result(fit, data);
      log::line(class_table(result, fit, data));
      summary["targets"][data.measured] = to_json(result, fit, data);
      add_predictions(*predictions, result, fit, data);
    } else {
      log::line(fit_table(fit, data));
      summary["targets"][data.measured] = to_json(fit, data);
      add_predictions(*predictions, fit, data);
    }
    if (!jobs.curve.empty()) {
      add_curve(settings, data, jobs, std::move(results), files);
    }
    auto [property, left_out] = make_model(settings, data, jobs.models, files);
    if (!left_out.empty()) {
      log::line("not in the model, as they do not lower its error: " + text::join(left_out, ", "));
      summary["targets"][data.measured]["not_in_model"] = left_out;
    }
    if (!data.test.set.empty()) {
      add_test(stage, data, fit, property);
    }
    for (const Member& member : property.members) {
      summary["targets"][data.measured]["model"].push_back(
          {{"way", member.way.name}, {"learner", member.learned.learner}, {"weight", member.weight}});
    }
    const auto inputs = learned_inputs(data, all_rows(data));
    if (!model) {
      model.emplace(
          TableModel{std::move(data.features), {}, inputs, data.rows.set.index().preparation, models::provenance()});
    }
    for (std::size_t c = 0; c < inputs.size(); ++c) {
      model->inputs[c].narrow(inputs[c]);  // what is known to all targets
    }
    // Targets may be missing in some rows: those of the target that has most.
    if (stage.structures && (!model->known || data.rows.count() > model->known->texts.size())) {
      model->known = KnownRows::of(data.rows.set);
    }
    model->properties.push_back(std::move(property));
  }

  void warn_of_nothing() const {
    for (const auto& [target, figures] : summary.at("targets").items()) {
      if (!figures.at("learned").get<bool>()) {
        log::warning("nothing was learned of {}: model.h5 predicts it no better than {} would. Do not use it", target,
                     figures.contains("classes") ? "the shares of its classes" : "the mean of the rows");
      }
    }
  }

  void write(const fs::path& folder) const {
    predictions->write(folder / "predictions.csv");
    if (test_predictions) {
      test_predictions->write(folder / "test_predictions.csv");
    }
    write_table_model(folder / "model.h5", *model);
    file::write_atomically(folder / "summary.json", summary.dump(2) + "\n");
  }
};

}  // namespace

void check_fit(const Communicator& communicator, const FitSettings& settings) {
  data::check_import(communicator, settings.table);
  if (!settings.test.file.empty()) {
    data::check_import(communicator, test_table_of(settings));
  }
  const std::size_t jobs = list_jobs(settings.learning).size() + list_final_jobs(settings.learning).size();
  log::info("{} jobs for each of {}{}", jobs, text::join(settings.targets, ", "),
            settings.curve ? ", and those of the learning curve" : "");
}

bool run_fit(const Communicator& communicator, const FitSettings& settings, const fs::path& folder,
             parallel::StopHandler& stop) {
  communicator.on_root([&] { file::make_writable_folder(folder / "import"); });
  data::run_import(communicator, settings.table, folder / "import", stop);
  if (!settings.test.file.empty()) {
    communicator.on_root([&] { file::make_writable_folder(folder / "test"); });
    data::run_import(communicator, test_table_of(settings), folder / "test", stop);
  }
  FitFiles all;
  all.summary["stage"] = "fit";
  for (std::size_t t = 0; t < settings.targets.size(); ++t) {
    DifferenceSettings of_target = settings_of(settings, settings.targets[t], folder);
    DifferenceData data = load_difference_data(communicator, of_target);
    const auto untried = keep_within_budget(of_target, settings.budget, [&](const DifferenceSettings& some) {
      return units_of(some, list_fit_jobs(some, data, settings.curve).all(), data.rows.count());
    });
    const FitJobs jobs = list_fit_jobs(of_target, data, settings.curve);
    const auto every = jobs.all();
    describe(of_target, data, every.size());
    communicator.on_root([&] { all.add_plan(of_target, data, every, untried, folder); });
    const JobFolder files(communicator, folder / "jobs" / fmt::format("{:02}", t), signature_of(of_target, data));
    if (!do_way_jobs(communicator, of_target, data, every, files, stop)) {
      log::info("stopped by {}: run again to go on; finished jobs are kept", stop.reason());
      return false;
    }
    communicator.on_root([&] { all.add(settings, of_target, std::move(data), jobs, files); });
  }
  communicator.on_root([&] {
    all.write(folder);
    all.warn_of_nothing();
  });
  return true;
}

}  // namespace epitaxy::transfer
