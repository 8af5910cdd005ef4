#pragma once
/// \file
/// Numbers for the tests of the numeric layers, and ways to compare them.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/random.h"
#include "linalg/cpu.h"
#include "linalg/elementwise.h"

namespace epitaxy::test {

/// The kernels as the program sets them up; to be made a global fixture of a test program.
struct Kernels {
  Kernels() { linalg::set_up_kernels(); }
};

/// Uniform in [low, high); the same seed gives the same numbers.
inline std::vector<float> random_numbers(std::size_t size, std::uint32_t seed, double low = -1, double high = 1) {
  RandomStream stream(seed, Purpose::synthetic);
  std::vector<float> numbers(size);
  for (float& number : numbers) {
    number = static_cast<float>(low + (high - low) * stream.uniform());
  }
  return numbers;
}

/// A buffer of these numbers, rounded to its type, and the numbers of a buffer.
inline linalg::NumberBuffer buffer_of(const std::vector<float>& values, linalg::DataType type) {
  linalg::NumberBuffer buffer(type, values.size());
  linalg::convert(values.data(), buffer, values.size());
  return buffer;
}
inline std::vector<float> values_of(const linalg::NumberBuffer& buffer) {
  std::vector<float> values(buffer.size());
  if (buffer.type() == linalg::DataType::float32) {
    std::copy_n(buffer.as<float>(), buffer.size(), values.data());
  } else {
    linalg::convert(buffer.as<linalg::Bfloat16>(), values.data(), buffer.size());
  }
  return values;
}

inline bool same_bits(const float* a, const float* b, std::size_t size) {
  return size == 0 || std::memcmp(a, b, size * sizeof(float)) == 0;
}

/// The largest |a - b| / (1 + |b|); NaN anywhere counts as infinitely far.
template <typename A, typename B>
double largest_difference(const A& a, const B& b, std::size_t size) {
  double largest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double expected = static_cast<double>(b[i]);
    const double size_of_error = std::abs(static_cast<double>(a[i]) - expected) / (1 + std::abs(expected));
    largest = size_of_error <= largest ? largest : (std::isnan(size_of_error) ? HUGE_VAL : size_of_error);
  }
  return largest;
}

}  // namespace epitaxy::test
