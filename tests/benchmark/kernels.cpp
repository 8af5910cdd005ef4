/// \file
/// Speed of the kernels of training on one core, with the shapes of ElemNet (shards of 256 rows) and of the molecule
/// autoencoder. A Google Benchmark program: `kernels --benchmark_filter=gemm/forward`, `--benchmark_list_tests`;
/// rates are per second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "benchmark/sequence_kernels.h"
#include "linalg/cpu.h"
#include "linalg/elementwise.h"
#include "linalg/gemm.h"
#include "linalg/transposed_product.h"
#include "nn/optimizer.h"
#include "numbers.h"

namespace {

using namespace epitaxy;
using benchmark::Counter;
using benchmark::State;
using linalg::Backend;
using linalg::Bfloat16;
using linalg::DataType;
using linalg::Gemm;
using linalg::GemmShape;
using linalg::NumberBuffer;
using linalg::RightSide;

constexpr std::size_t kParameters = 4'631'361;  // ElemNet with one head

void count_bytes(State& state, std::size_t numbers, std::size_t bytes_each) {
  state.counters["GB"] = Counter(1e-9 * static_cast<double>(numbers * bytes_each), Counter::kIsIterationInvariantRate);
}

enum class Product { forward, forward_packed, input, input_packed, weight };

const char* name_of(Product product) {
  constexpr const char* names[] = {"forward", "forward_packed", "d_input", "d_input_packed", "d_weight"};
  return names[static_cast<int>(product)];
}

/// Aligned as in training. Large buffers then share the last 12 bits of their addresses, and a load that follows a
/// store to another buffer waits for it: the alignment can change the speed of a pass threefold.
linalg::Buffer<float> random_floats(std::size_t size, std::uint32_t seed) {
  const auto numbers = test::random_numbers(size, seed);
  linalg::Buffer<float> buffer(size);
  std::copy(numbers.begin(), numbers.end(), buffer.begin());
  return buffer;
}

/// One of the products of a dense layer [in, out] on `rows` rows.
struct LayerProduct {
  Product product;
  int rows;
  int in;
  int out;
  nn::Arithmetic arithmetic;

  bool forward() const { return product == Product::forward || product == Product::forward_packed; }
  bool packed() const { return product == Product::forward_packed || product == Product::input_packed; }
  GemmShape shape() const {
    switch (product) {
      case Product::forward:
      case Product::forward_packed:
        return {rows, out, in};
      case Product::input:
      case Product::input_packed:
        return {rows, in, out, false, true};
      case Product::weight:
        break;
    }
    return {in, out, rows, true, false};
  }
  Gemm plan() const {
    return {arithmetic.backend,
            shape(),
            arithmetic.type,
            product == Product::weight ? DataType::float32 : arithmetic.type,
            forward() ? linalg::Epilogue::bias_relu : linalg::Epilogue::none,
            packed() ? RightSide::packed : RightSide::plain};
  }
};

void multiply(State& state, const LayerProduct& layer) {
  const GemmShape shape = layer.shape();
  const DataType type = layer.arithmetic.type;
  const Gemm gemm = layer.plan();
  const auto size = [](int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); };
  const NumberBuffer a = bench::random_buffer(type, size(shape.m, shape.k));
  const NumberBuffer b = bench::random_buffer(type, size(shape.k, shape.n));
  NumberBuffer c(layer.product == Product::weight ? DataType::float32 : type, size(shape.m, shape.n));
  const auto bias = test::random_numbers(static_cast<std::size_t>(shape.n), 3);
  linalg::Buffer<std::byte> packed;
  const void* right = b.data();
  if (layer.packed()) {
    packed = linalg::Buffer<std::byte>(gemm.packed_bytes());
    gemm.pack(b.data(), packed.data());
    right = packed.data();
  }
  for (auto _ : state) {
    gemm.run(a.data(), right, c.data(), layer.forward() ? bias.data() : nullptr);
    benchmark::ClobberMemory();
  }
  bench::count_flops(state, gemm.flops());
}

/// The gradient of a weight as training in bfloat16 computes it where the CPU has AMX.
void multiply_transposed(State& state, std::size_t rows, std::size_t in, std::size_t out) {
  const NumberBuffer x = bench::random_buffer(DataType::bfloat16, rows * in);
  const NumberBuffer dy = bench::random_buffer(DataType::bfloat16, rows * out);
  linalg::Buffer<float> dweight(in * out);
  linalg::TransposedProduct product(in, out);
  for (auto _ : state) {
    product.run(x.as<Bfloat16>(), dy.as<Bfloat16>(), rows, dweight.data());
    benchmark::ClobberMemory();
  }
  bench::count_flops(state, 2.0 * static_cast<double>(rows * in * out));
}

