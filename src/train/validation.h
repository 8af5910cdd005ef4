#pragma once
/// \file
/// What a pretraining measures on its validation rows after each epoch, and the number by which it chooses the best.
#include <memory>
#include <string>
#include <vector>

#include "train/evaluation.h"
#include "train/kind_evaluation.h"

namespace epitaxy::train {

/// Which epoch's weights become the model: `mean` (smallest mean over the heads' errors, of several
/// heads as shares of what no skill gives), a head's name (its error),
/// `last`, or one of EvaluationKind::choices.
using ChooseBy = std::string;

class Validation {
 public:
  /// `evaluation` are the settings of the kind's own one; empty: without it. Collective.
  Validation(const EvaluationCase& c, ChooseBy choose_by, const std::any& evaluation);

  /// Measures; returns what is to be as small as possible: for `last` the negative of the number of finished epochs.
  /// Collective.
  double evaluate(const float* weights, std::int64_t epoch);

  /// The last measurement as columns of `metrics.csv` (empty fields when `there` is false) and as part of a log line.
  std::vector<std::string> columns() const;
  std::vector<std::string> fields(bool there) const;
  std::string line() const;

  const Evaluation& properties() const { return properties_; }
  /// Null where the kind has no evaluation of its own.
  const KindEvaluation* of_kind() const { return of_kind_.get(); }

 private:
  double chosen_error() const;

  const models::Model& model_;
  ChooseBy choose_by_;
  Evaluation properties_;
  std::unique_ptr<KindEvaluation> of_kind_;
  std::vector<models::Figures> figures_;  ///< By head.
};

}  // namespace epitaxy::train
