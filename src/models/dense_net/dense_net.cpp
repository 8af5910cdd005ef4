#include "models/dense_net/dense_net.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/timed.h"
#include "linalg/elementwise.h"
#include "models/head_task.h"

namespace epitaxy::models {

using linalg::NumberBuffer;

namespace {

class DenseExecutor final : public Executor {
 public:
  DenseExecutor(const DenseNet& net, const ExecutorSettings& settings);

  void load(const float* weights) override { load_part(weights, 0, 1); }
  std::size_t shared_bytes() const override;
  void share(std::byte* memory) override;
  void load_part(const float* weights, int part, int parts) override;
  BatchLoss gradient(const RowBlock& rows, const float* targets, const nn::Loss& loss, const StreamPosition& position,
                     float* gradient) override;
  void predict(const RowBlock& rows, float* predictions) override;
  double gradient_flops() const override;
  double measure_products() override;

 private:
  void read(const RowBlock& rows);
  const NumberBuffer& input_of(std::size_t layer) const;
  void forward(const RowBlock& rows, const StreamPosition* dropout_position);
  void backward(float* gradient);
  bool trains(std::size_t layer) const { return trains_weight_[layer] || trains_bias_[layer]; }

  const DenseNet& net_;
  std::size_t rows_;
  linalg::DataType type_;
  double dropout_;
  std::vector<nn::Dense> layers_;
  std::vector<bool> residual_;  ///< By layer: its input is added to its output.
  std::vector<bool> trains_weight_;
  std::vector<bool> trains_bias_;
  std::size_t lowest_ = 0;                 ///< The lowest layer that is backpropagated.
  std::vector<std::size_t> frozen_heads_;  ///< Parameters of heads that are not trained.
  const float* master_ = nullptr;          ///< float32 weights.
  NumberBuffer converted_;                 ///< One layer's weight in the arithmetic's type, unless that is float32.
  std::vector<std::size_t> work_of_part_;  ///< Bytes to pack by part of the work.
  std::vector<float> inputs_;              ///< [rows, in], unless the type is float32.
  NumberBuffer typed_inputs_;
  std::vector<NumberBuffer> outputs_;  ///< [rows, out] after ReLU and dropout.
  std::vector<NumberBuffer> sums_;     ///< [rows, out] with the input added, for residual layers.
  NumberBuffer gradient_;              ///< Of the current layer's output.
  NumberBuffer next_gradient_;
  NumberBuffer skip_gradient_;
  std::vector<float> predictions_;  ///< [rows, outputs]
  std::vector<float> dpredictions_;
};

DenseExecutor::DenseExecutor(const DenseNet& net, const ExecutorSettings& settings)
    : net_(net), rows_(settings.rows), type_(settings.arithmetic.type), dropout_(net.settings().dropout) {
  const auto trainable = [&](std::size_t parameter) {
    return settings.training && (settings.trainable.empty() || settings.trainable[parameter]);
  };
  std::size_t widest = 0;
  std::size_t largest = 0;
  bool any_residual = false;
  const auto& body = net.body();
  lowest_ = body.size();
  for (std::size_t i = 0; i < body.size(); ++i) {
    layers_.emplace_back(body[i], rows_, settings.arithmetic, settings.training);
    outputs_.emplace_back(type_, rows_ * body[i].out);
    residual_.push_back(net.settings().residual && i > 0 && body[i].in == body[i].out);
    sums_.emplace_back(type_, residual_[i] ? rows_ * body[i].out : 0);
    any_residual = any_residual || residual_[i];
    trains_weight_.push_back(trainable(body[i].weight));
    trains_bias_.push_back(trainable(body[i].bias));
    if (trains(i)) {
      lowest_ = std::min(lowest_, i);
    }
    widest = std::max({widest, body[i].in, body[i].out});
    largest = std::max(largest, body[i].in * body[i].out);
  }
  for (std::size_t p = 2 * body.size(); p < net.layout().parameters().size(); ++p) {
    if (!trainable(p)) {
      frozen_heads_.push_back(p);
    }
  }
  typed_inputs_ = NumberBuffer(type_, rows_ * body.front().in);
  if (type_ != linalg::DataType::float32) {
    inputs_.resize(typed_inputs_.size());
    converted_ = NumberBuffer(type_, largest);
  }
  if (settings.training) {
    gradient_ = NumberBuffer(type_, rows_ * widest);
    next_gradient_ = NumberBuffer(type_, rows_ * widest);
    skip_gradient_ = NumberBuffer(type_, any_residual ? rows_ * widest : 0);
    predictions_.resize(rows_ * net.heads().count());
    dpredictions_.resize(predictions_.size());
  }
}

std::size_t DenseExecutor::shared_bytes() const {
  std::size_t bytes = 0;
  for (const nn::Dense& layer : layers_) {
    bytes += layer.packed_bytes();
  }
  return bytes;
}

void DenseExecutor::share(std::byte* memory) {
  for (nn::Dense& layer : layers_) {
    layer.place(memory);
    memory += layer.packed_bytes();
  }
}

void DenseExecutor::load_part(const float* weights, int part, int parts) {
  master_ = weights;
  std::vector<std::size_t>& work = work_of_part_;
  work.assign(static_cast<std::size_t>(parts), 0);
  for (nn::Dense& layer : layers_) {
    const auto least_loaded = std::ranges::min_element(work);
    *least_loaded += layer.packed_bytes();
    if (least_loaded - work.begin() != part) {
      continue;
    }
    const auto& weight = net_.layout()[layer.spec().weight];
    if (type_ == linalg::DataType::float32) {
      layer.load(weights + weight.offset);
    } else {
      linalg::convert(weights + weight.offset, converted_, weight.size);
      layer.load(converted_.data());
    }
  }
}

const NumberBuffer& DenseExecutor::input_of(std::size_t layer) const {
  if (layer == 0) {
    return typed_inputs_;
  }
  return residual_[layer - 1] ? sums_[layer - 1] : outputs_[layer - 1];
}

void DenseExecutor::read(const RowBlock& rows) {
  check(rows.rows() == rows_, "a block has the rows that the executor is made for");
  if (type_ == linalg::DataType::float32) {
    net_.fill_inputs(rows, typed_inputs_.as<float>());
    return;
  }
  net_.fill_inputs(rows, inputs_.data());
  linalg::convert(inputs_.data(), typed_inputs_, typed_inputs_.size());
}

void DenseExecutor::forward(const RowBlock& rows, const StreamPosition* dropout_position) {
  check(master_ != nullptr, "weights are loaded before an executor is used");
  read(rows);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const float* bias = master_ + net_.layout()[net_.body()[i].bias].offset;
    layers_[i].forward(input_of(i).data(), bias, outputs_[i].data());
    if (dropout_position != nullptr && dropout_ > 0) {
      const auto& p = *dropout_position;
      const auto shard_and_layer = static_cast<std::uint32_t>(p.shard * layers_.size() + i);
      linalg::dropout(outputs_[i], outputs_[i].size(), dropout_,
                      RandomStream(p.seed, Purpose::dropout, p.epoch, p.step, shard_and_layer));
    }
    if (residual_[i]) {
      linalg::add(outputs_[i], input_of(i), sums_[i]);
    }
  }
}

BatchLoss DenseExecutor::gradient(const RowBlock& rows, const float* targets, const nn::Loss& loss,
                                  const StreamPosition& position, float* gradient) {
  const NumberBuffer& hidden = input_of(layers_.size());
  {
    const Timed timed(forward_seconds_);
    forward(rows, &position);
    net_.heads().forward(hidden, rows_, master_, predictions_.data());
  }
  const nn::LossSums sums =
      heads_loss(net_.description().heads, loss, predictions_.data(), targets, rows_, dpredictions_.data());
  net_.heads().backward(hidden, dpredictions_.data(), rows_, master_, gradient, gradient_);
  for (const std::size_t head : frozen_heads_) {
    const auto& parameter = net_.layout()[head];
    std::fill_n(gradient + parameter.offset, parameter.size, 0.0f);
  }
  backward(gradient);
  return {sums.loss, sums.labels, {}};
}

void DenseExecutor::backward(float* gradient) {
  const auto scale = static_cast<float>(dropout_ > 0 ? 1.0 / (1.0 - dropout_) : 1.0);
  for (std::size_t i = layers_.size(); i-- > lowest_;) {
    const nn::DenseSpec& spec = net_.body()[i];
    const std::size_t size = rows_ * spec.out;
    if (residual_[i]) {
      linalg::copy(gradient_, skip_gradient_, size);
    }
    const auto& weight = net_.layout()[spec.weight];
    const auto& bias = net_.layout()[spec.bias];
    linalg::relu_backward(gradient_, outputs_[i], rows_, spec.out, scale, gradient + bias.offset);
    if (trains(i)) {
      layers_[i].backward_weight(input_of(i).data(), gradient_.data(), gradient + weight.offset);
      if (!trains_weight_[i]) {
        std::fill_n(gradient + weight.offset, weight.size, 0.0f);
      }
    }
    if (!trains_bias_[i]) {
      std::fill_n(gradient + bias.offset, bias.size, 0.0f);
    }
    report_ready(weight.offset);
    if (i > lowest_) {
      layers_[i].backward_input(gradient_.data(), next_gradient_.data());
      if (residual_[i]) {
        linalg::add(next_gradient_, skip_gradient_, rows_ * spec.in);
      }
      std::swap(gradient_, next_gradient_);
    }
  }
}

void DenseExecutor::predict(const RowBlock& rows, float* predictions) {
  forward(rows, nullptr);
  net_.heads().forward(input_of(layers_.size()), rows_, master_, predictions);
}

double DenseExecutor::gradient_flops() const {
  double flops = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const double one = 2.0 * static_cast<double>(rows_ * net_.body()[i].in * net_.body()[i].out);
    flops += one * (1 + (trains_weight_[i] ? 1 : 0) + (i > lowest_ ? 1 : 0));
  }
  return flops;
}

