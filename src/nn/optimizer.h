#pragma once
/// \file
/// Optimizers over a slice of the flat parameters: Adam (Kingma & Ba, arXiv:1412.6980), AdamW (Loshchilov & Hutter,
/// arXiv:1711.05101), SGD with momentum; optionally an exponential moving average of the weights.
#include <cstdint>
#include <string>
#include <vector>

#include "base/names.h"
#include "linalg/buffer.h"
#include "parallel/reduction.h"

namespace epitaxy::nn {

enum class OptimizerKind { adam, adamw, sgd };

inline constexpr Named<OptimizerKind> kOptimizerKinds[] = {
    {OptimizerKind::adam, "adam"}, {OptimizerKind::adamw, "adamw"}, {OptimizerKind::sgd, "sgd"}};
constexpr std::span<const Named<OptimizerKind>> names(OptimizerKind) { return kOptimizerKinds; }

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::adamw;
  double weight_decay = 0;  ///< adamw: decoupled; adam and sgd: added to the gradient (L2).
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.9;     ///< sgd.
  double average_decay = 0;  ///< Decay of the moving average of the weights per step; 0 = no average.
};

/// Learning-rate multipliers of ranges of the flat buffer; 0 = frozen. Ranges are ascending and do not overlap;
/// numbers outside them (alignment gaps) are left alone.
struct RateRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  float multiplier = 1;
};

/// The optimizer's state for some slices of the flat buffer: each rank owns the state of its own. A local vector holds
/// the slices one after another.
class Optimizer {
 public:
  Optimizer(const OptimizerSettings& settings, const std::vector<RateRange>& ranges,
            const std::vector<parallel::Slice>& slices);

  /// One step. `gradient` is a local vector, multiplied by `gradient_scale` first; `weights` is the flat buffer.
  void step(const float* gradient, float gradient_scale, double learning_rate, float* weights);

  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }
  /// First moment (or momentum), second moment, average of the weights; empty where the settings need none.
  std::vector<linalg::Buffer<float>*> state();
  std::vector<std::string> state_names() const;
  /// The moving average of these slices' weights, a local vector; empty when there is none.
  linalg::Buffer<float>& average() { return average_; }
  void start_average(const float* weights);

 private:
  /// Numbers of one slice with one learning rate.
  struct Piece {
    std::size_t flat = 0;
    std::size_t local = 0;
    std::size_t size = 0;
    float multiplier = 1;
  };

  void adam(const Piece& piece, const float* gradient, float scale, float rate, float decay, float* weights);
  void sgd(const Piece& piece, const float* gradient, float scale, float rate, float* weights);

  OptimizerSettings settings_;
  std::vector<Piece> pieces_;
  std::vector<parallel::Slice> slices_;
  std::int64_t steps_ = 0;
  linalg::Buffer<float> first_;
  linalg::Buffer<float> second_;
  linalg::Buffer<float> average_;
};

}  // namespace epitaxy::nn
