#pragma once
/// \file
/// What training, transfer and prediction need of a model.
#include <any>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/description.h"
#include "models/row_block.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "nn/parameters.h"

namespace epitaxy::models {

/// Parts of the loss that a kind may tell apart.
inline constexpr std::size_t kLossParts = 3;

/// Sums over a batch.
struct BatchLoss {
  double loss = 0;
  double labels = 0;                       ///< By which losses and gradients are divided; of an autoencoder its rows.
  std::array<double, kLossParts> parts{};  ///< By Model::loss_parts.
};

/// Where one shard's step stands: it keys the random streams.
struct StreamPosition {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
  std::uint32_t shard = 0;
  double epochs = 0;  ///< Passed, with the part of the current one.
};

/// A model's computations for a fixed number of rows. Owns its activations; allocates nothing after it was made.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Takes over weights (flat, of the layout): once a step, or once for many predictions.
  virtual void load(const float* weights) = 0;
  /// Executors alike on one node may share their copy of the weights: how many bytes that is (0 = they cannot), where
  /// it lies, and one of `parts` equal parts of the work of `load`. All parts must be done before the next use.
  virtual std::size_t shared_bytes() const { return 0; }
  virtual void share(std::byte* /*memory*/) {}
  virtual void load_part(const float* weights, int /*part*/, int /*parts*/) { load(weights); }
  /// A block of the executor's rows, standardized labels [rows, heads] (of classes their index; NaN = none) -> the sum
  /// of the losses' gradients in the flat `gradient` (numbers of frozen parameters are set to zero or left alone, those
  /// of gaps left alone).
  virtual BatchLoss gradient(const RowBlock& rows, const float* targets, const nn::Loss& loss,
                             const StreamPosition& position, float* gradient) = 0;
  /// A block of the executor's rows -> outputs [rows, outputs of all heads], of numbers standardized.
  virtual void predict(const RowBlock& rows, float* predictions) = 0;
  /// Floating-point operations of one `gradient` call in matrix products.
  virtual double gradient_flops() const = 0;

  /// GFLOP/s of the matrix products of `gradient` by themselves, each timed alone; 0 when that is not known.
  virtual double measure_products() { return 0; }
  /// Seconds of `gradient` calls up to the loss, since the start.
  double forward_seconds() const { return forward_seconds_; }

  /// What `gradient` calls while it works, backwards through the layout: the gradients of all numbers from `first` on
  /// are final. It need not call it.
  void on_ready(std::function<void(std::size_t first)> ready) { ready_ = std::move(ready); }

 protected:
  double forward_seconds_ = 0;

  void report_ready(std::size_t first) const {
    if (ready_) {
      ready_(first);
    }
  }

 private:
  std::function<void(std::size_t first)> ready_;
};

/// How an executor is made.
struct ExecutorSettings {
  std::size_t rows = 256;
  nn::Arithmetic arithmetic;
  bool training = false;
  std::vector<bool> trainable =
      {};  ///< By parameter index; empty = all. Layers below the lowest trainable one are not backpropagated.
  std::any of_kind = {};  ///< Of its training, see Kind::training_keys; empty = the defaults.
};

/// A model: its layout of parameters and how to compute with it. Stateless and shared.
class Model {
 public:
  virtual ~Model() = default;
  virtual const nn::ParameterLayout& layout() const = 0;
  virtual const ModelDescription& description() const = 0;
  virtual std::unique_ptr<Executor> executor(const ExecutorSettings& settings) const = 0;
  /// Numbers that training keeps for each row, roughly.
  virtual std::size_t activations() const = 0;
  /// Names of the parts of the loss, if it has several; at most kLossParts.
  virtual std::vector<std::string> loss_parts() const { return {}; }
};

/// The model of a description.
std::unique_ptr<Model> make_model(const ModelDescription& description);

}  // namespace epitaxy::models
