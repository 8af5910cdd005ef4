#pragma once
/// \file
/// The data-parallel training loop: synchronous SGD over gradient shards, with bits that depend on the input alone and
/// not on the number of ranks or on interruptions.
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "models/model.h"
#include "nn/optimizer.h"
#include "parallel/communicator.h"
#include "parallel/reduction.h"
#include "train/rows.h"
#include "train/settings.h"

namespace epitaxy::train {

/// Where a training stands. With the weights and the optimizer's state it is all a checkpoint needs: order and
/// randomness are functions of (seed, position).
struct TrainingState {
  std::int64_t epoch = 0;  ///< Epochs finished.
  std::int64_t step = 0;   ///< Steps finished in the current epoch.
  std::int64_t optimizer_steps = 0;
  double loss_sum = 0;  ///< Of the current epoch so far.
  double labels = 0;
  std::array<double, models::kLossParts> loss_parts{};    ///< Sums of the current epoch so far.
  double best = std::numeric_limits<double>::infinity();  ///< Smallest validation metric.
  std::int64_t best_epoch = 0;                            ///< The epoch (from 1) it came from; 0 = none yet.
  std::int64_t bad_steps = 0;      ///< Steps in a row that were skipped because the gradient was not finite.
  std::int64_t skipped_steps = 0;  ///< All of them.
};

/// What one epoch did.
struct EpochReport {
  std::int64_t epoch = 0;    ///< From 1.
  double learning_rate = 0;  ///< Of its last step.
  double train_loss = 0;     ///< Mean over labels (of a molecule_vae: over molecules), on standardized targets.
  std::array<double, models::kLossParts> loss_parts{};  ///< Means by Model::loss_parts.
  bool validated = false;
  double validation = 0;  ///< What `validate` returned.
  bool improved = false;
  double seconds = 0;  ///< Of this process in this epoch.
};

/// Where the time went on this rank, in seconds.
struct TrainingTimes {
  double data = 0;     ///< Shuffling and gathering rows.
  double weights = 0;  ///< Converting and packing weights.
  double forward = 0;
  double backward = 0;
  double adding = 0;   ///< Adding up gradients of shards.
  double hidden = 0;   ///< Sending gradients during the backward pass.
  double exposed = 0;  ///< Waiting for gradients, loss sums and weights of other ranks.
  double optimizer = 0;
  double validation = 0;
  double checkpoint = 0;
  double flops = 0;       ///< Floating-point operations in matrix products.
  double bytes = 0;       ///< Sent to other nodes.
  std::int64_t rows = 0;  ///< Rows of this rank's shards.
  std::int64_t steps = 0;

  /// Seconds of the steps alone, without validation and checkpoints.
  double steps_seconds() const { return data + weights + forward + backward + adding + hidden + exposed + optimizer; }
};

/// The trainer's questions and announcements. All may be empty. Every callback but `stop_requested` and
/// `checkpoint_due` is called on all ranks at the same point.
struct TrainingHooks {
  std::function<bool()> stop_requested;                  ///< Any rank may say so.
  std::function<bool()> checkpoint_due;                  ///< Any rank may say so.
  std::function<void()> checkpoint;                      ///< Write one now.
  std::function<double(const float* weights)> validate;  ///< The metric to minimize; the same on all ranks.
  std::function<void(const float* weights)> improved;    ///< The weights just validated are the best so far.
  std::function<void(const EpochReport&)> epoch_done;
  std::function<void(std::int64_t step, std::int64_t steps)> progress;
};

enum class Outcome { finished, stopped_early, stopped };

class Trainer {
 public:
  /// `shards` holds the rows of this rank's shards (see parallel::shards_of_rank), in order. `multipliers` by
  /// parameter index: learning-rate multipliers, 0 = frozen; empty = all 1. `smallest_shard` are the rows of the
  /// smallest shard over all ranks, which fixes the number of steps. Collective.
  Trainer(const parallel::Communicator& communicator, const models::Model& model, const TrainingSettings& settings,
          std::vector<Rows> shards, std::size_t smallest_shard, const std::vector<double>& multipliers = {});

  /// Flat weights, shared by the ranks of a node.
  const float* weights() const { return reduction_.replica(); }
  /// To be called before `run` with the same weights on all ranks; starts their average, too. Collective.
  void set_weights(const float* weights);
  /// Trains until the end, a stop, or too many epochs without improvement. Collective. Throws Error on all ranks when
  /// the gradient was not finite for many steps in a row.
  Outcome run(const TrainingHooks& hooks);

  TrainingState& state() { return state_; }
  TrainingTimes times() const;
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::size_t size() const { return reduction_.size(); }
  /// GFLOP/s of the model's matrix products by themselves on this rank; 0 when the model does not tell.
  double measure_products();

  /// The optimizer's state as full arrays on rank 0 (empty elsewhere), by name. Collective.
  std::map<std::string, linalg::Buffer<float>> gather_optimizer();
  /// The reverse: rank 0 gives the full arrays. Collective; throws Error on all ranks when one is missing.
  void scatter_optimizer(const std::map<std::string, linalg::Buffer<float>>& arrays);

 private:
  struct Decision {
    bool stop = false;
    bool checkpoint = false;
  };
  Decision step(const TrainingHooks& hooks, double learning_rate);
  void fill_batch(int local_shard);
  double position_in_epochs() const;
  void shuffle(std::int64_t epoch);
  void load_weights();
  models::BatchLoss compute_gradient(const models::StreamPosition& position, float* out);
  double gradient_norm();
  void update(const float* gradient, double labels, double learning_rate);
  const float* weights_to_validate();
  bool finish_epoch(const TrainingHooks& hooks, EpochReport report);
  void fail_diverged() const;  ///< Throws on all ranks together.

  parallel::Communicator communicator_;
  const models::Model& model_;
  TrainingSettings settings_;
  std::vector<Rows> shards_;
  std::int64_t steps_per_epoch_;
  parallel::OrderedReduction reduction_;
  nn::Optimizer optimizer_;
  std::unique_ptr<models::Executor> executor_;
  parallel::NodeMemory packed_;  ///< The executor's copy of the weights.
  TrainingState state_;
  TrainingTimes times_;
  double exposed_ = 0;                             ///< Waiting in this class's own collectives.
  linalg::Buffer<float> averaged_;                 ///< The moving average of all weights, when validated.
  std::vector<std::vector<std::uint32_t>> order_;  ///< By local shard: this epoch's order of its rows.
  std::int64_t shuffled_epoch_ = -1;
  models::RowBlock batch_rows_;
  std::vector<float> batch_targets_;
  std::vector<float> batch_weights_;  ///< 1 where rows have none.
  std::vector<double> records_;       ///< By shard: loss, labels, stop, checkpoint.
  parallel::Parts record_parts_;
};

/// Where the buckets of the reduction begin: at parameters, each of at least a million numbers if there are as many.
std::vector<std::size_t> bucket_plan(const nn::ParameterLayout& layout);

/// Learning-rate multipliers as ranges of the flat buffer.
std::vector<nn::RateRange> rate_ranges(const nn::ParameterLayout& layout, const std::vector<double>& multipliers);

}  // namespace epitaxy::train
