#pragma once
/// \file
/// Flat parameters: all weights of a model live in one buffer; a parameter is a name, a shape and an offset into it.
/// Gradients and optimizer moments are buffers of the same size, so allreduce, clipping, the optimizer, the checkpoint
/// and the hash are each one pass over contiguous memory.
#include <cstddef>
#include <string>
#include <vector>

#include "base/random.h"

namespace epitaxy::nn {

/// How a parameter starts: zeros (biases) or uniform in +-bound (weights).
struct Parameter {
  std::string name;                ///< E.g. `body.3.weight`.
  std::vector<std::size_t> shape;  ///< E.g. {in, out}.
  std::size_t offset = 0;          ///< In floats; a multiple of 16.
  std::size_t size = 0;
  double init_bound = 0;
};

/// The parameters of a model, in the order of its layers.
class ParameterLayout {
 public:
  /// Appends a parameter and returns its index. Throws InputError when there would be more numbers than memory has.
  std::size_t add(std::string name, std::vector<std::size_t> shape, double init_bound);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Parameter& operator[](std::size_t i) const { return parameters_[i]; }
  /// The named parameter; throws Error when there is none.
  const Parameter& find(const std::string& name) const;
  bool has(const std::string& name) const;
  std::size_t size() const { return size_; }  ///< Floats in the flat buffer, with alignment gaps.
  std::size_t weight_count() const;           ///< Floats that are parameters.

  /// Fills a flat buffer with starting values; each parameter has its own random stream, keyed by its name.
  void initialize(float* flat, std::uint64_t seed) const;
  /// Starting values of one parameter.
  void initialize(const Parameter& parameter, float* flat, std::uint64_t seed) const;

 private:
  std::vector<Parameter> parameters_;
  std::size_t size_ = 0;
};

/// The bound of He's uniform initialization for a ReLU layer (He et al., ICCV 2015): sqrt(6 / fan_in).
double he_bound(std::size_t fan_in);

}  // namespace epitaxy::nn
