#pragma once
/// \file
/// What a head does: it predicts a number, or tells classes apart. A new task is a class and a line in head_task.cpp.
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "models/head.h"
#include "nn/loss.h"

namespace epitaxy::models {

/// A figure of merit.
struct FigureName {
  const char* key;        ///< In files: `mae`.
  const char* label;      ///< For people: `MAE`.
  bool has_unit = false;  ///< The head's.
};

/// Figures of a head on some rows, in the order of HeadTask::figures. The first is an error: the smaller, the better.
struct Figures {
  std::size_t count = 0;       ///< Labels.
  std::vector<double> values;  ///< NaN where a figure does not exist.

  /// Absent without labels, so that nothing can be chosen by it.
  std::optional<double> error() const { return count > 0 ? std::optional(values.front()) : std::nullopt; }
  /// For tables, which leave a field empty for NaN.
  double shown() const { return count > 0 ? values.front() : std::numeric_limits<double>::quiet_NaN(); }
};

/// As part of a file's keys: `mae_eV`.
std::string figure_key(const FigureName& figure, const Head& head);

/// `MAE 0.01234 eV, RMSE 0.02345 eV, R2 0.9876`
std::string told(const Head& head, const Figures& figures);

/// Means over several models; the count of the first.
Figures average(std::span<const Figures> all);

class HeadTask {
 public:
  virtual ~HeadTask() = default;
  virtual const char* name() const = 0;

  /// Why a target is none for this task: `has 3 classes`; empty when it is one.
  virtual std::string misfit(const data::Target& target) const = 0;
  /// Of the labels that are trained on.
  virtual Standardizer standardizer(const std::vector<double>& labels) const = 0;

  virtual std::size_t outputs(const Head& head) const = 0;
  /// The loss of a label (standardized, or the index of a class) and its gradient [outputs].
  virtual double loss(const nn::Loss& loss, std::span<const float> outputs, float label, float* gradient) const = 0;

  /// A prediction [values]: a physical value, or the probabilities of classes.
  virtual std::size_t values(const Head& head) const = 0;
  virtual void predict(const Head& head, const float* outputs, double* values) const = 0;
  /// What can be said without a model: the mean label, or how frequent the classes are. [values]
  virtual std::vector<double> baseline(const Head& head, std::span<const double> labels) const = 0;

  virtual std::span<const FigureName> figures() const = 0;
  /// The error as a share of what a model without any skill has, so that heads can be compared.
  virtual double relative(const Head& head, double error) const = 0;
  /// Of labels, NaN = none, and predictions [labels, values], NaN = none.
  virtual Figures measure(const Head& head, std::span<const double> labels,
                          std::span<const double> predictions) const = 0;

  /// Of the values of a prediction: names of the columns beside a target's (`_yes`), units.
  virtual std::vector<std::string> value_names(const Head& head) const = 0;
  virtual std::string value_unit(const Head& head) const = 0;
  /// A label, or what a prediction says in one word, as a field of a table.
  virtual std::string field(const Head& head, double label) const = 0;
  virtual std::string answer(const Head& head, std::span<const double> values) const = 0;
};

const HeadTask& binary();
const HeadTask& classes();

/// All of them: the one place where they are listed.
std::span<const HeadTask* const> head_tasks();
/// By name. Throws InputError with the nearest name.
const HeadTask& head_task(const std::string& name);
/// The task of a target when none is named.
const HeadTask& usual_task(const data::Target& target);

/// A head for a target. `task` empty: the usual one. Throws InputError when the task does not fit the target.
Head make_head(const std::string& name, const data::Target& target, const std::string& task);

/// The labels of a target as the head knows them: indices of its own classes. Throws InputError, naming `file`, for a
/// class that the head does not have, and when one of them is of numbers and the other of classes.
std::vector<double> labels_for(const Head& head, const data::Target& target, const std::string& file);

/// Sums of the losses of a batch, with the weights of heads and rows: outputs [rows, outputs], labels [rows, heads]
/// (NaN = none), gradient [rows, outputs], zero where there is no label.
nn::LossSums heads_loss(std::span<const Head> heads, const nn::Loss& loss, const float* outputs, const float* labels,
                        std::size_t rows, float* gradient);

}  // namespace epitaxy::models
