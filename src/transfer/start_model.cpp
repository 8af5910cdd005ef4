#include "transfer/start_model.h"

#include <algorithm>

#include "base/error.h"
#include "models/kind.h"

namespace epitaxy::transfer {

using learners::StartModel;

std::vector<const StartModel*> start_models(const DifferenceSettings& settings) {
  std::vector<const StartModel*> models;
  for (const LearnerChoice& choice : settings.learners) {
    if (!choice.candidates.empty() && choice.candidates.front().start() != nullptr) {
      models.push_back(choice.candidates.front().start());
    }
  }
  return models;
}

void check_start_models(const DifferenceSettings& settings, const data::DatasetIndex& index) {
  for (const StartModel* start : start_models(settings)) {
    const models::ModelDescription& description = start->model->description;
    const chem::Substance& substance = description.kind->substance();
    if (&substance != index.substance) {
      fail_input("{} (a {}) reads {}, but the table holds {}: it cannot be the start of what is learned here",
                 start->file, description.kind->name(), substance.plural(), index.substance->plural());
    }
    data::check_same_rules(substance, start->file, description.preparation, settings.file, index.preparation);
  }
}

void add_start_problems(const DifferenceSettings& settings, const std::vector<std::string>& texts,
                        std::vector<std::string>& problems) {
  for (const StartModel* start : start_models(settings)) {
    const models::ModelDescription& description = start->model->description;
    const auto reader = description.kind->reader(description);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!problems[i].empty()) {
        continue;
      }
      try {
        models::RowBlock row;
        reader->read(description.kind->substance().write(reader->notation(), texts[i]), row);
      } catch (const std::runtime_error& error) {
        problems[i] = fmt::format("{} cannot read it: {}", start->file, error.what());
      }
    }
  }
}

std::string start_overlap(const DifferenceSettings& settings, const DifferenceData& data) {
  std::string text;
  for (const StartModel* start : start_models(settings)) {
    const data::KnownGroups& seen = start->model->trained_on;
    if (seen.empty()) {
      text += fmt::format("{} does not tell what it was trained on\n", start->file);
      continue;
    }
    std::size_t rows = 0;
    for (std::size_t i = 0; i < data.rows.count(); ++i) {
      rows += seen.contains(data.rows.group(i)) ? 1 : 0;
    }
    text += fmt::format(
        "overlap: {} of {} rows have a {} that {} was trained on (with labels of its own): the figures are of such "
        "rows, too\n",
        rows, data.rows.count(), data.rows.set.index().substance->name(), start->file);
  }
  return text;
}

}  // namespace epitaxy::transfer
