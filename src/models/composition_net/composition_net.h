#pragma once
/// \file
/// `composition_net`: element fractions -> dense ReLU layers -> one linear head per target. With the default widths it
/// is ElemNet (Jha et al., Sci. Rep. 8, 17593, 2018): 4,631,361 parameters with one head.
///
/// Parameters: `body.00.weight` [in, out], `body.00.bias` [out], ..., `head.NAME.weight` [width], `head.NAME.bias` [1].
#include "models/model.h"
#include "nn/linear_heads.h"

namespace epitaxy::models {

class CompositionNet final : public Model {
 public:
  explicit CompositionNet(ModelDescription description);

  const nn::ParameterLayout& layout() const override { return layout_; }
  const ModelDescription& description() const override { return description_; }
  std::unique_ptr<Executor> executor(const ExecutorSettings& settings) const override;

  std::size_t activations() const override;

  const std::vector<nn::DenseSpec>& body() const { return body_; }
  const nn::LinearHeads& heads() const { return *heads_; }

 private:
  ModelDescription description_;
  nn::ParameterLayout layout_;
  std::vector<nn::DenseSpec> body_;
  std::unique_ptr<nn::LinearHeads> heads_;
};

}  // namespace epitaxy::models
