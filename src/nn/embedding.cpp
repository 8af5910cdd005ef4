#include "nn/embedding.h"

#include <algorithm>
#include <type_traits>

#include "base/error.h"

namespace epitaxy::nn {

using linalg::Bfloat16;

namespace {

float value(float x) { return x; }
float value(Bfloat16 x) { return x.value(); }

template <typename T>
T number(float x) {
  if constexpr (std::is_same_v<T, float>) {
    return x;
  } else {
    return Bfloat16::from(x);
  }
}

/// Where the row of a token starts.
std::size_t row_offset(const TokenRows& shape, std::int32_t id) {
  check(id >= 0 && static_cast<std::size_t>(id) < shape.tokens, "token ids are inside their table");
  return static_cast<std::size_t>(id) * shape.width;
}

}  // namespace

template <typename Weight, typename Out>
void gather_rows(const TokenRows& shape, const Weight* weight, const std::int32_t* ids, std::size_t count, Out* out) {
  for (std::size_t i = 0; i < count; ++i) {
    Out* __restrict to = out + i * shape.width;
    if (ids[i] == -1) {
      std::fill_n(to, shape.width, Out{});
      continue;
    }
    const Weight* from = weight + row_offset(shape, ids[i]);
    for (std::size_t j = 0; j < shape.width; ++j) {
      to[j] = number<Out>(value(from[j]));
    }
  }
}

template <typename Weight, typename Out>
void add_gathered_rows(const TokenRows& shape, const Weight* weight, const std::int32_t* ids, std::size_t count,
                       Out* out) {
  for (std::size_t i = 0; i < count; ++i) {
    if (ids[i] == -1) {
      continue;
    }
    const Weight* from = weight + row_offset(shape, ids[i]);
    Out* __restrict to = out + i * shape.width;
    for (std::size_t j = 0; j < shape.width; ++j) {
      to[j] = number<Out>(value(to[j]) + value(from[j]));
    }
  }
}

template <typename Gradient>
void scatter_add_rows(const TokenRows& shape, const Gradient* gradient, const std::int32_t* ids, std::size_t count,
                      float* dweight) {
  for (std::size_t i = 0; i < count; ++i) {
    if (ids[i] == -1) {
      continue;
    }
    const Gradient* from = gradient + i * shape.width;
    float* __restrict to = dweight + row_offset(shape, ids[i]);
    for (std::size_t j = 0; j < shape.width; ++j) {
      to[j] += value(from[j]);
    }
  }
}

using Ids = const std::int32_t*;
template void gather_rows(const TokenRows&, const float*, Ids, std::size_t, float*);
template void gather_rows(const TokenRows&, const float*, Ids, std::size_t, Bfloat16*);
template void gather_rows(const TokenRows&, const Bfloat16*, Ids, std::size_t, float*);
template void gather_rows(const TokenRows&, const Bfloat16*, Ids, std::size_t, Bfloat16*);
template void add_gathered_rows(const TokenRows&, const float*, Ids, std::size_t, float*);
template void add_gathered_rows(const TokenRows&, const float*, Ids, std::size_t, Bfloat16*);
template void add_gathered_rows(const TokenRows&, const Bfloat16*, Ids, std::size_t, float*);
template void add_gathered_rows(const TokenRows&, const Bfloat16*, Ids, std::size_t, Bfloat16*);
template void scatter_add_rows(const TokenRows&, const float*, Ids, std::size_t, float*);
template void scatter_add_rows(const TokenRows&, const Bfloat16*, Ids, std::size_t, float*);

}  // namespace epitaxy::nn
