#pragma once
/// \file
/// Sums over gradient shards whose bits do not depend on the number of ranks.
///
/// The S shards are the leaves of a binary tree that is fixed by S alone. A rank holds a contiguous range of shards and
/// adds up the largest subtrees inside it; for the rest every rank owns a slice of the vector, receives all partial
/// sums of its slice and combines them in the tree's order. The volume is that of a ring reduce-scatter when the ranks
/// hold equal shares. For the idea see Villa et al., "Effects of floating-point non-associativity on numerical
/// computations on massively multithreaded systems" (2009), and KaMPIng's reproducible reduce.
#include <cstddef>
#include <functional>
#include <vector>

#include "epitaxy/linalg/buffer.h"
#include "epitaxy/parallel/communicator.h"

namespace epitaxy::parallel {

/// Shards [first, last).
struct ShardRange {
  int first = 0;
  int last = 0;
  int count() const { return last - first; }
  bool operator==(const ShardRange&) const = default;
};

/// The shards that a rank holds; every rank holds at least one when there are no more ranks than shards.
ShardRange shards_of_rank(int shards, int rank, int ranks);
/// The shard at which the subtree over `range` is cut in two: the left part is the largest power of two below its size.
int split_point(ShardRange range);
/// The largest subtrees of the tree over [0, shards) that lie inside `range`, in order.
std::vector<ShardRange> maximal_subtrees(int shards, ShardRange range);

/// Numbers in a block of a slice: slices begin at multiples of it, so that per-block results are independent of ranks.
inline constexpr std::size_t kSliceBlock = 4096;

/// Sums vectors of a fixed size over the shards of all ranks. Owns its buffers; nothing is allocated while summing.
class OrderedReduction {
 public:
  /// Collective. Throws InputError when there are more ranks than shards.
  OrderedReduction(const Communicator& communicator, int shards, std::size_t size);

  ShardRange my_shards() const { return mine_; }
  /// The part of the vector that a rank owns: numbers [slice_begin, slice_begin + slice_size).
  std::size_t slice_begin() const { return slice_begins_[communicator_.rank()]; }
  std::size_t slice_size() const { return static_cast<std::size_t>(slice_sizes_[communicator_.rank()]); }
  const std::vector<int>& slice_sizes() const { return slice_sizes_; }

  /// Calls `compute(shard, out)` for each of this rank's shards, in order, then returns the sum over all shards of this
  /// rank's slice (valid until the next call). Collective.
  template <typename Function>
  const float* sum(Function&& compute) {
    return sum_shards(std::ref(compute));  // by reference: a copy would be allocated
  }

  /// Sum over all numbers of the last `sum` of their squares, in float64 and in a fixed order. Collective.
  double sum_of_squares();

  /// Seconds spent waiting for other ranks since the start.
  double seconds_exchanging() const { return seconds_; }

 private:
  using Compute = std::function<void(int shard, float* out)>;

  const float* sum_shards(const Compute& compute);
  void add_up(ShardRange range, const Compute& compute, float* out, std::size_t depth);
  void exchange();
  const float* combine(ShardRange range, std::size_t offset, std::size_t size, std::size_t depth);

  Communicator communicator_;
  std::size_t size_;
  ShardRange all_;
  ShardRange mine_;
  std::vector<ShardRange> my_subtrees_;
  std::vector<std::vector<ShardRange>> subtrees_;  ///< Of every rank.
  std::vector<std::size_t> slice_begins_;
  std::vector<int> slice_sizes_;
  std::vector<linalg::Buffer<float>> partial_sums_;  ///< One a subtree of mine.
  std::vector<linalg::Buffer<float>> scratch_;       ///< For adding up inside a subtree, by depth.
  std::vector<linalg::Buffer<float>> received_;      ///< My slice of every other rank's subtrees.
  std::vector<const float*> leaves_;  ///< By first shard: my slice of the subtree that starts there, or null.
  std::vector<int> leaf_sizes_;       ///< Shards of that subtree.
  std::vector<linalg::Buffer<float>> block_scratch_;
  linalg::Buffer<float> result_;
  std::vector<MPI_Request> requests_;
  std::vector<double> block_squares_;
  std::vector<int> block_counts_;  ///< Blocks of every rank's slice.
  double seconds_ = 0;
};

}  // namespace epitaxy::parallel
