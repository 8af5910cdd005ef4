#pragma once
/// \file
/// A network of dense ReLU layers with a linear head per target, for kinds whose rows become a fixed number of
/// inputs.
///
/// Parameters: `body.00.weight` [in, out], `body.00.bias` [out], ..., and those of nn::LinearHeads.
#include <functional>

#include "models/dense_net/dense_settings.h"
#include "models/model.h"
#include "nn/linear_heads.h"

namespace epitaxy::models {

/// Writes the inputs [inputs] of a row, which is not absent; they are zero before.
using RowInputs = std::function<void(const RowBlock& rows, std::size_t row, float* inputs)>;

class DenseNet final : public Model {
 public:
  DenseNet(ModelDescription description, const DenseSettings& settings, std::size_t inputs, RowInputs row_inputs);

  const nn::ParameterLayout& layout() const override { return layout_; }
  const ModelDescription& description() const override { return description_; }
  std::unique_ptr<Executor> executor(const ExecutorSettings& settings) const override;
  std::size_t activations() const override;

  const DenseSettings& settings() const { return settings_; }
  const std::vector<nn::DenseSpec>& body() const { return body_; }
  const nn::LinearHeads& heads() const { return *heads_; }
  /// A block of rows -> inputs [rows, inputs]; zeros where a row is absent.
  void fill_inputs(const RowBlock& rows, float* inputs) const;

 private:
  ModelDescription description_;
  DenseSettings settings_;
  RowInputs row_inputs_;
  nn::ParameterLayout layout_;
  std::vector<nn::DenseSpec> body_;
  std::unique_ptr<nn::LinearHeads> heads_;
};

}  // namespace epitaxy::models
