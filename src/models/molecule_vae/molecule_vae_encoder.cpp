#include "models/molecule_vae/molecule_vae_encoder.h"

#include <algorithm>

#include "linalg/elementwise.h"

namespace epitaxy::models {

using linalg::DataType;
using linalg::NumberBuffer;

VaeEncoder::VaeEncoder(const MoleculeVae& net, std::size_t rows, const nn::Arithmetic& arithmetic, bool training)
    : net_(net),
      rows_(rows),
      type_(arithmetic.type),
      first_(net.encoder().convolutions.front(), rows, {DataType::float32, arithmetic.backend}),
      dense_(net.encoder().dense, rows, arithmetic, training),
      to_mean_(net.encoder().mean, rows, {DataType::float32, arithmetic.backend}, training),
      to_log_variance_(net.encoder().log_variance, rows, {DataType::float32, arithmetic.backend}, training),
      typed_hidden_(type_, rows * net.settings().dense),
      mean_(DataType::float32, rows * net.settings().latent),
      log_variance_(DataType::float32, rows * net.settings().latent) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < net.encoder().convolutions.size(); ++i) {
    const nn::Conv1dSpec& spec = net.encoder().convolutions[i];
    if (i > 0) {
      convolutions_.emplace_back(spec, rows, arithmetic, training);
    }
    maps_.emplace_back(type_, rows * spec.out_length() * spec.out);
    largest = std::max(largest, maps_.back().size());
  }
  if (type_ != DataType::float32) {
    const auto& end = net.layout()[net.encoder().dense.bias];
    converted_ = NumberBuffer(type_, end.offset + end.size);
    hidden_ = NumberBuffer(DataType::float32, typed_hidden_.size());
  }
  if (training) {
    dhidden_ = NumberBuffer(DataType::float32, typed_hidden_.size());
    dhidden_part_ = NumberBuffer(DataType::float32, typed_hidden_.size());
    typed_dhidden_ = NumberBuffer(type_, type_ == DataType::float32 ? 0 : typed_hidden_.size());
    dmap_ = NumberBuffer(type_, largest);
    dmap_below_ = NumberBuffer(type_, largest);
  }
}

/// A parameter in the arithmetic's type.
const void* VaeEncoder::typed(std::size_t parameter) const {
  const std::size_t offset = net_.layout()[parameter].offset;
  return type_ == DataType::float32 ? static_cast<const void*>(weights_ + offset)
                                    : converted_.as<linalg::Bfloat16>() + offset;
}

void VaeEncoder::load(const float* weights) {
  weights_ = weights;
  if (type_ != DataType::float32) {
    linalg::convert(weights, converted_, converted_.size());
  }
  dense_.load(typed(dense_.spec().weight));
  to_mean_.load(at(to_mean_.spec().weight));
  to_log_variance_.load(at(to_log_variance_.spec().weight));
}

void VaeEncoder::forward(const std::int32_t* ids) {
  first_.forward(ids, at(first_.spec().weight), at(first_.spec().bias), maps_.front());
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    const nn::Conv1dSpec& spec = convolutions_[i].spec();
    convolutions_[i].forward(maps_[i].data(), typed(spec.weight), at(spec.bias), maps_[i + 1].data());
  }
  dense_.forward(maps_.back().data(), at(dense_.spec().bias), typed_hidden_.data());
  if (type_ != DataType::float32) {
    linalg::convert(typed_hidden_.as<linalg::Bfloat16>(), hidden_.as<float>(), hidden_.size());
  }
  to_mean_.forward(hidden().data(), at(to_mean_.spec().bias), mean_.data());
  to_log_variance_.forward(hidden().data(), at(to_log_variance_.spec().bias), log_variance_.data());
}

void VaeEncoder::backward(const std::int32_t* ids, const NumberBuffer& dmean, const NumberBuffer& dlog_variance,
                          float* flat_gradient) {
  const auto& layout = net_.layout();
  const auto backward_linear = [&](const nn::Dense& layer, const NumberBuffer& dy, NumberBuffer& dx) {
    layer.backward_weight(hidden().data(), dy.data(), flat_gradient + layout[layer.spec().weight].offset);
    linalg::column_sums(dy, rows_, layer.spec().out, flat_gradient + layout[layer.spec().bias].offset);
    layer.backward_input(dy.data(), dx.data());
  };
  backward_linear(to_mean_, dmean, dhidden_);
  backward_linear(to_log_variance_, dlog_variance, dhidden_part_);
  linalg::add(dhidden_, dhidden_part_, dhidden_.size());
  const nn::DenseSpec& dense = dense_.spec();
  linalg::relu_backward(dhidden_, hidden(), rows_, dense.out, 1.0f, flat_gradient + layout[dense.bias].offset);
  if (type_ != DataType::float32) {
    linalg::convert(dhidden_.as<float>(), typed_dhidden_, dhidden_.size());
  }
  const NumberBuffer& dhidden = type_ == DataType::float32 ? dhidden_ : typed_dhidden_;
  dense_.backward_weight(maps_.back().data(), dhidden.data(), flat_gradient + layout[dense.weight].offset);
  dense_.backward_input(dhidden.data(), dmap_.data());
  backward_convolutions(ids, flat_gradient);
}

void VaeEncoder::backward_convolutions(const std::int32_t* ids, float* flat_gradient) {
  const auto gradient_of = [&](std::size_t parameter) { return flat_gradient + net_.layout()[parameter].offset; };
  for (std::size_t i = convolutions_.size(); i-- > 0;) {
    nn::Conv1d& layer = convolutions_[i];
    linalg::relu_backward(dmap_, maps_[i + 1], maps_[i + 1].size(), 1.0f);
    layer.backward_weight(maps_[i].data(), dmap_, gradient_of(layer.spec().weight), gradient_of(layer.spec().bias));
    layer.backward_input(dmap_.data(), typed(layer.spec().weight), dmap_below_);
    std::swap(dmap_, dmap_below_);
  }
  linalg::relu_backward(dmap_, maps_.front(), maps_.front().size(), 1.0f);
  first_.backward_weight(ids, dmap_, gradient_of(first_.spec().weight), gradient_of(first_.spec().bias));
}

double VaeEncoder::flops() const {
  double flops = 0;
  for (const nn::Conv1d& layer : convolutions_) {
    const auto& spec = layer.spec();
    flops += 2.0 * static_cast<double>(rows_ * spec.out_length() * spec.window() * spec.out);
  }
  for (const nn::Dense* layer : {&dense_, &to_mean_, &to_log_variance_}) {
    flops += 2.0 * static_cast<double>(rows_ * layer->spec().in * layer->spec().out);
  }
  return flops;
}

}  // namespace epitaxy::models