double DenseExecutor::measure_products() {
  constexpr int repetitions = 5;
  linalg::Buffer<float> dweight(net_.layout().size());
  double seconds = 0;
  const auto best_of = [&](const auto& product) {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repetitions; ++i) {
      double once = 0;
      {
        const Timed timed(once);
        product();
      }
      best = std::min(best, once);
    }
    seconds += best;
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const nn::Dense& layer = layers_[i];
    const float* bias = master_ + net_.layout()[net_.body()[i].bias].offset;
    best_of([&] { layer.forward(input_of(i).data(), bias, outputs_[i].data()); });
    if (trains_weight_[i]) {
      best_of([&] { layer.backward_weight(input_of(i).data(), gradient_.data(), dweight.data()); });
    }
    if (i > lowest_) {
      best_of([&] { layer.backward_input(gradient_.data(), next_gradient_.data()); });
    }
  }
  return gradient_flops() / seconds * 1e-9;
}

}  // namespace

DenseNet::DenseNet(ModelDescription description, const DenseSettings& settings, std::size_t inputs,
                   RowInputs row_inputs)
    : description_(std::move(description)), settings_(settings), row_inputs_(std::move(row_inputs)) {
  check(!settings.widths.empty() && inputs > 0, "a dense network has inputs and layers");
  std::size_t in = inputs;
  for (std::size_t i = 0; i < settings.widths.size(); ++i) {
    const std::size_t out = settings.widths[i];
    body_.push_back(nn::add_dense(layout_, fmt::format("body.{:02}", i), in, out, nn::Activation::relu));
    in = out;
  }
  heads_ = std::make_unique<nn::LinearHeads>(layout_, linear_heads(description_.heads), in);
}

void DenseNet::fill_inputs(const RowBlock& rows, float* inputs) const {
  const std::size_t width = body_.front().in;
  std::fill_n(inputs, rows.rows() * width, 0.0f);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (!rows.is_absent(i)) {
      row_inputs_(rows, i, inputs + i * width);
    }
  }
}

std::size_t DenseNet::activations() const {
  std::size_t sum = 0;
  for (const nn::DenseSpec& layer : body_) {
    sum += layer.out;
  }
  return sum;
}

std::unique_ptr<Executor> DenseNet::executor(const ExecutorSettings& settings) const {
  return std::make_unique<DenseExecutor>(*this, settings);
}

}  // namespace epitaxy::models
