#include <algorithm>
#include <array>
#include <cstring>

#include "linalg/elementwise.h"
#include "linalg/gemm_plan.h"

namespace epitaxy::linalg {

namespace {

enum Half { high, low };
using Pattern = std::array<Half, 3>;
constexpr Pattern kLeft{high, high, low};
constexpr Pattern kRight{high, low, high};

/// Writes the halves of a row's numbers three times, one after another, in the order of the pattern.
void split_row(const float* from, std::size_t size, const Pattern& pattern, Bfloat16* to) {
  Bfloat16* highs = to;
  Bfloat16* lows = to + static_cast<std::size_t>(std::ranges::find(pattern, low) - pattern.begin()) * size;
  constexpr std::size_t chunk = 512;
  std::array<float, chunk> rest;
  for (std::size_t first = 0; first < size; first += chunk) {
    const std::size_t count = std::min(chunk, size - first);
    convert(from + first, highs + first, count);
    for (std::size_t i = 0; i < count; ++i) {
      rest[i] = from[first + i] - highs[first + i].value();
    }
    convert(rest.data(), lows + first, count);
  }
  const std::size_t second_high = pattern[1] == high ? 1 : 2;
  std::memcpy(to + second_high * size, highs, size * sizeof(Bfloat16));
}

/// [rows, columns] -> [rows, 3 columns].
void split(const float* from, std::size_t rows, std::size_t columns, const Pattern& pattern, Bfloat16* to) {
  for (std::size_t i = 0; i < rows; ++i) {
    split_row(from + i * columns, columns, pattern, to + 3 * i * columns);
  }
}

/// The split factors, shared by all plans of a thread; they grow as plans are made.
struct Scratch {
  Buffer<Bfloat16> a;
  Buffer<Bfloat16> b;
};

Scratch& scratch() {
  thread_local Scratch buffers;
  return buffers;
}

void grow(Buffer<Bfloat16>& buffer, std::size_t size) {
  if (buffer.size() < size) {
    buffer = Buffer<Bfloat16>(size);
  }
}

/// One product of triple depth: [high high low] times [high low high].
class SplitPlan final : public Gemm::Plan {
 public:
  SplitPlan(const GemmShape& shape, Epilogue epilogue, RightSide right)
      : shape_(shape),
        right_(right),
        triple_(Backend::onednn, {shape.m, shape.n, 3 * shape.k, shape.transpose_a, shape.transpose_b},
                DataType::bfloat16, DataType::float32, epilogue, right) {
    const auto k = static_cast<std::size_t>(shape.k);
    grow(scratch().a, 3 * static_cast<std::size_t>(shape.m) * k);
    grow(scratch().b, 3 * k * static_cast<std::size_t>(shape.n));
  }

  std::size_t packed_bytes() const override { return triple_.packed_bytes(); }

  void pack(const void* b, void* packed) override {
    split_right(b);
    triple_.pack(scratch().b.data(), packed);
  }

  void run(const void* a, const void* b, void* c, const float* bias) override {
    const auto m = static_cast<std::size_t>(shape_.m);
    const auto k = static_cast<std::size_t>(shape_.k);
    split(static_cast<const float*>(a), shape_.transpose_a ? 1 : m, shape_.transpose_a ? m * k : k, kLeft,
          scratch().a.data());
    if (right_ == RightSide::packed) {
      triple_.run(scratch().a.data(), b, c, bias);
    } else {
      split_right(b);
      triple_.run(scratch().a.data(), scratch().b.data(), c, bias);
    }
  }

 private:
  void split_right(const void* b) {
    const auto n = static_cast<std::size_t>(shape_.n);
    const auto k = static_cast<std::size_t>(shape_.k);
    split(static_cast<const float*>(b), shape_.transpose_b ? n : 1, shape_.transpose_b ? k : k * n, kRight,
          scratch().b.data());
  }

  GemmShape shape_;
  RightSide right_;
  Gemm triple_;
};

}  // namespace

std::unique_ptr<Gemm::Plan> plan_split(const GemmShape& shape, Epilogue epilogue, RightSide right) {
  return std::make_unique<SplitPlan>(shape, epilogue, right);
}

}  // namespace epitaxy::linalg
