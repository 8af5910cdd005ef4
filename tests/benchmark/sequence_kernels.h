#pragma once
/// \file
/// What the kernel benchmarks share, and those of the molecule autoencoder.
#include <benchmark/benchmark.h>

#include <span>
#include <string>
#include <vector>

#include "linalg/cpu.h"
#include "linalg/elementwise.h"
#include "nn/dense.h"
#include "numbers.h"

namespace epitaxy::bench {

inline linalg::NumberBuffer random_buffer(linalg::DataType type, std::size_t size, float scale = 1) {
  const auto numbers = test::random_numbers(size, 7, -scale, scale);
  linalg::NumberBuffer buffer(type, size);
  linalg::convert(numbers.data(), buffer, size);
  return buffer;
}

inline void count_flops(::benchmark::State& state, double flops) {
  using ::benchmark::Counter;
  state.counters["GFLOP"] = Counter(1e-9 * flops, Counter::kIsIterationInvariantRate);
}

inline std::string name_of(linalg::DataType type) { return type == linalg::DataType::float32 ? "float32" : "bfloat16"; }
inline std::string name_of(const nn::Arithmetic& arithmetic) {
  constexpr const char* backends[] = {"openblas", "onednn", "split"};
  return name_of(arithmetic.type) + "/" + backends[static_cast<int>(arithmetic.backend)];
}

/// Those that this CPU computes in hardware.
inline std::vector<nn::Arithmetic> available(std::span<const nn::Arithmetic> arithmetics) {
  std::vector<nn::Arithmetic> out;
  for (const auto& arithmetic : arithmetics) {
    const bool plain = arithmetic.type == linalg::DataType::float32 && arithmetic.backend != linalg::Backend::split;
    if (plain || linalg::has_fast_bfloat16()) {
      out.push_back(arithmetic);
    }
  }
  return out;
}

template <typename Function>
void add(const std::string& name, Function function) {
  ::benchmark::RegisterBenchmark(name.c_str(), function)->Unit(::benchmark::kMicrosecond);
}

void register_sequence_kernels();

}  // namespace epitaxy::bench
