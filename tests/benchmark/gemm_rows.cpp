/// \file
/// How fast the three products of a 1024 x 1024 dense layer run on one core, by the rows of a shard: the figures behind
/// the choice of 256 rows. Usage: gemm_rows [openblas|onednn] [float32|bfloat16]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "epitaxy/linalg/gemm.h"

namespace {

using namespace epitaxy::linalg;

/// The median rate of several repetitions, in GFLOP/s.
double rate(const Gemm& gemm, const NumberBuffer& a, const NumberBuffer& b, NumberBuffer& c) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> rates;
  for (int repetition = 0; repetition < 7; ++repetition) {
    constexpr int runs = 10;
    const auto start = Clock::now();
    for (int i = 0; i < runs; ++i) {
      gemm.run(a.data(), b.data(), c.data());
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    rates.push_back(runs * gemm.flops() / seconds * 1e-9);
  }
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  set_up_kernels();
  const Backend backend = argc > 1 && std::string(argv[1]) == "openblas" ? Backend::openblas : Backend::onednn;
  const bool wide = backend == Backend::openblas || (argc > 2 && std::string(argv[2]) == "float32");
  const DataType type = wide ? DataType::float32 : DataType::bfloat16;
  constexpr int width = 1024;
  fmt::print("GFLOP/s on one core, median of 7; {}\n{:>6} {:>10} {:>10} {:>10}\n", wide ? "float32" : "bfloat16",
             "rows", "forward", "d input", "d weight");
  for (const int rows : {64, 128, 256, 512, 1024}) {
    const Gemm forward(backend, {rows, width, width}, type, type);
    const Gemm input(backend, {rows, width, width, false, true}, type, type);
    const Gemm weight(backend, {width, width, rows, true, false}, type, DataType::float32);
    const NumberBuffer x(type, static_cast<std::size_t>(rows) * width);
    const NumberBuffer w(type, static_cast<std::size_t>(width) * width);
    NumberBuffer y(type, x.size());
    NumberBuffer dw(DataType::float32, w.size());
    fmt::print("{:>6} {:>10.0f} {:>10.0f} {:>10.0f}\n", rows, rate(forward, x, w, y), rate(input, x, w, y),
               rate(weight, x, x, dw));
  }
  return 0;
}
