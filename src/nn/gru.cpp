#include "nn/gru.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "linalg/typed.h"
#include "nn/gru_gates.h"

namespace epitaxy::nn {

using linalg::address;
using linalg::Buffer;
using linalg::DataType;
using linalg::Epilogue;
using linalg::NumberBuffer;
using linalg::with_type;

GruSpec add_gru(ParameterLayout& layout, const std::string& name, std::size_t in, std::size_t hidden) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(hidden));
  GruSpec spec{in, hidden, 0, 0, 0, 0};
  spec.input_weight = layout.add(name + ".input.weight", {in, 3 * hidden}, bound);
  spec.input_bias = layout.add(name + ".input.bias", {3 * hidden}, bound);
  spec.hidden_weight = layout.add(name + ".hidden.weight", {hidden, 3 * hidden}, bound);
  spec.hidden_bias = layout.add(name + ".hidden.bias", {3 * hidden}, bound);
  return spec;
}

void pad_gates(const float* from, std::size_t rows, std::size_t hidden, NumberBuffer& to) {
  const std::size_t width = padded(hidden);
  check(rows * 3 * width <= to.size(), "padded gates fit their buffer");
  for (std::size_t part = 0; part < 3 * rows; ++part) {
    linalg::convert(from + part * hidden, to, hidden, part * width);
  }
}

void unpad_gates(const float* from, std::size_t rows, std::size_t hidden, float* to) {
  const std::size_t width = padded(hidden);
  for (std::size_t part = 0; part < 3 * rows; ++part) {
    std::copy_n(from + part * width, hidden, to + part * hidden);
  }
}

Gru::Gru(const GruSpec& spec, std::size_t rows, std::size_t steps, const Arithmetic& arithmetic, bool training,
         GateInputs inputs)
    : spec_(spec),
      width_(padded(spec.hidden)),
      in_width_(padded(spec.in)),
      most_rows_(round_up(rows, kRowBlock)),
      type_(arithmetic.type),
      hidden_product_(arithmetic, width_, 3 * width_, false, DataType::float32),
      input_bias_(3 * width_),
      hidden_bias_(3 * width_),
      products_(kRowBlock * 3 * width_),
      state_(kRowBlock * width_) {
  const std::size_t total = RowGradient::capacity(most_rows_ * steps);
  gates_ = NumberBuffer(type_, total * 3 * width_);
  output_ = NumberBuffer(type_, total * width_);
  const bool projects = inputs == GateInputs::layer;
  padded_weight_ = NumberBuffer(type_, std::max(width_, projects ? in_width_ : 0) * 3 * width_);
  if (projects) {
    input_product_.emplace(arithmetic, in_width_, 3 * width_, false, type_, Epilogue::bias);
  }
  if (!training) {
    return;
  }
  hidden_backward_.emplace(arithmetic, 3 * width_, width_, true, DataType::float32);
  hidden_gradient_.emplace(arithmetic, width_, 3 * width_);
  if (projects) {
    input_backward_.emplace(arithmetic, 3 * width_, in_width_, true, type_);
    input_gradient_.emplace(arithmetic, in_width_, 3 * width_);
  }
  candidates_ = NumberBuffer(type_, most_rows_ * steps * width_);
  zeros_ = NumberBuffer(type_, kRowBlock * width_);
  unused_ = NumberBuffer(type_, kRowBlock * 3 * width_);
  bias_sums_ = Buffer<float>(4 * width_);
  padded_sums_ = Buffer<float>(padded_weight_.size());
}

double Gru::flops_per_row() const {
  const std::size_t in = input_product_ ? spec_.in : 0;
  return 2.0 * static_cast<double>((in + spec_.hidden) * 3 * spec_.hidden);
}

