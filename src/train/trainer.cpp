#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/timed.h"

namespace epitaxy::train {

namespace {

// Numbers a shard adds to each step's record: loss, labels, stop, checkpoint and the parts of the loss.
constexpr int kRecord = 4 + static_cast<int>(models::kLossParts);
constexpr std::int64_t kBadSteps = 20;  // skipped steps in a row that end a run

using Clock = std::chrono::steady_clock;

std::vector<bool> trainable(const std::vector<double>& multipliers) {
  std::vector<bool> result;
  for (const double multiplier : multipliers) {
    result.push_back(multiplier != 0);
  }
  return result;
}

}  // namespace

std::vector<nn::RateRange> rate_ranges(const nn::ParameterLayout& layout, const std::vector<double>& multipliers) {
  std::vector<nn::RateRange> ranges;
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    const auto& parameter = layout[i];
    const auto multiplier = static_cast<float>(multipliers.empty() ? 1.0 : multipliers[i]);
    const std::size_t end = parameter.offset + (parameter.size + 15) / 16 * 16;
    if (!ranges.empty() && ranges.back().multiplier == multiplier) {
      ranges.back().end = end;
    } else {
      ranges.push_back({parameter.offset, end, multiplier});
    }
  }
  return ranges;
}

std::vector<std::size_t> bucket_plan(const nn::ParameterLayout& layout) {
  constexpr std::size_t smallest = 1 << 20;
  std::vector<std::size_t> begins;
  std::size_t end = layout.size();
  for (std::size_t i = layout.parameters().size(); i-- > 0;) {
    const std::size_t begin = layout[i].offset;
    if (end - begin >= smallest && begin >= smallest) {
      begins.insert(begins.begin(), begin);
      end = begin;
    }
  }
  begins.insert(begins.begin(), 0);
  return begins;
}

Trainer::Trainer(const parallel::Communicator& communicator, const models::Model& model,
                 const TrainingSettings& settings, std::vector<Rows> shards, std::size_t smallest_shard,
                 const std::vector<double>& multipliers)
    : communicator_(communicator),
      model_(model),
      settings_(settings),
      shards_(std::move(shards)),
      steps_per_epoch_(std::max<std::int64_t>(1, static_cast<std::int64_t>(smallest_shard) / settings.shard_rows())),
      reduction_(communicator, settings.shards, model.layout().size(), bucket_plan(model.layout()),
                 {.wire = settings.wire}),
      optimizer_(settings.optimizer, rate_ranges(model.layout(), multipliers), reduction_.slices()),
      executor_(model.executor({.rows = static_cast<std::size_t>(settings.shard_rows()),
                                .arithmetic = settings.arithmetic,
                                .training = true,
                                .trainable = trainable(multipliers),
                                .of_kind = settings.of_kind})),
      packed_(communicator, 0, executor_->shared_bytes() / sizeof(float), parallel::Transport::shared_memory),
      averaged_(settings.optimizer.average_decay > 0 ? model.layout().size() : 0),
      batch_targets_(static_cast<std::size_t>(settings.shard_rows()) * model.description().heads.size()),
      batch_weights_(static_cast<std::size_t>(settings.shard_rows()), 1.0F),
      records_(static_cast<std::size_t>(settings.shards) * kRecord) {
  check(static_cast<int>(shards_.size()) == reduction_.my_shards().count(), "a rank has the rows of all its shards");
  for (const Rows& rows : shards_) {
    order_.emplace_back(rows.count());
    batch_rows_.reserve(static_cast<std::size_t>(settings.shard_rows()), rows.block);
  }
  executor_->share(reinterpret_cast<std::byte*>(packed_.common()));
  executor_->on_ready([this](std::size_t first) { reduction_.ready(first); });
  std::vector<std::size_t> counts;
  for (int r = 0; r < communicator.size(); ++r) {
    const auto shards_of_r = parallel::shards_of_rank(settings.shards, r, communicator.size());
    counts.push_back(static_cast<std::size_t>(shards_of_r.count()) * kRecord);
  }
  record_parts_ = parallel::Parts(std::move(counts));
}

void Trainer::set_weights(const float* weights) {
  reduction_.set_replica(weights);
  optimizer_.start_average(weights);
}

double Trainer::measure_products() {
  load_weights();
  return executor_->measure_products();
}

void Trainer::load_weights() {
  const auto& mates = packed_.members(packed_.node_of(communicator_.rank()));
  const auto me = std::ranges::find(mates, communicator_.rank()) - mates.begin();
  {
    const Timed timed(times_.weights);
    executor_->load_part(weights(), static_cast<int>(me), static_cast<int>(mates.size()));
  }
  const Timed timed(exposed_);
  packed_.barrier();
}

