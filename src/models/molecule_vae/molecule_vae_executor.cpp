#include "models/molecule_vae/molecule_vae_executor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/timed.h"
#include "linalg/elementwise.h"

namespace epitaxy::models {

using linalg::DataType;
using linalg::NumberBuffer;

namespace {

/// Is any parameter trained whose name begins so?
bool trains(const MoleculeVae& net, const ExecutorSettings& settings, const std::string& prefix) {
  for (std::size_t p = 0; p < settings.trainable.size(); ++p) {
    if (settings.trainable[p] && net.layout()[p].name.starts_with(prefix)) {
      return true;
    }
  }
  return settings.trainable.empty();
}

}  // namespace

VaeExecutor::VaeExecutor(const MoleculeVae& net, const ExecutorSettings& settings)
    : net_(net),
      rows_(settings.rows),
      length_(net.settings().length),
      latent_size_(net.settings().latent),
      trainable_(settings.trainable),
      trains_encoder_(trains(net, settings, "encoder.")),
      trains_decoder_(trains(net, settings, "decoder.")),
      encoder_(net, rows_, settings.arithmetic, settings.training),
      packed_(length_, rows_),
      ids_(rows_ * length_),
      weights_(net.settings().tokens),
      head_features_(DataType::float32, rows_ * net.settings().head_hidden) {
  if (settings.of_kind.has_value()) {
    beta_schedule_ = std::any_cast<const BetaSchedule&>(settings.of_kind);
  }
  if (trains_decoder_ || !settings.training) {
    decoder_.emplace(net, rows_, settings.arithmetic, settings.training);
  }
  if (net.head_hidden()) {
    head_hidden_.emplace(*net.head_hidden(), rows_, nn::Arithmetic{DataType::float32, settings.arithmetic.backend},
                         settings.training);
  }
  if (!settings.training) {
    points_ = NumberBuffer(DataType::float32, rows_ * latent_size_);
    return;
  }
  read_ids_.resize(net.settings().spellings > 0 ? ids_.size() : 0);
  dhead_features_ = NumberBuffer(DataType::float32, head_features_.size());
  const std::size_t heads = net.heads().count();
  unsorted_.resize(ids_.size());
  counted_.resize(rows_);
  lengths_.resize(rows_);
  order_.resize(rows_);
  targets_.resize(rows_ * heads);
  noise_.resize(rows_ * latent_size_);
  dropped_.resize(ids_.size());
  previous_.resize(packed_.capacity());
  next_.resize(packed_.capacity());
  latent_.resize(noise_.size());
  dlatent_.resize(noise_.size());
  divergence_.resize(latent_size_);
  predictions_.resize(targets_.size());
  dpredictions_.resize(targets_.size());
  column_.resize(3 * rows_);
  dmean_ = NumberBuffer(DataType::float32, noise_.size());
  dlog_variance_ = NumberBuffer(DataType::float32, noise_.size());
}

void VaeExecutor::load(const float* weights) {
  master_ = weights;
  encoder_.load(weights);
  if (decoder_) {
    decoder_->load(weights);
  }
  if (head_hidden_) {
    head_hidden_->load(weights + net_.layout()[head_hidden_->spec().weight].offset);
  }
}

/// One spelling of a row -> ids as `ids_` says; returns the number of tokens that count.
std::size_t VaeExecutor::read_row(std::span<const TokenId> row, std::size_t spelling, std::int32_t* ids) const {
  std::fill_n(ids, length_, 0);
  auto next = row.begin();
  for (; spelling > 0; --spelling) {
    next = std::find(next, row.end(), TokenId{0});
    check(next != row.end(), "a row has all spellings of its molecule");
    ++next;
  }
  for (std::size_t t = 0; t < length_; ++t, ++next) {
    if (next == row.end() || *next == 0) {
      return t == 0 ? 0 : t + 1;
    }
    check(*next < net_.settings().tokens, "a row of a molecule holds token ids");
    ids[t] = *next;
  }
  return length_;
}

void VaeExecutor::read_in_order(const RowBlock& rows) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  check(rows.rows() == rows_, "a block has the rows that the executor is made for");
  for (std::size_t i = 0; i < rows_; ++i) {
    read_row(rows.row<TokenId>(i), 0, ids_.data() + i * length_);
  }
}

