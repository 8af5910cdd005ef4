#pragma once
/// \file
/// What a learner is after training: a table of numbers in, a value for each row out.
#include <memory>
#include <string>
#include <vector>

#include "data/hdf5.h"
#include "learners/table.h"

namespace epitaxy::learners {

/// Predictions of a row do not depend on the rows around it.
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

/// Of what has nothing to learn from: predicts 0, and writes nothing.
class ZeroRegressor final : public Regressor {
 public:
  std::vector<double> predict(const Matrix& rows) const override { return std::vector<double>(rows.rows, 0.0); }
  void write(data::Hdf5File& /*file*/, const std::string& /*group*/) const override {}
};

}  // namespace epitaxy::learners