void Gru::load(const ParameterLayout& layout, const float* flat) {
  const auto pad_bias = [&](std::size_t parameter, Buffer<float>& to) {
    for (std::size_t gate = 0; gate < 3; ++gate) {
      std::copy_n(flat + layout[parameter].offset + gate * spec_.hidden, spec_.hidden, to.data() + gate * width_);
    }
  };
  pad_bias(spec_.input_bias, input_bias_);
  pad_bias(spec_.hidden_bias, hidden_bias_);
  // The buffer serves both weights, so the rows between a matrix and its padded size are cleared each time.
  const auto pad_weight = [&](std::size_t parameter, std::size_t rows) {
    pad_gates(flat + layout[parameter].offset, rows, spec_.hidden, padded_weight_);
    std::memset(address(padded_weight_, rows * 3 * width_), 0, (padded(rows) - rows) * 3 * width_ * bytes_of(type_));
  };
  pad_weight(spec_.hidden_weight, spec_.hidden);
  hidden_product_.load(padded_weight_.data());
  if (hidden_backward_) {
    hidden_backward_->load(padded_weight_.data());
  }
  if (input_product_) {
    pad_weight(spec_.input_weight, spec_.in);
    input_product_->load(padded_weight_.data());
    if (input_backward_) {
      input_backward_->load(padded_weight_.data());
    }
  }
}

void Gru::project(const NumberBuffer& x, std::size_t rows, std::size_t first) {
  check(input_product_.has_value(), "the caller of this layer computes its gate inputs");
  input_product_->run(address(x, first * in_width_), rows, address(gates_, first * 3 * width_), input_bias_.data());
}

namespace {

template <typename T>
T* row_of(NumberBuffer& buffer, std::size_t row, std::size_t width) {
  return buffer.size() == 0 ? nullptr : buffer.as<T>() + row * width;
}

template <typename T>
const T* row_of(const NumberBuffer& buffer, std::size_t row, std::size_t width) {
  return buffer.as<T>() + row * width;
}

}  // namespace

// Rows do not depend on each other, so a block of rows goes through all its steps before the next block: its state and
// the products stay in the cache, and so does the hidden weight.
void Gru::forward_block(const PackedRows& rows, std::size_t first) {
  std::fill(state_.begin(), state_.end(), 0.0f);
  std::fill(products_.begin(), products_.end(), 0.0f);
  for (std::size_t t = 0; t < rows.steps() && first < rows.rows(t); ++t) {
    const std::size_t row = rows.offset(t) + first;
    if (t > 0) {
      hidden_product_.run(address(output_, (rows.offset(t - 1) + first) * width_), kRowBlock, products_.data());
    }
    with_type(type_, [&]<typename T>(T) {
      gru_forward(GruForwardStep<T>{kRowBlock, width_, row_of<T>(gates_, row, 3 * width_), products_.data(),
                                    hidden_bias_.data(), state_.data(), row_of<T>(output_, row, width_),
                                    row_of<T>(candidates_, row, width_)});
    });
  }
}

void Gru::forward(const PackedRows& rows) {
  check(rows.total() * width_ <= output_.size(), "the sequences fit the layer");
  for (std::size_t first = 0; rows.steps() > 0 && first < rows.rows(0); first += kRowBlock) {
    forward_block(rows, first);
  }
  if (hidden_gradient_) {
    zero_tail(output_, rows.total(), width_);
  }
}