void VaeExecutor::read_sorted(const RowBlock& rows, const float* targets, std::uint32_t epoch) {
  check(rows.rows() == rows_, "a block has the rows that the executor is made for");
  const std::size_t heads = net_.heads().count();
  const std::size_t spellings = net_.settings().spellings;
  parts_ = {};
  for (std::size_t i = 0; i < rows_; ++i) {
    counted_[i] = read_row(rows.row<TokenId>(i), 0, unsorted_.data() + i * length_);
    parts_.molecules += counted_[i] > 0 ? 1 : 0;
  }
  std::size_t place = 0;
  for (std::size_t length = length_ + 1; length-- > 0;) {
    for (std::size_t i = 0; i < rows_; ++i) {
      if (counted_[i] == length) {
        order_[place++] = i;
      }
    }
  }
  for (std::size_t i = 0; i < rows_; ++i) {
    const std::size_t from = order_[i];
    lengths_[i] = static_cast<std::int32_t>(counted_[from]);
    std::copy_n(unsorted_.data() + from * length_, length_, ids_.data() + i * length_);
    if (spellings > 0) {
      // A row without any molecule has no spellings either.
      const std::size_t spelling = counted_[from] > 0 ? 1 + epoch % spellings : 0;
      read_row(rows.row<TokenId>(from), spelling, read_ids_.data() + i * length_);
    }
    for (std::size_t h = 0; h < heads; ++h) {
      targets_[i * heads + h] =
          counted_[from] > 0 ? targets[from * heads + h] : std::numeric_limits<float>::quiet_NaN();
    }
  }
}

// Both are drawn for every row, also for absent ones, so that a row's numbers depend on its place alone.
void VaeExecutor::draw(const StreamPosition& p) {
  RandomStream noise(p.seed, Purpose::latent, p.epoch, p.step, p.shard);
  for (float& number : noise_) {
    number = static_cast<float>(noise.normal());
  }
  const double rate = net_.settings().token_dropout;
  if (rate > 0) {
    RandomStream drops(p.seed, Purpose::tokens, p.epoch, p.step, p.shard);
    const auto threshold = static_cast<std::uint32_t>(std::llround(rate * 4294967295.0));
    for (std::size_t i = 0; i < dropped_.size(); ++i) {
      dropped_[i] = drops.next() < threshold;
    }
  }
}

void VaeExecutor::fill_steps() {
  const bool drops = net_.settings().token_dropout > 0;
  for (std::size_t t = 0; t < packed_.steps(); ++t) {
    for (std::size_t i = 0; i < packed_.rows(t); ++i) {
      const std::size_t place = packed_.offset(t) + i;
      previous_[place] = -1;
      next_[place] = -1;
      if (i<rows_&& static_cast<std::size_t>(lengths_[i])> t) {
        const std::int32_t* ids = ids_.data() + i * length_ + t;
        next_[place] = ids[0];
        const bool dropped = drops && t > 0 && dropped_[order_[i] * length_ + t - 1];
        previous_[place] = t == 0 ? decoder_->start_token() : (dropped ? -1 : ids[-1]);
      }
    }
  }
}

void VaeExecutor::sample_latent() {
  const float* mean = encoder_.mean().as<float>();
  const float* log_variance = encoder_.log_variance().as<float>();
  for (std::size_t i = 0; i < rows_; ++i) {
    const float* noise = noise_.data() + order_[i] * latent_size_;
    for (std::size_t j = 0; j < latent_size_; ++j) {
      const std::size_t place = i * latent_size_ + j;
      latent_[place] = mean[place] + std::exp(0.5f * log_variance[place]) * noise[j];
    }
  }
}

/// Everything up to the loss.
void VaeExecutor::forward(const StreamPosition& position) {
  const Timed timed(forward_seconds_);
  encoder_.forward(read_ids_.empty() ? ids_.data() : read_ids_.data());
  if (!trains_decoder_) {
    return;
  }
  draw(position);
  packed_.set(lengths_);
  fill_steps();
  sample_latent();
  const nn::TokenSums sums = decoder_->forward(packed_, latent_.data(), previous_.data(), next_.data());
  parts_.reconstruction = sums.loss;
  parts_.tokens = sums.tokens;
  parts_.correct_tokens = sums.correct;
}

