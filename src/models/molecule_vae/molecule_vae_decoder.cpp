#include "models/molecule_vae/molecule_vae_decoder.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "linalg/typed.h"

namespace epitaxy::models {

using linalg::address;
using linalg::Buffer;
using linalg::DataType;
using linalg::Epilogue;
using linalg::NumberBuffer;
using nn::kRowBlock;
using nn::PackedRows;
using nn::padded;
using nn::RowGradient;

namespace {

std::size_t padded_rows(std::size_t rows) { return nn::round_up(rows, kRowBlock); }

/// Bias of the logits of tokens that exist only as padding: they are never chosen and have no gradient.
constexpr float kNever = -1e30f;

/// Row i of `from` [rows, columns] to row i of a buffer [.., width]; other columns are zero.
void pad_columns(const float* from, std::size_t rows, std::size_t columns, std::size_t width, NumberBuffer& to) {
  std::memset(to.data(), 0, to.size() * bytes_of(to.type()));
  for (std::size_t i = 0; i < rows; ++i) {
    linalg::convert(from + i * columns, to, columns, i * width);
  }
}

void unpad_columns(const float* from, std::size_t rows, std::size_t columns, std::size_t width, float* to) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy_n(from + i * width, columns, to + i * columns);
  }
}

}  // namespace

VaeDecoder::VaeDecoder(const MoleculeVae& net, std::size_t rows, const nn::Arithmetic& arithmetic, bool training)
    : net_(net),
      rows_(rows),
      width_(padded(net.settings().cells)),
      latent_width_(padded(net.settings().latent)),
      tokens_width_(padded(net.settings().tokens)),
      previous_count_(net.settings().decoder_input == DecoderInput::previous_token ? net.settings().tokens + 1 : 0),
      type_(arithmetic.type),
      latent_product_(arithmetic, latent_width_, 3 * width_, false, DataType::float32, Epilogue::bias),
      output_product_(arithmetic, width_, tokens_width_, false, DataType::float32, Epilogue::bias),
      latent_(type_, RowGradient::capacity(padded_rows(rows)) * latent_width_),
      projected_(padded_rows(rows) * 3 * width_),
      table_(DataType::float32, previous_count_ * 3 * width_),
      output_bias_(tokens_width_),
      weight_(type_, std::max(latent_width_ * 3, tokens_width_) * width_),
      row_of_(padded_rows(rows)),
      last_token_(padded_rows(rows)) {
  const std::size_t steps = training ? net.settings().length : 1;
  const std::size_t total = RowGradient::capacity(padded_rows(rows) * steps);
  for (const nn::GruSpec& spec : net.decoder().layers) {
    const auto inputs = layers_.empty() ? nn::GateInputs::caller : nn::GateInputs::layer;
    layers_.emplace_back(spec, rows, steps, arithmetic, training, inputs);
    states_.push_back(layers_.back().start());
  }
  logits_ = Buffer<float>(total * tokens_width_);
  if (!training) {
    return;
  }
  latent_backward_.emplace(arithmetic, 3 * width_, latent_width_, true, DataType::float32);
  latent_gradient_.emplace(arithmetic, latent_width_, 3 * width_);
  output_backward_.emplace(arithmetic, tokens_width_, width_, true, type_);
  output_gradient_.emplace(arithmetic, width_, tokens_width_);
  dlogits_ = NumberBuffer(type_, total * tokens_width_);
  doutput_ = NumberBuffer(type_, total * width_);
  scratch_ = NumberBuffer(type_, total * 3 * width_);
  dprojected_ = Buffer<float>(projected_.size());
  dprojected_typed_ = NumberBuffer(type_, RowGradient::capacity(padded_rows(rows)) * 3 * width_);
  dtable_ = Buffer<float>(table_.size());
  dlatent_ = Buffer<float>(padded_rows(rows) * latent_width_);
  dweight_ = Buffer<float>(weight_.size());
}

void VaeDecoder::load(const float* weights) {
  for (nn::Gru& layer : layers_) {
    layer.load(net_.layout(), weights);
  }
  load_first_layer(weights);
  load_output(weights);
}

void VaeDecoder::load_first_layer(const float* weights) {
  const std::size_t latent = net_.settings().latent;
  const std::size_t cells = net_.settings().cells;
  const float* weight = weights + net_.layout()[layers_.front().spec().input_weight].offset;
  std::memset(weight_.data(), 0, weight_.size() * bytes_of(type_));
  nn::pad_gates(weight, latent, cells, weight_);
  latent_product_.load(weight_.data());
  if (latent_backward_) {
    latent_backward_->load(weight_.data());
  }
  nn::pad_gates(weight + latent * 3 * cells, previous_count_, cells, table_);
}

void VaeDecoder::load_output(const float* weights) {
  const nn::DenseSpec& spec = net_.decoder().output;
  std::ranges::fill(output_bias_, kNever);
  std::copy_n(weights + net_.layout()[spec.bias].offset, spec.out, output_bias_.data());
  pad_columns(weights + net_.layout()[spec.weight].offset, spec.in, spec.out, tokens_width_, weight_);
  output_product_.load(weight_.data());
  if (output_backward_) {
    output_backward_->load(weight_.data());
  }
}

