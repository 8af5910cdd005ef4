#pragma once
/// \file
/// Cuts what is larger than a message may be: MPI counts in int.
#include <algorithm>
#include <cstddef>

namespace epitaxy::parallel {

/// The pieces, in order and each of at most `limit`, of `size` bytes or elements; none of nothing.
class Chunks {
 public:
  /// Bytes of the largest message.
  static constexpr std::size_t kLimit = std::size_t{1} << 30;

  struct Chunk {
    std::size_t begin;
    std::size_t size;
  };

  explicit Chunks(std::size_t size, std::size_t limit = kLimit) : size_(size), limit_(limit) {}

  class Iterator {
   public:
    Iterator(const Chunks& chunks, std::size_t begin) : chunks_(&chunks), begin_(begin) {}
    Chunk operator*() const { return {begin_, std::min(chunks_->limit_, chunks_->size_ - begin_)}; }
    Iterator& operator++() {
      begin_ += (**this).size;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return begin_ != other.begin_; }

   private:
    const Chunks* chunks_;
    std::size_t begin_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  std::size_t size_;
  std::size_t limit_;
};

}  // namespace epitaxy::parallel
