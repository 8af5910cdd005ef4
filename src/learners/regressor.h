#pragma once
/// \file
/// What a table of numbers has to do with a value, learned from some hundred to some ten thousand rows on one rank.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/names.h"
#include "data/hdf5.h"
#include "models/model.h"
#include "train/settings.h"

namespace epitaxy::learners {

/// [rows, columns], row major.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  const float* row(std::size_t i) const { return values.data() + i * columns; }
};

/// The given rows of a matrix.
Matrix pick_rows(const Matrix& matrix, std::span<const std::size_t> rows);

/// What a column of a matrix holds.
enum class ColumnKind {
  count,   ///< How often a fragment occurs.
  number,  ///< Anything else.
  cheap,   ///< A cheap model's value.
};

enum class LearnerKind { none, random_forest, gradient_boosting, kernel_ridge, ridge, network };

inline constexpr Named<LearnerKind> kLearnerKinds[] = {{LearnerKind::none, "none"},
                                                       {LearnerKind::random_forest, "random_forest"},
                                                       {LearnerKind::gradient_boosting, "gradient_boosting"},
                                                       {LearnerKind::kernel_ridge, "kernel_ridge"},
                                                       {LearnerKind::ridge, "ridge"},
                                                       {LearnerKind::network, "network"}};
constexpr std::span<const Named<LearnerKind>> names(LearnerKind) { return kLearnerKinds; }

/// A learner with all its settings, those of other kinds at their defaults.
struct LearnerSettings {
  LearnerKind kind = LearnerKind::none;  ///< `none` learns nothing: its prediction is 0.

  // Trees
  int trees = 200;
  int depth = 0;        ///< Largest; 0: as deep as rows allow.
  double rows = 0.632;  ///< Share of the rows that each tree is grown from, drawn without repetition.
  /// Share of the columns that are looked at: at each node of a forest (its square root for the tree, and of these
  /// again for the node), for each tree of boosting.
  double columns = 0.2;
  double least_rows = 1;  ///< In a leaf.
  double learning_rate = 0.05;
  double leaf_penalty = 1;  ///< On the squares of the leaves' values, of boosting.

  // Ridge regression and kernel ridge regression
  double penalty = 0.1;    ///< In units of the labels' variance.
  double fragments = 0.5;  ///< Weight of the fragments' similarity, between 0 and 1; the numbers have the rest.
  double width = 1;  ///< Of the Gaussian of the numbers: 1 for rows that differ by one standard deviation in each.
  double cheap_width = 1;  ///< Of the Gaussian of the cheap values.

  // Network
  std::vector<std::size_t> widths;
  train::TrainingSettings training;

  /// What may differ between the candidates of one kind, in words: `penalty 0.1, width 2`.
  std::string describe() const;
};

/// A learner after training. Predictions of a row do not depend on the rows around it.
class Regressor {
 public:
  virtual ~Regressor() = default;
  virtual std::vector<double> predict(const Matrix& rows) const = 0;
  /// Standard deviation over the trees of a forest; empty for others.
  virtual std::vector<double> spread(const Matrix& /*rows*/) const { return {}; }
  /// [columns], adding up to 1: the share of trees' gain, or of absolute coefficients; empty where there is none.
  virtual std::vector<double> importances() const { return {}; }
  virtual void write(data::Hdf5File& file, const std::string& group) const = 0;
};

using StopQuestion = std::function<bool()>;

/// Trains on one thread; the same input gives the same bits. Columns in which fewer than kFewestDifferent rows differ
/// from the most frequent value are not used. Returns null when `stop` said so.
std::unique_ptr<Regressor> train_regressor(const LearnerSettings& settings, const std::vector<ColumnKind>& kinds,
                                           const Matrix& rows, std::span<const double> labels, std::uint64_t seed,
                                           const StopQuestion& stop);
/// The mean of several learners' predictions.
std::unique_ptr<Regressor> average_regressors(std::vector<std::shared_ptr<const Regressor>> members);
std::unique_ptr<Regressor> read_regressor(const data::Hdf5File& file, const std::string& group);

inline constexpr std::size_t kFewestDifferent = 2;

}  // namespace epitaxy::learners