void VaeDecoder::project_latent(const float* latent) {
  pad_columns(latent, rows_, net_.settings().latent, latent_width_, latent_);
  latent_product_.run(latent_.data(), padded_rows(rows_), projected_.data(), layers_.front().input_bias());
}

void VaeDecoder::fill_gates(std::size_t gate_row, std::size_t latent_row, std::int32_t previous) {
  const std::size_t size = 3 * width_;
  const float* from = projected_.data() + latent_row * size;
  NumberBuffer& gates = layers_.front().gates();
  if (previous < 0 || previous_count_ == 0) {
    linalg::convert(from, gates, size, gate_row * size);
    return;
  }
  const float* added = table_.as<float>() + static_cast<std::size_t>(previous) * size;
  linalg::with_type(type_, [&]<typename T>(T) {
    T* to = gates.as<T>() + gate_row * size;
#pragma GCC ivdep
    for (std::size_t j = 0; j < size; ++j) {
      linalg::store(to[j], from[j] + added[j]);
    }
  });
}

void VaeDecoder::fill_gates(const PackedRows& rows, const std::int32_t* previous) {
  for (std::size_t t = 0; t < rows.steps(); ++t) {
    for (std::size_t i = 0; i < rows.rows(t); ++i) {
      fill_gates(rows.offset(t) + i, i, previous[rows.offset(t) + i]);
    }
  }
}

nn::TokenSums VaeDecoder::forward(const PackedRows& rows, const float* latent, const std::int32_t* previous,
                                  const std::int32_t* targets) {
  project_latent(latent);
  fill_gates(rows, previous);
  layers_.front().forward(rows);
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    layers_[i].project(layers_[i - 1].output(), rows.total());
    layers_[i].forward(rows);
  }
  output_product_.run(layers_.back().output().data(), rows.total(), logits_.data(), output_bias_.data());
  return nn::cross_entropy(logits_.data(), targets, rows.total(), tokens_width_, &dlogits_);
}

void VaeDecoder::backward(const PackedRows& rows, const std::int32_t* previous, float* flat_gradient, float* dlatent,
                          const std::function<void(std::size_t)>& ready) {
  const nn::ParameterLayout& layout = net_.layout();
  const nn::DenseSpec& output = net_.decoder().output;
  nn::zero_tail(dlogits_, rows.total(), tokens_width_);
  output_gradient_->run(layers_.back().output().data(), dlogits_.data(), rows.total(), dweight_.data());
  unpad_columns(dweight_.data(), output.in, output.out, tokens_width_, flat_gradient + layout[output.weight].offset);
  linalg::column_sums(dlogits_, rows.total(), tokens_width_, dweight_.data());
  std::copy_n(dweight_.data(), output.out, flat_gradient + layout[output.bias].offset);
  ready(layout[output.weight].offset);
  output_backward_->run(dlogits_.data(), rows.total(), doutput_.data());
  for (std::size_t i = layers_.size(); i-- > 0;) {
    layers_[i].backward(rows, doutput_, scratch_, layout, flat_gradient);
    if (i > 0) {
      layers_[i].backward_input(layers_[i - 1].output(), rows.total(), layout, flat_gradient, &doutput_);
    } else {
      backward_first_layer(rows, previous, flat_gradient, dlatent);
    }
    ready(layout[layers_[i].spec().input_weight].offset);
  }
}

namespace {

/// sums += row, and other_sums += row.
template <typename T>
void add_row(const T* row, std::size_t size, float* sums, float* other_sums) {
#pragma GCC ivdep
  for (std::size_t j = 0; j < size; ++j) {
    const float value = linalg::load(row[j]);
    sums[j] += value;
    other_sums[j] += value;
  }
}

template <typename T>
void add_row(const T* row, std::size_t size, float* sums) {
#pragma GCC ivdep
  for (std::size_t j = 0; j < size; ++j) {
    sums[j] += linalg::load(row[j]);
  }
}

}  // namespace