BatchLoss VaeExecutor::gradient(const RowBlock& rows, const float* targets, const nn::Loss& loss,
                                const StreamPosition& position, float* gradient) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  finished_ = net_.layout().size();
  beta_ = beta_schedule_.value(position.epochs);
  read_sorted(rows, targets, position.epoch);
  if (parts_.molecules == 0) {
    std::fill_n(gradient, net_.layout().size(), 0.0f);
    report_ready(0);
    return {};
  }
  forward(position);
  if (trains_decoder_) {
    decoder_->backward(packed_, previous_.data(), gradient, dlatent_.data(),
                       [&](std::size_t first) { finish(gradient, first); });
  }
  backward_heads(loss, gradient);
  finish(gradient, net_.heads_begin());
  double divergence = 0;
  if (trains_decoder_) {
    divergence = backward_latent();
  } else {
    std::fill_n(dlog_variance_.as<float>(), dlog_variance_.size(), 0.0f);
  }
  if (trains_encoder_) {
    encoder_.backward(read_ids_.empty() ? ids_.data() : read_ids_.data(), dmean_, dlog_variance_, gradient);
  }
  finish(gradient, 0);
  return {parts_.reconstruction + beta_ * divergence + parts_.properties,
          static_cast<double>(parts_.molecules),
          {parts_.reconstruction, parts_.divergence, parts_.properties}};
}

/// What the heads read: the mean, or the layer on it.
const NumberBuffer& VaeExecutor::head_input(const NumberBuffer& mean) {
  if (!head_hidden_) {
    return mean;
  }
  const float* bias = master_ + net_.layout()[head_hidden_->spec().bias].offset;
  head_hidden_->forward(mean.data(), bias, head_features_.data());
  return head_features_;
}

/// Heads' gradients, and the mean's from them.
void VaeExecutor::backward_heads(const nn::Loss& loss, float* gradient) {
  const std::size_t heads = net_.heads().count();
  const auto& head_weights = net_.settings().head_weights;
  const NumberBuffer& input = head_input(encoder_.mean());
  net_.heads().forward(input, rows_, master_, predictions_.data());
  float* predicted = column_.data();
  float* wanted = predicted + rows_;
  float* slope = wanted + rows_;
  for (std::size_t h = 0; h < heads; ++h) {
    const double weight = head_weights.empty() ? 1.0 : head_weights[h];
    for (std::size_t i = 0; i < rows_; ++i) {
      predicted[i] = predictions_[i * heads + h];
      wanted[i] = targets_[i * heads + h];
    }
    parts_.properties += weight * nn::loss_and_gradient(loss, predicted, wanted, rows_, slope).loss;
    for (std::size_t i = 0; i < rows_; ++i) {
      dpredictions_[i * heads + h] = static_cast<float>(weight) * slope[i];
    }
  }
  net_.heads().backward(input, dpredictions_.data(), rows_, master_, gradient, head_hidden_ ? dhead_features_ : dmean_);
  if (head_hidden_) {
    backward_head_input(gradient);
  }
}

void VaeExecutor::backward_head_input(float* gradient) {
  const nn::DenseSpec& spec = head_hidden_->spec();
  const auto& layout = net_.layout();
  linalg::relu_backward(dhead_features_, head_features_, rows_, spec.out, 1.0f, gradient + layout[spec.bias].offset);
  head_hidden_->backward_weight(encoder_.mean().data(), dhead_features_.data(), gradient + layout[spec.weight].offset);
  head_hidden_->backward_input(dhead_features_.data(), dmean_.data());
}

