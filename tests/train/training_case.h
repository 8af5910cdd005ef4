#pragma once
/// \file
/// A small training problem whose shards are the same however many ranks hold them.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "models/dense_net/dense_net.h"
#include "models/kinds.h"
#include "models/row_blocks.h"
#include "numbers.h"
#include "train/trainer.h"

namespace epitaxy::test {

inline constexpr int kShards = 4;
inline constexpr std::size_t kFeatures = 6;
inline constexpr std::size_t kHeads = 2;

/// As a composition_net makes it, of fewer elements.
inline models::DenseNet small_net(double dropout = 0) {
  const models::DenseSettings settings{{16, 16, 8}, true, dropout};
  auto d = models::describe(models::composition_net(), settings);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    d.features.push_back(fmt::format("E{}", i));
  }
  d.heads = {{"dft", "energy", "eV", {}}, {"measured", "energy", "eV", {}}};
  return {d, settings, kFeatures, [](const models::RowBlock& rows, std::size_t row, float* inputs) {
            std::ranges::copy(rows.row<float>(row), inputs);
          }};
}

/// Settings of two epochs of five steps with a global batch of 32, computed in float32 by OpenBLAS.
inline train::TrainingSettings small_settings() {
  train::TrainingSettings s;
  s.epochs = 2;
  s.batch = 32;
  s.shards = kShards;
  s.seed = 3;
  s.loss.kind = nn::LossKind::mse;
  s.optimizer.weight_decay = 0.01;
  s.schedule = {.kind = nn::ScheduleKind::one_cycle, .peak = 0.01, .epochs = 2};
  s.arithmetic = {linalg::DataType::float32, linalg::Backend::openblas};
  return s;
}

/// Rows of a shard: the targets are a smooth function of the features, a third of the second one is missing. Shards
/// differ in size; the smallest has kSmallest rows. The features of the first `without` rows are NaN.
inline constexpr std::size_t kSmallest = 40;

inline train::Rows shard_rows(int shard, std::size_t without = 0) {
  const auto key = static_cast<std::uint32_t>(shard);
  const std::size_t count = kSmallest + 3 * ((key + 1) % 3);
  std::vector<float> features = random_numbers(count * kFeatures, 100 + key, 0, 1);
  train::Rows rows{{}, kHeads, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const float* x = features.data() + i * kFeatures;
    const float y = 2 * x[0] - x[1] + x[2] * x[3] - 0.5f;
    rows.targets.push_back(y);
    rows.targets.push_back(i % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : 0.5f * y + x[4]);
  }
  std::fill_n(features.begin(), without * kFeatures, std::numeric_limits<float>::quiet_NaN());
  rows.block = rows_of(features, kFeatures);
  return rows;
}

/// The shards of one rank.
inline std::vector<train::Rows> rows_of(const parallel::Communicator& communicator, int shards = kShards) {
  std::vector<train::Rows> result;
  const auto range = parallel::shards_of_rank(shards, communicator.rank(), communicator.size());
  for (int s = range.first; s < range.last; ++s) {
    result.push_back(shard_rows(s));
  }
  return result;
}

inline void initialize(train::Trainer& trainer, const models::Model& net) {
  linalg::Buffer<float> weights(trainer.size());
  net.layout().initialize(weights.data(), 9);
  trainer.set_weights(weights.data());
}

/// A trainer with its starting weights.
inline std::unique_ptr<train::Trainer> make_trainer(const parallel::Communicator& communicator,
                                                    const models::Model& net, const train::TrainingSettings& settings,
                                                    const std::vector<double>& multipliers = {}) {
  auto trainer = std::make_unique<train::Trainer>(communicator, net, settings, rows_of(communicator, settings.shards),
                                                  kSmallest, multipliers);
  initialize(*trainer, net);
  return trainer;
}

inline linalg::Buffer<float> weights_of(train::Trainer& trainer) {
  linalg::Buffer<float> copy(trainer.size());
  std::copy_n(trainer.weights(), trainer.size(), copy.data());
  return copy;
}

inline bool same_bits(const linalg::Buffer<float>& a, const linalg::Buffer<float>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size());
}

}  // namespace epitaxy::test
