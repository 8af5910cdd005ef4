#include "linalg/elementwise.h"

#include <immintrin.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace epitaxy::linalg {

void convert(const float* from, Bfloat16* to, std::size_t size) {
  std::size_t i = 0;
#ifdef __AVX512BF16__
  for (; i + 16 <= size; i += 16) {
    const __m256bh numbers = _mm512_cvtneps_pbh(_mm512_loadu_ps(from + i));
    std::memcpy(to + i, &numbers, sizeof(numbers));
  }
#endif
  for (; i < size; ++i) {
    to[i] = Bfloat16::from(from[i]);
  }
}

void convert(const Bfloat16* from, float* to, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    to[i] = from[i].value();
  }
}

void convert(const float* from, NumberBuffer& to, std::size_t size, std::size_t offset) {
  check(offset + size <= to.size(), "conversion stays inside its buffer");
  if (to.type() == DataType::float32) {
    std::copy_n(from, size, to.as<float>() + offset);
  } else {
    convert(from, to.as<Bfloat16>() + offset, size);
  }
}

void add(float* out, const float* in, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] += in[i];
  }
}

void add(const float* a, const float* b, float* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = a[i] + b[i];
  }
}

void add(NumberBuffer& out, const NumberBuffer& in, std::size_t size) {
  if (out.type() == DataType::float32) {
    add(out.as<float>(), in.as<float>(), size);
    return;
  }
  auto* o = out.as<Bfloat16>();
  const auto* x = in.as<Bfloat16>();
  for (std::size_t i = 0; i < size; ++i) {
    o[i] = Bfloat16::from(o[i].value() + x[i].value());
  }
}

void copy(const NumberBuffer& from, NumberBuffer& to, std::size_t size) {
  std::memcpy(to.data(), from.data(), size * bytes_of(from.type()));
}

void add(const NumberBuffer& a, const NumberBuffer& b, NumberBuffer& out) {
  copy(a, out, out.size());
  add(out, b, out.size());
}

namespace {

void relu_backward_row(float* __restrict gradient, const float* __restrict activation, std::size_t size, float scale,
                       float* __restrict sums) {
  for (std::size_t i = 0; i < size; ++i) {
    gradient[i] = activation[i] > 0.0f ? gradient[i] * scale : 0.0f;
    sums[i] += gradient[i];
  }
}

void relu_backward_row(Bfloat16* __restrict gradient, const Bfloat16* __restrict activation, std::size_t size,
                       float scale, float* __restrict sums) {
  if (scale == 1.0f) {
    for (std::size_t i = 0; i < size; ++i) {
      const bool on = static_cast<std::int16_t>(activation[i].bits) > 0;
      gradient[i].bits = on ? gradient[i].bits : std::uint16_t{0};
      sums[i] += gradient[i].value();
    }
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const bool on = static_cast<std::int16_t>(activation[i].bits) > 0;
    gradient[i] = on ? Bfloat16::from(gradient[i].value() * scale) : Bfloat16{0};
    sums[i] += gradient[i].value();
  }
}

}  // namespace

void relu_backward(NumberBuffer& gradient, const NumberBuffer& activation, std::size_t rows, std::size_t columns,
                   float scale, float* sums) {
  std::fill_n(sums, columns, 0.0f);
  for (std::size_t i = 0; i < rows; ++i) {
    if (gradient.type() == DataType::float32) {
      relu_backward_row(gradient.as<float>() + i * columns, activation.as<float>() + i * columns, columns, scale, sums);
    } else {
      relu_backward_row(gradient.as<Bfloat16>() + i * columns, activation.as<Bfloat16>() + i * columns, columns, scale,
                        sums);
    }
  }
}

void relu_backward(NumberBuffer& gradient, const NumberBuffer& activation, std::size_t size, float scale) {
  if (gradient.type() == DataType::float32) {
    auto* g = gradient.as<float>();
    const auto* y = activation.as<float>();
    for (std::size_t i = 0; i < size; ++i) {
      g[i] = y[i] > 0.0f ? g[i] * scale : 0.0f;
    }
    return;
  }
  auto* g = gradient.as<std::uint16_t>();
  const auto* y = activation.as<std::int16_t>();
  if (scale == 1.0f) {
    for (std::size_t i = 0; i < size; ++i) {
      g[i] = y[i] > 0 ? g[i] : std::uint16_t{0};
    }
    return;
  }
  auto* numbers = gradient.as<Bfloat16>();
  for (std::size_t i = 0; i < size; ++i) {
    numbers[i] = y[i] > 0 ? Bfloat16::from(numbers[i].value() * scale) : Bfloat16{0};
  }
}

namespace {

template <typename T, typename Scale>
void drop(T* values, std::size_t size, std::uint32_t threshold, RandomStream& stream, Scale scaled) {
  std::size_t i = 0;
  while (i < size) {
    const std::uint32_t bits = stream.next();
    values[i] = (bits & 0xffffu) < threshold ? T{} : scaled(values[i]);
    if (++i < size) {
      values[i] = (bits >> 16) < threshold ? T{} : scaled(values[i]);
      ++i;
    }
  }
}

}  // namespace

void dropout(NumberBuffer& values, std::size_t size, double rate, RandomStream stream) {
  const auto threshold = static_cast<std::uint32_t>(std::lround(rate * 65536.0));
  const auto scale = static_cast<float>(1.0 / (1.0 - rate));
  if (values.type() == DataType::float32) {
    drop(values.as<float>(), size, threshold, stream, [scale](float x) { return x * scale; });
  } else {
    drop(values.as<Bfloat16>(), size, threshold, stream,
         [scale](Bfloat16 x) { return Bfloat16::from(x.value() * scale); });
  }
}

void column_sums(const NumberBuffer& matrix, std::size_t rows, std::size_t columns, float* sums) {
  std::fill_n(sums, columns, 0.0f);
  for (std::size_t i = 0; i < rows; ++i) {
    if (matrix.type() == DataType::float32) {
      add(sums, matrix.as<float>() + i * columns, columns);
    } else {
      const auto* row = matrix.as<Bfloat16>() + i * columns;
      for (std::size_t j = 0; j < columns; ++j) {
        sums[j] += row[j].value();
      }
    }
  }
}

double sum_of_squares(const float* values, std::size_t size) {
  constexpr std::size_t lanes = 8;
  double partial[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      partial[l] += static_cast<double>(values[i + l]) * values[i + l];
    }
  }
  for (; i < size; ++i) {
    partial[i % lanes] += static_cast<double>(values[i]) * values[i];
  }
  return ((partial[0] + partial[4]) + (partial[1] + partial[5])) +
         ((partial[2] + partial[6]) + (partial[3] + partial[7]));
}

}  // namespace epitaxy::linalg
