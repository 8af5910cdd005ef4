// GCC takes half of AVX512's width by default. Whole vectors made these passes a third faster.
#ifdef __AVX512F__
#pragma GCC target("prefer-vector-width=512")
#endif
#include "nn/gru_gates.h"

#include "linalg/typed.h"
#include "linalg/vector_math.h"

namespace epitaxy::nn {

using linalg::Bfloat16;
using linalg::fast_sigmoid;
using linalg::fast_tanh;
using linalg::load;
using linalg::store;

namespace {

// The compiler vectorizes the loops because it is told that the arrays are distinct (a row's gates are three of them).

template <typename T, bool Keep>
void forward_row(std::size_t width, T* gates, const float* products, const float* bias, float* state, T* output,
                 T* candidates) {
#pragma GCC ivdep
  for (std::size_t j = 0; j < width; ++j) {
    const float r = fast_sigmoid(load(gates[j]) + products[j] + bias[j]);
    const float z = fast_sigmoid(load(gates[width + j]) + products[width + j] + bias[width + j]);
    const float candidate = products[2 * width + j] + bias[2 * width + j];
    const float n = fast_tanh(load(gates[2 * width + j]) + r * candidate);
    const float h = n + z * (state[j] - n);
    state[j] = h;
    store(output[j], h);
    if constexpr (Keep) {
      store(gates[j], r);
      store(gates[width + j], z);
      store(gates[2 * width + j], n);
      store(candidates[j], candidate);
    }
  }
}

template <typename T>
void backward_row(std::size_t width, T* gates, const T* candidates, const T* previous, const T* doutput,
                  const float* product, float* carry, T* dproducts, float* bias_sums) {
#pragma GCC ivdep
  for (std::size_t j = 0; j < width; ++j) {
    const float r = load(gates[j]);
    const float z = load(gates[width + j]);
    const float n = load(gates[2 * width + j]);
    const float dh = load(doutput[j]) + product[j] + carry[j];
    const float dn = dh * (1.0f - z) * (1.0f - n * n);
    const float dz = dh * (load(previous[j]) - n) * z * (1.0f - z);
    const float dr = dn * load(candidates[j]) * r * (1.0f - r);
    const float dcandidate = dn * r;
    carry[j] = dh * z;
    store(gates[j], dr);
    store(gates[width + j], dz);
    store(gates[2 * width + j], dn);
    store(dproducts[j], dr);
    store(dproducts[width + j], dz);
    store(dproducts[2 * width + j], dcandidate);
    bias_sums[j] += dr;
    bias_sums[width + j] += dz;
    bias_sums[2 * width + j] += dn;
    bias_sums[3 * width + j] += dcandidate;
  }
}

}  // namespace

template <typename T>
void gru_forward(const GruForwardStep<T>& s) {
  for (std::size_t i = 0; i < s.rows; ++i) {
    T* gates = s.gates + i * 3 * s.width;
    const float* products = s.products + i * 3 * s.width;
    float* state = s.state + i * s.width;
    T* output = s.output + i * s.width;
    if (s.candidates != nullptr) {
      forward_row<T, true>(s.width, gates, products, s.bias, state, output, s.candidates + i * s.width);
    } else {
      forward_row<T, false>(s.width, gates, products, s.bias, state, output, nullptr);
    }
  }
}

template <typename T>
void gru_backward(const GruBackwardStep<T>& s) {
  for (std::size_t i = 0; i < s.rows; ++i) {
    backward_row(s.width, s.gates + i * 3 * s.width, s.candidates + i * s.width, s.previous + i * s.width,
                 s.doutput + i * s.width, s.product + i * s.width, s.carry + i * s.width, s.dproducts + i * 3 * s.width,
                 s.bias_sums);
  }
}

template void gru_forward(const GruForwardStep<float>&);
template void gru_forward(const GruForwardStep<Bfloat16>&);
template void gru_backward(const GruBackwardStep<float>&);
template void gru_backward(const GruBackwardStep<Bfloat16>&);

}  // namespace epitaxy::nn
