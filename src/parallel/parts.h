#pragma once
/// \file
/// How an array is cut into the parts of the ranks.
#include <cstddef>
#include <utility>
#include <vector>

namespace epitaxy::parallel {

/// The elements of each rank; those of a rank follow those of the ranks before.
class Parts {
 public:
  Parts() = default;
  /// `counts` by rank.
  explicit Parts(std::vector<std::size_t> counts) : counts_(std::move(counts)) {
    for (const std::size_t count : counts_) {
      begins_.push_back(total_);
      total_ += count;
    }
  }
  static Parts equal(int ranks, std::size_t count) {
    return Parts(std::vector<std::size_t>(static_cast<std::size_t>(ranks), count));
  }

  int ranks() const { return static_cast<int>(counts_.size()); }
  std::size_t count(int rank) const { return counts_[static_cast<std::size_t>(rank)]; }
  std::size_t begin(int rank) const { return begins_[static_cast<std::size_t>(rank)]; }
  std::size_t total() const { return total_; }

 private:
  std::vector<std::size_t> counts_;
  std::vector<std::size_t> begins_;
  std::size_t total_ = 0;
};

}  // namespace epitaxy::parallel