void Trainer::shuffle(std::int64_t epoch) {
  if (shuffled_epoch_ == epoch) {
    return;
  }
  shuffled_epoch_ = epoch;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    std::iota(order_[i].begin(), order_[i].end(), 0u);
    const auto shard = static_cast<std::uint32_t>(reduction_.my_shards().first) + static_cast<std::uint32_t>(i);
    RandomStream stream(settings_.seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch), 0, shard);
    stream.shuffle(std::span(order_[i]));
  }
}

void Trainer::fill_batch(int local_shard) {
  const Rows& rows = shards_[local_shard];
  const auto& order = order_[local_shard];
  const auto batch = static_cast<std::size_t>(settings_.shard_rows());
  const std::size_t first = static_cast<std::size_t>(state_.step) * batch;
  batch_rows_.clear();
  for (std::size_t i = 0; i < batch; ++i) {
    float* targets = batch_targets_.data() + i * rows.head_count;
    if (first + i < order.size()) {
      const std::size_t row = order[first + i];
      batch_rows_.append_row(rows.block, row);
      std::copy_n(rows.targets.data() + row * rows.head_count, rows.head_count, targets);
      batch_weights_[i] = rows.weights.empty() ? 1.0F : rows.weights[row];
    } else {
      batch_rows_.append_absent();
      std::fill_n(targets, rows.head_count, std::numeric_limits<float>::quiet_NaN());
    }
  }
}

Trainer::Decision Trainer::step(const TrainingHooks& hooks, double learning_rate) {
  const int first_shard = reduction_.my_shards().first;
  const double stop = hooks.stop_requested && hooks.stop_requested() ? 1 : 0;
  const double checkpoint = hooks.checkpoint_due && hooks.checkpoint_due() ? 1 : 0;
  load_weights();
  const float* gradient = reduction_.sum([&](int shard, float* out) {
    {
      const Timed timed(times_.data);
      fill_batch(shard - first_shard);
    }
    const models::StreamPosition position{settings_.seed, static_cast<std::uint32_t>(state_.epoch),
                                          static_cast<std::uint32_t>(state_.step), static_cast<std::uint32_t>(shard),
                                          position_in_epochs()};
    const models::BatchLoss sums = compute_gradient(position, out);
    double* record = records_.data() + static_cast<std::size_t>(shard) * kRecord;
    record[0] = sums.loss;
    record[1] = sums.labels;
    record[2] = stop;
    record[3] = checkpoint;
    std::ranges::copy(sums.parts, record + 4);
  });
  ++times_.steps;
  {
    const Timed timed(exposed_);
    communicator_.all_gather(std::span(records_), record_parts_);
  }
  double loss = 0;
  double labels = 0;
  std::array<double, models::kLossParts> parts{};
  Decision decision;
  for (int s = 0; s < settings_.shards; ++s) {
    const double* record = records_.data() + static_cast<std::size_t>(s) * kRecord;
    loss += record[0];
    labels += record[1];
    decision.stop = decision.stop || record[2] > 0;
    decision.checkpoint = decision.checkpoint || record[3] > 0;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      parts[p] += record[4 + p];
    }
  }
  if (labels > 0) {
    const double norm = gradient_norm() / labels;
    if (std::isfinite(loss) && std::isfinite(norm)) {
      const bool clip = settings_.gradient_clip > 0 && norm > settings_.gradient_clip;
      update(gradient, labels * (clip ? norm / settings_.gradient_clip : 1.0), learning_rate);
      state_.loss_sum += loss;
      state_.labels += labels;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        state_.loss_parts[p] += parts[p];
      }
      state_.bad_steps = 0;
    } else {
      ++state_.bad_steps;
      ++state_.skipped_steps;
    }
  }
  return decision;
}

models::BatchLoss Trainer::compute_gradient(const models::StreamPosition& position, float* out) {
  const auto& costs = reduction_.costs();
  const double within = costs.adding + costs.hidden;  // buckets are finished during the backward pass
  const double forward = executor_->forward_seconds();
  double seconds = 0;
  models::BatchLoss sums;
  {
    const Timed timed(seconds);
    nn::Loss loss = settings_.loss;
    loss.row_weights = batch_weights_.data();
    sums = executor_->gradient(batch_rows_, batch_targets_.data(), loss, position, out);
  }
  const double forward_seconds = executor_->forward_seconds() - forward;
  times_.forward += forward_seconds;
  times_.backward += seconds - forward_seconds - (costs.adding + costs.hidden - within);
  times_.flops += executor_->gradient_flops();
  times_.rows += settings_.shard_rows();
  return sums;
}

double Trainer::gradient_norm() {
  const Timed timed(exposed_);
  return std::sqrt(reduction_.sum_of_squares());
}

void Trainer::update(const float* gradient, double labels, double learning_rate) {
  {
    const Timed timed(times_.optimizer);
    optimizer_.step(gradient, static_cast<float>(1.0 / labels), learning_rate, reduction_.replica());
  }
  reduction_.publish_replica();
}