void Gru::backward_block(const PackedRows& rows, std::size_t first, const NumberBuffer& doutput,
                         NumberBuffer& scratch) {
  std::size_t steps = rows.steps();
  while (steps > 0 && first >= rows.rows(steps - 1)) {
    --steps;
  }
  std::fill(state_.begin(), state_.end(), 0.0f);
  std::fill_n(products_.begin(), kRowBlock * width_, 0.0f);
  // The gradient of a step's product stands in the rows of the step before, whose state it belongs to.
  std::memset(address(scratch, (rows.offset(steps - 1) + first) * 3 * width_), 0,
              kRowBlock * 3 * width_ * bytes_of(type_));
  for (std::size_t t = steps; t-- > 0;) {
    const std::size_t row = rows.offset(t) + first;
    const std::size_t before = t > 0 ? rows.offset(t - 1) + first : 0;
    with_type(type_, [&]<typename T>(T) {
      GruBackwardStep<T> step;
      step.rows = kRowBlock;
      step.width = width_;
      step.gates = row_of<T>(gates_, row, 3 * width_);
      step.candidates = row_of<T>(candidates_, row, width_);
      step.previous = t > 0 ? row_of<T>(output_, before, width_) : zeros_.as<T>();
      step.doutput = row_of<T>(doutput, row, width_);
      step.product = products_.data();
      step.carry = state_.data();
      step.dproducts = t > 0 ? row_of<T>(scratch, before, 3 * width_) : unused_.as<T>();
      step.bias_sums = bias_sums_.data();
      gru_backward(step);
    });
    if (t > 0) {
      hidden_backward_->run(address(scratch, before * 3 * width_), kRowBlock, products_.data());
    }
  }
}

void Gru::backward(const PackedRows& rows, const NumberBuffer& doutput, NumberBuffer& scratch,
                   const ParameterLayout& layout, float* flat_gradient) {
  check(hidden_gradient_.has_value(), "a layer that was made for training is trained");
  check(scratch.size() >= gates_.size(), "the scratch memory has the size of the gates");
  std::fill(bias_sums_.begin(), bias_sums_.end(), 0.0f);
  for (std::size_t first = 0; rows.steps() > 0 && first < rows.rows(0); first += kRowBlock) {
    backward_block(rows, first, doutput, scratch);
  }
  for (std::size_t gate = 0; gate < 3; ++gate) {
    const float* sums = bias_sums_.data() + gate * width_;
    const float* hidden_sums = gate == 2 ? sums + width_ : sums;
    const std::size_t place = gate * spec_.hidden;
    std::copy_n(sums, spec_.hidden, flat_gradient + layout[spec_.input_bias].offset + place);
    std::copy_n(hidden_sums, spec_.hidden, flat_gradient + layout[spec_.hidden_bias].offset + place);
  }
  zero_tail(scratch, rows.total(), 3 * width_);
  zero_tail(gates_, rows.total(), 3 * width_);
  hidden_gradient_->run(output_.data(), scratch.data(), rows.total(), padded_sums_.data());
  unpad_gates(padded_sums_.data(), spec_.hidden, spec_.hidden, flat_gradient + layout[spec_.hidden_weight].offset);
}

void Gru::backward_input(const NumberBuffer& x, std::size_t total, const ParameterLayout& layout, float* flat_gradient,
                         NumberBuffer* dx) {
  check(input_gradient_.has_value(), "a layer that computes its gate inputs in training has gradients of them");
  input_gradient_->run(x.data(), gates_.data(), total, padded_sums_.data());
  unpad_gates(padded_sums_.data(), spec_.in, spec_.hidden, flat_gradient + layout[spec_.input_weight].offset);
  if (dx != nullptr) {
    input_backward_->run(gates_.data(), total, dx->data());
  }
}

GruState Gru::start() const { return {Buffer<float>(most_rows_ * width_), NumberBuffer(type_, most_rows_ * width_)}; }

void Gru::step(std::size_t row, GruState& state, bool first) {
  if (first) {
    std::fill(products_.begin(), products_.end(), 0.0f);
  } else {
    hidden_product_.run(address(state.output, row * width_), kRowBlock, products_.data());
  }
  with_type(type_, [&]<typename T>(T) {
    gru_forward(GruForwardStep<T>{kRowBlock, width_, row_of<T>(gates_, row, 3 * width_), products_.data(),
                                  hidden_bias_.data(), state.hidden.data() + row * width_,
                                  row_of<T>(state.output, row, width_), nullptr});
  });
}

}  // namespace epitaxy::nn
