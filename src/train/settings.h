#pragma once
/// \file
/// The `training` keys, shared by every stage that trains.
#include <any>
#include <cstdint>
#include <string>

#include "config/keys.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

namespace epitaxy::train {

struct TrainingSettings {
  int epochs = 40;
  int batch = 1024;  ///< Global, whatever the number of ranks.
  int shards = 1;    ///< Gradient shards; the batch is a multiple of it.
  std::uint64_t seed = 1;
  nn::Loss loss;
  nn::OptimizerSettings optimizer;
  nn::Schedule schedule;
  std::any of_kind;          ///< Of the kind of model, see models::Kind::training_keys.
  double gradient_clip = 0;  ///< Largest norm of the mean gradient; 0 = not clipped.
  int patience = 0;          ///< Epochs without improvement of the validation metric after which to stop; 0 = never.
  int validate_every = 1;    ///< Epochs between validations; the last epoch is always validated.
  /// What gradients are in messages between nodes. bfloat16: half the volume, but the bits depend on the ranks.
  linalg::DataType wire = linalg::DataType::float32;
  nn::Arithmetic arithmetic;  ///< From `precision` and `kernels`.
  int shard_rows() const { return batch / shards; }
};

/// Keys of the section `training`. Stages set the defaults of epochs, batch and shards before.
void keys(config::Keys& k, TrainingSettings& settings);

/// The keys `precision` and `kernels`; the arithmetic that they stand for on this CPU is signed.
void arithmetic_keys(config::Keys& k, nn::Arithmetic& arithmetic);

/// `float32 (oneDNN)`, `bfloat16 (oneDNN)`, `float32 (OpenBLAS)`.
std::string describe(const nn::Arithmetic& arithmetic);

}  // namespace epitaxy::train
