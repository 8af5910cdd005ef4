#pragma once
/// \file
/// What any model file predicts for rows of formulas or SMILES: networks alone and in ensembles, and what was
/// learned from tables.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/preparation.h"
#include "epitaxy/predictor.h"
#include "models/head_task.h"
#include "transfer/row_input.h"

namespace epitaxy::app {

class RowPredictor {
 public:
  virtual ~RowPredictor() = default;

  /// One or more properties that one head predicts.
  struct Output {
    std::string name;  ///< Of its column.
    models::Head head;
    std::size_t first = 0;      ///< Index of its first property.
    bool has_sets = false;      ///< Of classes: it tells its own answer and a set of classes, and no intervals.
    bool has_intervals = true;  ///< Of numbers, where the model gives any at all.
    data::Transform transform = data::Transform::none;  ///< That was done to what its model learned.
  };

  /// What it is, for people.
  struct Description {
    const chem::Substance* substance = nullptr;      ///< That it reads.
    std::shared_ptr<const chem::Preparer> preparer;  ///< As the training data were prepared.
    std::vector<PredictedProperty> properties;
    std::vector<Output> outputs;
    std::vector<transfer::RowInput> inputs;        ///< That a row needs besides its text.
    std::optional<data::Preparation> preparation;  ///< Of the training data.
    std::optional<double> coverage;                ///< Of the intervals, where it gives them.
    std::string model;                             ///< E.g. `by 3 models`, `(stacking)`.
    bool tells_nearest = false;                    ///< Training rows.
    std::span<const std::string> known;            ///< These, as prepared, where the model keeps them.
    std::string doubt;  ///< What doubtful rows do, e.g. `hold elements that the model never saw`.
  };

  const Description& description() const { return description_; }
  /// `values` [texts, inputs], NaN where there is none. A row's result does not depend on the rows around it.
  virtual std::vector<RowPrediction> predict(std::span<const std::string> texts,
                                             std::span<const double> values) const = 0;

 protected:
  Description description_;
};

/// Throws InputError: no such file, no model, damaged, no such head (empty: all), no properties, a model of
/// molecules that does not say how these were prepared.
std::unique_ptr<RowPredictor> open_predictor(const std::filesystem::path& model, const std::string& head);

/// The parts of the above.
std::unique_ptr<RowPredictor> open_network(const std::filesystem::path& model, const std::string& head);
std::unique_ptr<RowPredictor> open_table_model(const std::filesystem::path& model, const std::string& head);

}  // namespace epitaxy::app
