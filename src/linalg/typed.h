#pragma once
/// \file
/// For kernels that are written once for both number types: from a type at run time to one of the compiler, and numbers
/// of either type to and from float32.
#include "linalg/buffer.h"

namespace epitaxy::linalg {

inline float load(float x) { return x; }
inline float load(Bfloat16 x) { return x.value(); }
inline void store(float& to, float x) { to = x; }
inline void store(Bfloat16& to, float x) { to = Bfloat16::from(x); }

/// Calls `function` with a number of the given type; what counts is the number's type.
template <typename Function>
void with_type(DataType type, const Function& function) {
  if (type == DataType::float32) {
    function(float{});
  } else {
    function(Bfloat16{});
  }
}

/// The numbers of a buffer from `index` on, whatever their type.
inline void* address(NumberBuffer& buffer, std::size_t index) {
  return buffer.as<std::byte>() + index * bytes_of(buffer.type());
}
inline const void* address(const NumberBuffer& buffer, std::size_t index) {
  return buffer.as<std::byte>() + index * bytes_of(buffer.type());
}

}  // namespace epitaxy::linalg
