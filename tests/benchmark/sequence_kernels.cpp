/// \file
/// Kernels of the molecule autoencoder: 256 molecules of 34 tokens, three GRU layers of 500 cells.
#include "benchmark/sequence_kernels.h"

#include <fmt/format.h>

#include "chem/molecule_check.h"
#include "nn/conv1d.h"
#include "nn/cross_entropy.h"
#include "nn/gru.h"
#include "nn/gru_gates.h"

namespace epitaxy::bench {

namespace {

using ::benchmark::ClobberMemory;
using ::benchmark::Counter;
using ::benchmark::State;
using linalg::DataType;
using linalg::NumberBuffer;
using nn::Arithmetic;

constexpr std::size_t kRows = 256;
constexpr std::size_t kLength = 34;
constexpr std::size_t kTokens = 25;
constexpr std::size_t kHidden = 500;

void count_rows(State& state, std::size_t rows, const char* what) {
  state.counters[what] = Counter(static_cast<double>(rows), Counter::kIsIterationInvariantRate);
}

std::vector<std::int32_t> random_ids(std::size_t count) {
  RandomStream stream(5, Purpose::synthetic);
  std::vector<std::int32_t> ids(count);
  for (auto& id : ids) {
    id = static_cast<std::int32_t>(stream.below(kTokens));
  }
  return ids;
}

/// A GRU layer whose input is the output of another, with the weights of its start.
struct GruLayer {
  nn::ParameterLayout layout;
  nn::GruSpec spec = nn::add_gru(layout, "gru", kHidden, kHidden);
  nn::PackedRows rows{kLength, kRows};
  nn::Gru gru;
  std::size_t size;
  NumberBuffer x;
  std::vector<float> weights;

  explicit GruLayer(const Arithmetic& arithmetic)
      : gru(spec, kRows, kLength, arithmetic, true, nn::GateInputs::layer),
        size(nn::RowGradient::capacity(rows.capacity())),
        x(random_buffer(arithmetic.type, size * gru.in_width())),
        weights(layout.size()) {
    rows.set_full();
    layout.initialize(weights.data(), 1);
    gru.load(layout, weights.data());
  }
  double forward_flops() const { return gru.flops_per_row() * static_cast<double>(rows.total()); }
};

void gru_load(State& state, const Arithmetic& arithmetic) {
  GruLayer layer(arithmetic);
  for (auto _ : state) {
    layer.gru.load(layer.layout, layer.weights.data());
  }
}

void gru_forward(State& state, const Arithmetic& arithmetic) {
  GruLayer layer(arithmetic);
  for (auto _ : state) {
    layer.gru.project(layer.x, layer.rows.total());
    layer.gru.forward(layer.rows);
  }
  count_flops(state, layer.forward_flops());
}

void gru_train(State& state, const Arithmetic& arithmetic) {
  GruLayer layer(arithmetic);
  const NumberBuffer doutput = random_buffer(arithmetic.type, layer.size * layer.gru.width(), 1e-3f);
  NumberBuffer scratch(arithmetic.type, layer.gru.gates().size());
  NumberBuffer dx(arithmetic.type, layer.x.size());
  std::vector<float> gradient(layer.layout.size());
  for (auto _ : state) {
    layer.gru.project(layer.x, layer.rows.total());
    layer.gru.forward(layer.rows);
    layer.gru.backward(layer.rows, doutput, scratch, layer.layout, gradient.data());
    layer.gru.backward_input(layer.x, layer.rows.total(), layer.layout, gradient.data(), &dx);
  }
  count_flops(state, 3 * layer.forward_flops());
}

/// One step for all rows, as in decoding.
void gru_step(State& state, const Arithmetic& arithmetic) {
  GruLayer layer(arithmetic);
  nn::GruState start = layer.gru.start();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kRows; row += nn::kRowBlock) {
      layer.gru.project(layer.x, nn::kRowBlock, row);
      layer.gru.step(row, start);
    }
  }
  count_flops(state, layer.gru.flops_per_row() * static_cast<double>(kRows));
}

/// Everything of a step of one block of rows but its products.
template <typename T>
void gates(State& state, bool backward) {
  constexpr std::size_t rows = nn::kRowBlock, width = nn::padded(kHidden), size = rows * width;
  constexpr DataType type = sizeof(T) == 4 ? DataType::float32 : DataType::bfloat16;
  NumberBuffer kept = random_buffer(type, 3 * size), candidates = random_buffer(type, size);
  NumberBuffer output = random_buffer(type, size), doutput = random_buffer(type, size), dproducts(type, 3 * size);
  const auto products = test::random_numbers(3 * size, 1);
  std::vector<float> hidden(size), bias(3 * width), sums(4 * width);
  for (auto _ : state) {
    if (backward) {
      // The carried gradient is small, as it would otherwise grow from run to run.
      std::fill(hidden.begin(), hidden.end(), 1e-3f);
      nn::gru_backward(nn::GruBackwardStep<T>{rows, width, kept.as<T>(), candidates.as<T>(), output.as<T>(),
                                              doutput.as<T>(), products.data(), hidden.data(), dproducts.as<T>(),
                                              sums.data()});
    } else {
      nn::gru_forward(nn::GruForwardStep<T>{rows, width, kept.as<T>(), products.data(), bias.data(), hidden.data(),
                                            output.as<T>(), candidates.as<T>()});
    }
    ClobberMemory();
  }
  count_rows(state, size, "cells");
}

