#include "transfer/fit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "transfer/class_report.h"
#include "transfer/fit_report.h"
#include "transfer/greedy.h"
#include "transfer/table_model.h"
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
  return result;
}

/// Everything that was learned on all rows, added up as the errors of its inner folds say. What has no weight is left
/// out.
TableProperty make_property(const DifferenceSettings& settings, const DifferenceData& data,
                            const std::vector<DifferenceJob>& final_jobs, const JobFolder& files) {
  TableProperty property{data.measured, data.unit, settings.coverage, {}};
  std::vector<const std::vector<double>*> errors;
  for (const DifferenceJob& job : final_jobs) {
    property.members.push_back(files.get(job.label, read_learned));
  }
  for (const Member& member : property.members) {
    errors.push_back(&member.learned.errors);
  }
  const auto weights = greedy_weights(errors, settings.loss(), data.rows.weights);
  for (std::size_t m = 0; m < weights.size(); ++m) {
    property.members[m].weight = weights[m];
  }
  std::erase_if(property.members, [](const Member& member) { return member.weight == 0; });
  if (settings.classes) {
    property.classes = data.classes;
    property.calibration =
        ClassCalibration::fit(scores_of(data.rows.measured, property.errors()), data.rows.measured, settings.coverage);
  } else {
    property.scale = choose_scale(property.errors(), property.spreads(), property.inner_fold(), settings.coverage);
  }
  return property;
}

/// What each target adds to the files of the stage.
struct FitFiles {
  std::optional<TableModel> model;
  std::optional<train::CsvWriter> predictions;
  nlohmann::ordered_json summary;

  /// `structures`: the model keeps the rows.
  void add(const DifferenceSettings& settings, bool structures, DifferenceData&& data,
           const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceJob>& final_jobs,
           const JobFolder& files) {
    std::vector<DifferenceResult> results;
    for (const DifferenceJob& job : jobs) {
      results.push_back(files.get(job.label, read_difference_result));
    }
    const FitResult fit = make_fit_result(data, settings, jobs, std::move(results));
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
    TableProperty property = make_property(settings, data, final_jobs, files);
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
    if (structures && (!model->known || data.rows.count() > model->known->texts.size())) {
      model->known = KnownRows::of(data.rows.set);
    }
    model->properties.push_back(std::move(property));
  }

  void write(const fs::path& folder) const {
    predictions->write(folder / "predictions.csv");
    write_table_model(folder / "model.h5", *model);
    file::write_atomically(folder / "summary.json", summary.dump(2) + "\n");
  }
};

}  // namespace

void check_fit(const Communicator& communicator, const FitSettings& settings) {
  data::check_import(communicator, settings.table);
  const std::size_t jobs = list_jobs(settings.learning).size() + list_final_jobs(settings.learning).size();
  log::info("{} jobs for each of {}", jobs, text::join(settings.targets, ", "));
}

bool run_fit(const Communicator& communicator, const FitSettings& settings, const fs::path& folder,
             parallel::StopHandler& stop) {
  communicator.on_root([&] { file::make_writable_folder(folder / "import"); });
  data::run_import(communicator, settings.table, folder / "import", stop);
  FitFiles all{{}, {}, {{"stage", "fit"}}};
  for (std::size_t t = 0; t < settings.targets.size(); ++t) {
    const DifferenceSettings of_target = settings_of(settings, settings.targets[t], folder);
    DifferenceData data = load_difference_data(communicator, of_target);
    const auto jobs = list_jobs(of_target);
    const auto final_jobs = list_final_jobs(of_target);
    std::vector<DifferenceJob> both = jobs;
    both.insert(both.end(), final_jobs.begin(), final_jobs.end());
    describe(of_target, data, both.size());
    const JobFolder files(communicator, folder / "jobs" / fmt::format("{:02}", t), signature_of(of_target, data));
    if (!do_way_jobs(communicator, of_target, data, both, files, stop)) {
      log::info("stopped by {}: run again to go on; finished jobs are kept", stop.reason());
      return false;
    }
    communicator.on_root([&] { all.add(of_target, settings.structures, std::move(data), jobs, final_jobs, files); });
  }
  communicator.on_root([&] { all.write(folder); });
  return true;
}

}  // namespace epitaxy::transfer
