#pragma once
/// \file
/// The elementwise part of one step of a GRU, for a block of rows: everything between its matrix products in one pass.
/// T is float or linalg::Bfloat16; the arithmetic is float32. Gates are stored [rows, 3 * width] in the order reset,
/// update, new.
#include <cstddef>

namespace epitaxy::nn {

/// Where a forward step reads and writes.
template <typename T>
struct GruForwardStep {
  std::size_t rows = 0;
  std::size_t width = 0;
  T* gates = nullptr;               ///< [rows, 3 width]: W x + b; becomes the gates r, z, n when they are kept.
  const float* products = nullptr;  ///< [rows, 3 width]: the hidden weight's product with the last state.
  const float* bias = nullptr;      ///< [3 width], the hidden bias.
  float* state = nullptr;           ///< [rows, width], updated.
  T* output = nullptr;              ///< [rows, width], the new state.
  T* candidates = nullptr;          ///< [rows, width]: the new gate's hidden part before the reset; null = not kept.
};

template <typename T>
void gru_forward(const GruForwardStep<T>& step);

/// Where a backward step reads and writes.
template <typename T>
struct GruBackwardStep {
  std::size_t rows = 0;
  std::size_t width = 0;
  T* gates = nullptr;              ///< [rows, 3 width]: r, z, n; becomes the gradient of W x + b.
  const T* candidates = nullptr;   ///< [rows, width] as the forward step left them.
  const T* previous = nullptr;     ///< [rows, width] the state before the step.
  const T* doutput = nullptr;      ///< [rows, width]: the gradient that comes from outside the recurrence.
  const float* product = nullptr;  ///< [rows, width]: what comes from the next step's matrix product.
  float* carry = nullptr;          ///< [rows, width]: what comes from the next step besides; updated for this one.
  T* dproducts = nullptr;          ///< [rows, 3 width]: the gradient of the hidden weight's product.
  float* bias_sums = nullptr;      ///< [4 width]: column sums of the gradient of W x + b, and of dproducts' new part.
};

template <typename T>
void gru_backward(const GruBackwardStep<T>& step);

}  // namespace epitaxy::nn
