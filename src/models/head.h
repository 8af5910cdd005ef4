#pragma once
/// \file
/// The outputs of a model.
#include <span>
#include <string>
#include <vector>

#include "nn/linear_heads.h"

namespace epitaxy::models {

/// Maps physical values to standardized ones: (value - mean) / scale.
struct Standardizer {
  double mean = 0;
  double scale = 1;
  double forward(double value) const { return (value - mean) / scale; }
  double backward(double standardized) const { return standardized * scale + mean; }

  /// Mean and standard deviation of the values that are not NaN; a constant column has scale 1.
  static Standardizer fit(const std::vector<double>& values);
};

class HeadTask;
/// A number; see head_task.h for all tasks.
const HeadTask& regression();

/// One head of a model: it learns one target.
struct Head {
  std::string name;    ///< E.g. `oqmd`.
  std::string target;  ///< E.g. `formation_energy_eV_atom`.
  std::string unit;    ///< E.g. `eV/atom`.
  Standardizer standardizer;
  double weight = 1;  ///< Of its loss.
  const HeadTask* task = &regression();
  std::vector<std::string> classes = {};  ///< Names, of tasks that tell classes apart.

  std::size_t outputs() const;  ///< Numbers that the network computes for it.
  std::size_t values() const;   ///< Numbers that a prediction consists of.
};

/// As the linear layers that compute them.
std::vector<nn::LinearHeads::Spec> linear_heads(std::span<const Head> heads);
/// Of all heads: where the outputs (or values) of each begin, and at the end how many there are.
std::vector<std::size_t> output_places(std::span<const Head> heads);
std::vector<std::size_t> value_places(std::span<const Head> heads);

}  // namespace epitaxy::models
