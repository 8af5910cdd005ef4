#pragma once
/// \file
/// Numbers in memory: the two number types of the kernels and cache-line aligned buffers of them.
#include <sys/mman.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace epitaxy::linalg {

/// Number types of activations and of the weights that a GEMM reads. Sums are always float32.
enum class DataType { float32, bfloat16 };

inline constexpr std::size_t bytes_of(DataType type) { return type == DataType::float32 ? 4 : 2; }

/// The upper half of a float32; conversion rounds to nearest even.
struct Bfloat16 {
  std::uint16_t bits;
  static Bfloat16 from(float x) {
    const auto u = std::bit_cast<std::uint32_t>(x);
    const bool is_nan = (u & 0x7fffffffu) > 0x7f800000u;
    const std::uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return {static_cast<std::uint16_t>(is_nan ? (u >> 16) | 0x40u : rounded)};
  }
  float value() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// Bytes of a huge page: arrays of at least one begin at one.
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// A 64-byte aligned array of trivial values, zeroed when made; copies are deep.
template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) {
    if (size > 0) {
      const std::size_t alignment = size * sizeof(T) < kHugePage ? 64 : kHugePage;
      const std::size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
      data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
      if (!data_) {
        throw std::bad_alloc();
      }
      if (alignment == kHugePage) {
        madvise(static_cast<void*>(data_.get()), bytes, MADV_HUGEPAGE);  // a hint: fewer misses in address translation
      }
      std::memset(static_cast<void*>(data_.get()), 0, bytes);
    }
  }
  Buffer(const Buffer& other) : Buffer(other.size_) {
    if (size_ > 0) {
      std::memcpy(data_.get(), other.data_.get(), size_ * sizeof(T));
    }
  }
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer other) noexcept {
    data_ = std::move(other.data_);
    size_ = other.size_;
    return *this;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// A buffer of numbers whose type is known at run time: activations and their gradients.
class NumberBuffer {
 public:
  NumberBuffer() = default;
  NumberBuffer(DataType type, std::size_t size) : type_(type), size_(size), bytes_(size * bytes_of(type)) {}
  DataType type() const { return type_; }
  std::size_t size() const { return size_; }
  void* data() { return bytes_.data(); }
  const void* data() const { return bytes_.data(); }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(bytes_.data());
  }
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes_.data());
  }

 private:
  DataType type_ = DataType::float32;
  std::size_t size_ = 0;
  Buffer<std::byte> bytes_;
};

}  // namespace epitaxy::linalg