void pack(State& state, const nn::Arithmetic& arithmetic) {
  constexpr int width = 1024;
  const Gemm gemm(arithmetic.backend, {256, width, width}, arithmetic.type, arithmetic.type, linalg::Epilogue::none,
                  RightSide::packed);
  const NumberBuffer weight = bench::random_buffer(arithmetic.type, std::size_t{width} * width);
  linalg::Buffer<std::byte> packed(gemm.packed_bytes());
  for (auto _ : state) {
    gemm.pack(weight.data(), packed.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, weight.size(), 2 * linalg::bytes_of(arithmetic.type));
}

void optimizer_step(State& state, nn::OptimizerKind kind, double average_decay) {
  nn::OptimizerSettings settings;
  settings.kind = kind;
  settings.weight_decay = 1e-4;
  settings.average_decay = average_decay;
  nn::Optimizer optimizer(settings, {{0, kParameters, 1}}, {{0, kParameters}});
  const auto gradient = random_floats(kParameters, 1);
  auto weights = random_floats(kParameters, 2);
  optimizer.start_average(weights.data());
  for (auto _ : state) {
    optimizer.step(gradient.data(), 0.5f, 1e-4, weights.data());
    benchmark::ClobberMemory();
  }
  state.counters["parameters"] = Counter(static_cast<double>(kParameters), Counter::kIsIterationInvariantRate);
}

void ordered_add(State& state) {
  const auto a = random_floats(kParameters, 1);
  const auto b = random_floats(kParameters, 2);
  linalg::Buffer<float> out(kParameters);
  for (auto _ : state) {
    linalg::add(a.data(), b.data(), out.data(), kParameters);
    benchmark::ClobberMemory();
  }
  count_bytes(state, kParameters, 12);
}

void to_bfloat16(State& state) {
  const auto from = random_floats(kParameters, 1);
  linalg::Buffer<Bfloat16> to(kParameters);
  for (auto _ : state) {
    linalg::convert(from.data(), to.data(), kParameters);
    benchmark::ClobberMemory();
  }
  count_bytes(state, kParameters, 6);
}

void from_bfloat16(State& state) {
  const NumberBuffer from = bench::random_buffer(DataType::bfloat16, kParameters);
  linalg::Buffer<float> to(kParameters);
  for (auto _ : state) {
    linalg::convert(from.as<Bfloat16>(), to.data(), kParameters);
    benchmark::ClobberMemory();
  }
  count_bytes(state, kParameters, 6);
}

void sum_of_squares(State& state) {
  const auto numbers = random_floats(kParameters, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(linalg::sum_of_squares(numbers.data(), kParameters));
  }
  count_bytes(state, kParameters, 4);
}

/// The backward pass of a ReLU with the gradient of the bias.
void relu_backward(State& state, DataType type) {
  constexpr std::size_t rows = 256, columns = 1024;
  NumberBuffer gradient = bench::random_buffer(type, rows * columns);
  const NumberBuffer activation = bench::random_buffer(type, rows * columns);
  std::vector<float> sums(columns);
  for (auto _ : state) {
    linalg::relu_backward(gradient, activation, rows, columns, 1.0f, sums.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, rows * columns, 3 * linalg::bytes_of(type));
}

void register_products() {
  const nn::Arithmetic arithmetics[] = {{DataType::bfloat16, Backend::onednn},
                                        {DataType::float32, Backend::onednn},
                                        {DataType::float32, Backend::split},
                                        {DataType::float32, Backend::openblas}};
  struct Layer {
    int rows, in, out;
  };
  std::vector<Layer> layers;
  for (const int rows : {64, 128, 256, 512, 1024}) {
    layers.push_back({rows, 1024, 1024});
  }
  for (const auto& [in, out] :
       {std::pair{86, 1024}, {1024, 512}, {512, 512}, {512, 256}, {256, 256}, {256, 128}, {128, 128}, {64, 32}}) {
    layers.push_back({256, in, out});
  }
  for (const Product product :
       {Product::forward, Product::forward_packed, Product::input, Product::input_packed, Product::weight}) {
    for (const Layer& layer : layers) {
      for (const nn::Arithmetic& arithmetic : bench::available(arithmetics)) {
        const LayerProduct kernel{product, layer.rows, layer.in, layer.out, arithmetic};
        bench::add(fmt::format("gemm/{}/{}x{}x{}/{}", name_of(product), layer.rows, layer.in, layer.out,
                               bench::name_of(arithmetic)),
                   [kernel](State& state) { multiply(state, kernel); });
      }
    }
  }
  using linalg::TransposedProduct;
  for (const auto& [rows, in, out] : layers) {
    const auto m = static_cast<std::size_t>(in), n = static_cast<std::size_t>(out), k = static_cast<std::size_t>(rows);
    if (TransposedProduct::available() && m % TransposedProduct::kMultiple == 0) {
      bench::add(fmt::format("gemm/d_weight/{}x{}x{}/bfloat16/amx", k, m, n),
                 [=](State& state) { multiply_transposed(state, k, m, n); });
    }
  }
  for (const nn::Arithmetic& arithmetic : bench::available(arithmetics)) {
    bench::add(fmt::format("pack/1024x1024/{}", bench::name_of(arithmetic)),
               [arithmetic](State& state) { pack(state, arithmetic); });
  }
}

void register_passes() {
  bench::add("optimizer/adamw", [](State& state) { optimizer_step(state, nn::OptimizerKind::adamw, 0); });
  bench::add("optimizer/adamw_average", [](State& state) { optimizer_step(state, nn::OptimizerKind::adamw, 0.999); });
  bench::add("optimizer/sgd", [](State& state) { optimizer_step(state, nn::OptimizerKind::sgd, 0); });
  bench::add("ordered_add", ordered_add);
  bench::add("sum_of_squares", sum_of_squares);
  bench::add("convert/float32_to_bfloat16", to_bfloat16);
  bench::add("convert/bfloat16_to_float32", from_bfloat16);
  for (const DataType type : {DataType::bfloat16, DataType::float32}) {
    bench::add(fmt::format("relu_backward/256x1024/{}", bench::name_of(type)),
               [type](State& state) { relu_backward(state, type); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  linalg::set_up_kernels();
  register_products();
  register_passes();
  bench::register_sequence_kernels();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::AddCustomContext("cpu_features", linalg::cpu_features());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