/// Completes the gradients of mean and log-variance; returns the KL divergence as the loss has it. A dimension below
/// its free bits costs what they are and is not pulled (Kingma et al., NIPS 2016, appendix C.8).
double VaeExecutor::backward_latent() {
  const float* mean = encoder_.mean().as<float>();
  const float* log_variance = encoder_.log_variance().as<float>();
  const auto molecules = static_cast<std::size_t>(parts_.molecules);
  std::ranges::fill(divergence_, 0.0);
  for (std::size_t i = 0; i < molecules; ++i) {
    for (std::size_t j = 0; j < latent_size_; ++j) {
      const double m = mean[i * latent_size_ + j];
      const double v = log_variance[i * latent_size_ + j];
      divergence_[j] += 0.5 * (m * m + std::exp(v) - 1.0 - v);
    }
  }
  parts_.divergence = std::accumulate(divergence_.begin(), divergence_.end(), 0.0);
  const double free = net_.settings().free_bits * static_cast<double>(molecules);
  double cost = 0;
  for (const double divergence : divergence_) {
    cost += std::max(divergence, free);
  }
  float* dmean = dmean_.as<float>();
  float* dlog_variance = dlog_variance_.as<float>();
  for (std::size_t i = 0; i < rows_; ++i) {
    const float* noise = noise_.data() + order_[i] * latent_size_;
    for (std::size_t j = 0; j < latent_size_; ++j) {
      const std::size_t place = i * latent_size_ + j;
      const bool present = i < molecules;
      const float pull = present && divergence_[j] > free ? static_cast<float>(beta_) : 0.0f;
      const float deviation = std::exp(0.5f * log_variance[place]);
      const float dlatent = present ? dlatent_[place] : 0.0f;
      dmean[place] += dlatent + pull * mean[place];
      dlog_variance[place] = 0.5f * (dlatent * noise[j] * deviation + pull * (deviation * deviation - 1.0f));
    }
  }
  return cost;
}

/// Gradients from `first` on are computed: those of parameters that are not trained become zero.
void VaeExecutor::finish(float* gradient, std::size_t first) {
  const auto& parameters = net_.layout().parameters();
  for (std::size_t p = 0; p < trainable_.size(); ++p) {
    if (!trainable_[p] && parameters[p].offset >= first && parameters[p].offset < finished_) {
      std::fill_n(gradient + parameters[p].offset, parameters[p].size, 0.0f);
    }
  }
  finished_ = first;
  report_ready(first);
}

void VaeExecutor::predict(const RowBlock& rows, float* predictions) {
  read_in_order(rows);
  encoder_.forward(ids_.data());
  net_.heads().forward(head_input(encoder_.mean()), rows_, master_, predictions);
}

void VaeExecutor::predict_latent(const float* latent, float* predictions) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  check(points_.size() > 0, "an executor for training predicts no points");
  std::copy_n(latent, points_.size(), points_.as<float>());
  net_.heads().forward(head_input(points_), rows_, master_, predictions);
}

void VaeExecutor::encode(const RowBlock& rows, float* mean, float* log_variance) {
  read_in_order(rows);
  encoder_.forward(ids_.data());
  std::copy_n(encoder_.mean().as<float>(), rows_ * latent_size_, mean);
  std::copy_n(encoder_.log_variance().as<float>(), rows_ * latent_size_, log_variance);
}

void VaeExecutor::decode(const float* latent, std::int32_t* tokens) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  decoder_->decode(
      latent,
      [this](std::size_t, const float* logits) {
        std::int32_t token = 0;
        nn::argmax(logits, 1, net_.settings().tokens, &token);
        return token;
      },
      tokens);
}

void VaeExecutor::sample(const float* latent, std::span<RandomStream> streams, double temperature,
                         std::int32_t* tokens) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  check(streams.size() == rows_ && temperature > 0, "sampling needs a stream for each row and a temperature");
  decoder_->decode(
      latent,
      [&](std::size_t row, const float* logits) {
        const double largest = *std::max_element(logits, logits + weights_.size());
        double sum = 0;
        for (std::size_t k = 0; k < weights_.size(); ++k) {
          weights_[k] = std::exp((logits[k] - largest) / temperature);
          sum += weights_[k];
        }
        double left = streams[row].uniform() * sum;
        std::size_t token = 0;
        while (token + 1 < weights_.size() && left >= weights_[token]) {
          left -= weights_[token++];
        }
        return static_cast<std::int32_t>(token);
      },
      tokens);
}

void VaeExecutor::beam(const float* latent, std::size_t width, std::int32_t* tokens, double* log_probabilities) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  VaeBeam(net_.settings(), rows_, width, *decoder_).search(latent, tokens, log_probabilities);
}

double VaeExecutor::gradient_flops() const {
  return 3.0 * (encoder_.flops() + (trains_decoder_ ? decoder_->flops(packed_) : 0.0));
}

}  // namespace epitaxy::models