TrainingTimes Trainer::times() const {
  TrainingTimes times = times_;
  times.adding = reduction_.costs().adding;
  times.hidden = reduction_.costs().hidden;
  times.exposed = exposed_ + reduction_.costs().exposed;
  times.bytes = reduction_.costs().bytes;
  return times;
}

const float* Trainer::weights_to_validate() {
  if (averaged_.empty()) {
    return weights();
  }
  reduction_.gather(optimizer_.average().data(), averaged_.data());
  return averaged_.data();
}

bool Trainer::finish_epoch(const TrainingHooks& hooks, EpochReport report) {
  report.train_loss = state_.loss_sum / std::max(1.0, state_.labels);
  for (std::size_t p = 0; p < models::kLossParts; ++p) {
    report.loss_parts[p] = state_.loss_parts[p] / std::max(1.0, state_.labels);
  }
  state_.epoch += 1;
  state_.step = 0;
  state_.loss_sum = 0;
  state_.labels = 0;
  state_.loss_parts = {};
  report.epoch = state_.epoch;
  const bool last = state_.epoch == settings_.epochs;
  if (hooks.validate && (last || state_.epoch % settings_.validate_every == 0)) {
    const Timed timed(times_.validation);
    const float* weights = weights_to_validate();
    report.validated = true;
    report.validation = hooks.validate(weights);
    if (report.validation < state_.best) {
      state_.best = report.validation;
      state_.best_epoch = state_.epoch;
      report.improved = true;
      if (hooks.improved) {
        hooks.improved(weights);
      }
    }
  }
  if (hooks.epoch_done) {
    hooks.epoch_done(report);
  }
  return settings_.patience > 0 && state_.best_epoch > 0 && state_.epoch - state_.best_epoch >= settings_.patience;
}

void Trainer::fail_diverged() const {
  communicator_.agree([&] {
    fail(
        "the loss or its gradient was not a finite number for {} steps in a row (epoch {}, step {}): lower the "
        "learning rate or set 'training.gradient_clip'; the last checkpoint is from before that",
        kBadSteps, state_.epoch + 1, state_.step);
  });
}

double Trainer::position_in_epochs() const {
  return static_cast<double>(state_.epoch) + static_cast<double>(state_.step) / static_cast<double>(steps_per_epoch_);
}

Outcome Trainer::run(const TrainingHooks& hooks) {
  optimizer_.set_steps(state_.optimizer_steps);
  while (state_.epoch < settings_.epochs) {
    const auto start = Clock::now();
    {
      const Timed timed(times_.data);
      shuffle(state_.epoch);
    }
    EpochReport report;
    for (const std::int64_t epoch = state_.epoch; state_.epoch == epoch;) {
      report.learning_rate = settings_.schedule.rate(position_in_epochs());
      const Decision decision = step(hooks, report.learning_rate);
      state_.step += 1;
      state_.optimizer_steps = optimizer_.steps();
      if (state_.bad_steps >= kBadSteps) {
        fail_diverged();
      }
      if (hooks.progress) {
        hooks.progress(state_.epoch * steps_per_epoch_ + state_.step, settings_.epochs * steps_per_epoch_);
      }
      if (state_.step == steps_per_epoch_) {
        report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (finish_epoch(hooks, report)) {
          return Outcome::stopped_early;
        }
      }
      const bool more = state_.epoch < settings_.epochs;
      if (more && (decision.stop || decision.checkpoint) && hooks.checkpoint) {
        const Timed timed(times_.checkpoint);
        hooks.checkpoint();
      }
      if (more && decision.stop) {
        return Outcome::stopped;
      }
    }
  }
  return Outcome::finished;
}

std::map<std::string, linalg::Buffer<float>> Trainer::gather_optimizer() {
  std::map<std::string, linalg::Buffer<float>> result;
  const auto names = optimizer_.state_names();
  const auto buffers = optimizer_.state();
  for (std::size_t i = 0; i < names.size(); ++i) {
    linalg::Buffer<float> full(communicator_.is_root() ? size() : 0);
    reduction_.gather_to_root(buffers[i]->data(), full.data());
    result.emplace(names[i], std::move(full));
  }
  return result;
}

void Trainer::scatter_optimizer(const std::map<std::string, linalg::Buffer<float>>& arrays) {
  const auto names = optimizer_.state_names();
  const auto buffers = optimizer_.state();
  communicator_.on_root([&] {
    for (const auto& name : names) {
      if (!arrays.contains(name) || arrays.at(name).size() != size()) {
        fail_input("the checkpoint lacks the optimizer's {}", name);
      }
    }
  });
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const float* full = communicator_.is_root() ? arrays.at(names[i]).data() : nullptr;
    reduction_.scatter_from_root(full, buffers[i]->data());
  }
}

}  // namespace epitaxy::train
