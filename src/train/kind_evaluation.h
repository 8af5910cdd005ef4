#pragma once
/// \file
/// What some kinds of models are measured by besides their heads. It needs layers above `models`, so it is not part of
/// the kind itself: a kind that has such an evaluation is listed in kind_evaluation.cpp.
#include <any>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "train/training_data.h"

namespace epitaxy::train {

class KindEvaluation {
 public:
  virtual ~KindEvaluation() = default;

  /// Measures; the same on all ranks. Collective.
  virtual void evaluate(const float* weights) = 0;
  /// Of the last measurement: what EvaluationKind::choices names, to be as small as possible.
  virtual double figure(const std::string& choice) const = 0;
  /// Columns of `metrics.csv`, their values, and a part of a log line.
  virtual std::vector<std::string> columns() const = 0;
  virtual std::vector<double> values() const = 0;
  virtual std::string line() const = 0;
  /// At the end of a run: entries of the set's part of `summary.json`, and for people.
  virtual nlohmann::ordered_json summary(const float* weights) const = 0;
  virtual void log(const std::string& set, const float* weights) const = 0;
};

/// What an evaluation measures on. All of it outlives the evaluation.
struct EvaluationCase {
  const parallel::Communicator& communicator;
  const models::Model& model;
  const nn::Arithmetic& arithmetic;
  const TrainingData& data;
  const std::vector<RowReference>& rows;
  bool at_end = false;  ///< Of the training: as thorough as it can be.
};

/// How the evaluation of a kind is made.
class EvaluationKind {
 public:
  virtual ~EvaluationKind() = default;
  virtual const models::Kind& kind() const = 0;
  /// The section `evaluation`.
  virtual std::any default_settings() const = 0;
  virtual void keys(config::Keys& k, std::any& settings) const = 0;
  /// Names by which an epoch may be chosen besides those of heads, and what chooses when nothing is said.
  virtual std::vector<std::string> choices() const = 0;
  virtual std::string default_choice() const = 0;
  /// Collective.
  virtual std::unique_ptr<KindEvaluation> make(const EvaluationCase& c, const std::any& settings) const = 0;
};

const EvaluationKind& molecule_vae_evaluation();

/// Null for a kind without one.
const EvaluationKind* evaluation_of(const models::Kind* kind);

}  // namespace epitaxy::train
