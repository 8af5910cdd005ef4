#pragma once
/// \file
/// Content fingerprints: XXH3, 128 bits, printed as 32 hexadecimal digits. Not cryptographic.
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace epitaxy {

/// Accumulates bytes; the result depends on the bytes and their order, not on how they were cut.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void add_bytes(const void* data, std::size_t bytes);
  void add(std::string_view text);  ///< With its length, so that "ab","c" differs from "a","bc".
  template <typename T>
  void add(std::span<const T> values) {
    add_bytes(values.data(), values.size_bytes());
  }
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace epitaxy