void VaeDecoder::backward_first_layer(const PackedRows& rows, const std::int32_t* previous, float* flat_gradient,
                                      float* dlatent) {
  const std::size_t size = 3 * width_;
  const std::size_t latent = net_.settings().latent;
  const std::size_t cells = net_.settings().cells;
  std::ranges::fill(dprojected_, 0.0f);
  std::ranges::fill(dtable_, 0.0f);
  linalg::with_type(type_, [&]<typename T>(T) {
    for (std::size_t i = 0; i < rows.rows(0); ++i) {
      for (std::size_t t = 0; t < rows.steps() && i < rows.rows(t); ++t) {
        const std::size_t row = rows.offset(t) + i;
        const T* gradient = layers_.front().gates().as<T>() + row * size;
        float* sums = dprojected_.data() + i * size;
        if (previous[row] >= 0 && previous_count_ > 0) {
          add_row(gradient, size, sums, dtable_.data() + static_cast<std::size_t>(previous[row]) * size);
        } else {
          add_row(gradient, size, sums);
        }
      }
    }
  });
  const std::size_t all = padded_rows(rows_);
  float* dweight = flat_gradient + net_.layout()[layers_.front().spec().input_weight].offset;
  linalg::convert(dprojected_.data(), dprojected_typed_, dprojected_.size());
  latent_gradient_->run(latent_.data(), dprojected_typed_.data(), all, dweight_.data());
  nn::unpad_gates(dweight_.data(), latent, cells, dweight);
  nn::unpad_gates(dtable_.data(), previous_count_, cells, dweight + latent * 3 * cells);
  latent_backward_->run(dprojected_typed_.data(), all, dlatent_.data());
  unpad_columns(dlatent_.data(), rows_, latent, latent_width_, dlatent);
}

// Rows that have ended leave their places to others, so that blocks of rows become free and are no longer computed.
void VaeDecoder::decode(const float* latent, const TokenChoice& choose, std::int32_t* tokens) {
  project_latent(latent);
  for (nn::GruState& state : states_) {
    std::ranges::fill(state.hidden, 0.0f);
    std::memset(state.output.data(), 0, state.output.size() * bytes_of(type_));
  }
  for (std::size_t i = 0; i < row_of_.size(); ++i) {
    row_of_[i] = i;
    last_token_[i] = start_token();
  }
  std::fill_n(tokens, rows_ * net_.settings().length, 0);
  std::size_t live = rows_;
  for (std::size_t t = 0; t < net_.settings().length && live > 0; ++t) {
    step(live, t == 0);
    live = take_tokens(live, t, choose, tokens);
  }
}

void VaeDecoder::begin(const float* latent) {
  project_latent(latent);
  for (std::size_t l = spare_states_.size(); l < layers_.size(); ++l) {
    spare_states_.push_back(layers_[l].start());
  }
}

void VaeDecoder::set_place(std::size_t place, std::size_t row, std::int32_t token) {
  row_of_[place] = row;
  last_token_[place] = token;
}

void VaeDecoder::move_states(std::span<const std::size_t> from) {
  for (std::size_t l = 0; l < states_.size(); ++l) {
    const nn::GruState& old = states_[l];
    nn::GruState& moved = spare_states_[l];
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i] == kNoPlace) {
        std::fill_n(moved.hidden.data() + i * width_, width_, 0.0f);
        std::memset(address(moved.output, i * width_), 0, width_ * bytes_of(type_));
      } else {
        std::copy_n(old.hidden.data() + from[i] * width_, width_, moved.hidden.data() + i * width_);
        std::memcpy(address(moved.output, i * width_), address(old.output, from[i] * width_), width_ * bytes_of(type_));
      }
    }
  }
  std::swap(states_, spare_states_);
}

void VaeDecoder::step(std::size_t live, bool first) {
  const std::size_t computed = padded_rows(live);
  for (std::size_t i = 0; i < computed; ++i) {
    fill_gates(i, row_of_[i], last_token_[i]);
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (std::size_t row = 0; row < computed; row += kRowBlock) {
      if (l > 0) {
        layers_[l].project(states_[l - 1].output, kRowBlock, row);
      }
      layers_[l].step(row, states_[l], first);
    }
  }
  output_product_.run(states_.back().output.data(), computed, logits_.data(), output_bias_.data());
}

std::size_t VaeDecoder::take_tokens(std::size_t live, std::size_t time, const TokenChoice& choose,
                                    std::int32_t* tokens) {
  for (std::size_t i = 0; i < live; ++i) {
    const std::int32_t token = choose(row_of_[i], logits_.data() + i * tokens_width_);
    tokens[row_of_[i] * net_.settings().length + time] = token;
    last_token_[i] = token;
  }
  std::size_t kept = live;
  for (std::size_t i = 0; i < kept;) {
    if (last_token_[i] != 0) {
      ++i;
    } else if (--kept > i) {
      move_row(kept, i);
    }
  }
  return kept;
}

void VaeDecoder::move_row(std::size_t from, std::size_t to) {
  row_of_[to] = row_of_[from];
  last_token_[to] = last_token_[from];
  for (nn::GruState& state : states_) {
    std::copy_n(state.hidden.data() + from * width_, width_, state.hidden.data() + to * width_);
    std::memcpy(address(state.output, to * width_), address(state.output, from * width_), width_ * bytes_of(type_));
  }
}

double VaeDecoder::flops(const PackedRows& rows) const {
  double per_row = 2.0 * static_cast<double>(net_.settings().cells * net_.settings().tokens);
  for (const nn::Gru& layer : layers_) {
    per_row += layer.flops_per_row();
  }
  const double latent = 6.0 * static_cast<double>(rows_ * net_.settings().latent * net_.settings().cells);
  return per_row * static_cast<double>(rows.total()) + latent;
}

}  // namespace epitaxy::models