/// The second and third convolution of the encoder.
void convolution(State& state, const nn::Conv1dSpec& spec, const Arithmetic& arithmetic, bool backward) {
  nn::Conv1d conv(spec, kRows, arithmetic, true);
  const NumberBuffer x = random_buffer(arithmetic.type, kRows * spec.length * spec.in);
  const NumberBuffer weight = random_buffer(arithmetic.type, spec.window() * spec.out);
  const auto bias = test::random_numbers(spec.out, 2);
  NumberBuffer y = random_buffer(arithmetic.type, kRows * spec.out_length() * spec.out);
  NumberBuffer dx(arithmetic.type, x.size());
  std::vector<float> dweight(weight.size()), dbias(spec.out);
  for (auto _ : state) {
    if (backward) {
      conv.backward_weight(x.data(), y, dweight.data(), dbias.data());
      conv.backward_input(y.data(), weight.data(), dx);
    } else {
      conv.forward(x.data(), weight.data(), bias.data(), y.data());
    }
    ClobberMemory();
  }
  count_rows(state, kRows, "molecules");
}

/// The first convolution, on tokens.
void token_convolution(State& state, const Arithmetic& arithmetic, bool backward) {
  const nn::Conv1dSpec spec{kLength, kTokens, 8, 9, nn::Activation::relu, 0, 1};
  nn::TokenConv1d conv(spec, kRows, arithmetic);
  const auto ids = random_ids(kRows * kLength);
  const NumberBuffer weight = random_buffer(arithmetic.type, spec.window() * spec.out);
  const auto bias = test::random_numbers(spec.out, 2);
  NumberBuffer y = random_buffer(arithmetic.type, kRows * spec.out_length() * spec.out);
  std::vector<float> dweight(weight.size()), dbias(spec.out);
  for (auto _ : state) {
    if (backward) {
      conv.backward_weight(ids.data(), y, dweight.data(), dbias.data());
    } else {
      conv.forward(ids.data(), weight.data(), bias.data(), y);
    }
    ClobberMemory();
  }
  count_rows(state, kRows, "molecules");
}

void cross_entropy(State& state, DataType type) {
  const std::size_t rows = kRows * kLength;
  const auto logits = test::random_numbers(rows * kTokens, 1, -5, 5);
  const auto targets = random_ids(rows);
  NumberBuffer gradient(type, logits.size());
  for (auto _ : state) {
    ::benchmark::DoNotOptimize(nn::cross_entropy(logits.data(), targets.data(), rows, kTokens, &gradient));
  }
  count_rows(state, rows, "tokens");
}

void argmax(State& state) {
  const std::size_t rows = kRows * kLength;
  const auto logits = test::random_numbers(rows * kTokens, 1, -5, 5);
  std::vector<std::int32_t> ids(rows);
  for (auto _ : state) {
    nn::argmax(logits.data(), rows, kTokens, ids.data());
    ClobberMemory();
  }
  count_rows(state, rows, "tokens");
}

void check_molecules(State& state) {
  const std::vector<std::string> molecules{"CC1CC2OC2C1O", "c1cc[nH]c1", "OC1C2CC1C2=O", "N#CC1CNC1=O", "CC(C", "C#O"};
  for (auto _ : state) {
    for (const auto& molecule : molecules) {
      ::benchmark::DoNotOptimize(chem::check_smiles(molecule));
    }
  }
  count_rows(state, molecules.size(), "molecules");
}

}  // namespace

void register_sequence_kernels() {
  const Arithmetic arithmetics[] = {{DataType::bfloat16, linalg::Backend::onednn},
                                    {DataType::float32, linalg::Backend::onednn}};
  const nn::Conv1dSpec second{26, 8, 8, 9, nn::Activation::relu, 0, 1};
  const nn::Conv1dSpec third{18, 8, 16, 11, nn::Activation::relu, 0, 1};
  for (const Arithmetic& arithmetic : available(arithmetics)) {
    const std::string type = name_of(arithmetic.type);
    add("gru/load/" + type, [arithmetic](State& state) { gru_load(state, arithmetic); });
    add("gru/forward/" + type, [arithmetic](State& state) { gru_forward(state, arithmetic); });
    add("gru/forward_backward/" + type, [arithmetic](State& state) { gru_train(state, arithmetic); });
    add("gru/step/" + type, [arithmetic](State& state) { gru_step(state, arithmetic); });
    for (const bool backward : {false, true}) {
      const char* direction = backward ? "backward" : "forward";
      add(fmt::format("conv1d/first/{}/{}", direction, type),
          [=](State& state) { token_convolution(state, arithmetic, backward); });
      add(fmt::format("conv1d/second/{}/{}", direction, type),
          [=](State& state) { convolution(state, second, arithmetic, backward); });
      add(fmt::format("conv1d/third/{}/{}", direction, type),
          [=](State& state) { convolution(state, third, arithmetic, backward); });
    }
    add("cross_entropy/" + type, [arithmetic](State& state) { cross_entropy(state, arithmetic.type); });
  }
  for (const bool backward : {false, true}) {
    const char* direction = backward ? "backward" : "forward";
    add(fmt::format("gates/{}/bfloat16", direction), [=](State& state) { gates<linalg::Bfloat16>(state, backward); });
    add(fmt::format("gates/{}/float32", direction), [=](State& state) { gates<float>(state, backward); });
  }
  add("argmax", argmax);
  add("check_smiles", check_molecules);
}

}  // namespace epitaxy::bench
