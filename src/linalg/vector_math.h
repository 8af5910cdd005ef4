#pragma once
/// \file
/// exp, sigmoid and tanh of float32 as straight-line code, so that loops over them are vectorized by the compiler.
/// Relative errors are at most 2e-7 (a few units in the last place); NaN stays NaN. Polynomials of the Cephes library
/// (S. Moshier), which are near minimax.
#include <bit>
#include <cstdint>

namespace epitaxy::linalg {

/// e^x. Zero below -87.33 (the smallest normal number); stays at 2.4e38 above 88.37.
inline float fast_exp(float x) {
  constexpr float highest = 88.37f;
  constexpr float lowest = -87.33f;
  constexpr float shifter = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, in the low bits
  const float bounded = x > highest ? highest : (x < lowest ? lowest : x);
  const float shifted = bounded * 1.44269504088896341f + shifter;
  const float n = shifted - shifter;
  const float r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) + 127u) << 23;
  const float result = p * std::bit_cast<float>(exponent);
  return x < lowest ? 0.0f : result;
}

/// 1 / (1 + e^-x).
inline float fast_sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }

/// tanh x.
inline float fast_tanh(float x) {
  const float size = x < 0 ? -x : x;
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float small = p * s * x + x;
  const float large = 1.0f - 2.0f / (fast_exp(2.0f * size) + 1.0f);
  return size < 0.625f ? small : (x < 0 ? -large : large);
}

}  // namespace epitaxy::linalg
