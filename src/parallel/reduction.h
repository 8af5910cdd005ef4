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
#include <memory>
#include <vector>

#include "linalg/buffer.h"
#include "parallel/communicator.h"
#include "parallel/node_memory.h"
#include "parallel/shard_tree.h"

namespace epitaxy::parallel {

/// Numbers [begin, begin + size) of the vector.
struct Slice {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Numbers in a block of a slice: slices begin at multiples of it, counted from the begin of their bucket, so that
/// per-block results are independent of ranks.
inline constexpr std::size_t kSliceBlock = 4096;

/// How ranks exchange their sums.
struct Exchange {
  Transport transport = Transport::shared_memory;
  /// Of partial sums in messages. With bfloat16 the bits of the sum depend on how the shards lie on the nodes.
  linalg::DataType wire = linalg::DataType::float32;
};

/// Seconds and bytes since the start.
struct ReductionCosts {
  double adding = 0;   ///< Adding up.
  double hidden = 0;   ///< Sending while the gradient is still being computed.
  double exposed = 0;  ///< Waiting for other ranks.
  double bytes = 0;    ///< Sent to other nodes.
};

/// Sums vectors of a fixed size over the shards of all ranks, and keeps a vector of that size, the replica, the same on
/// all ranks. The vector is cut into buckets; every rank owns a slice of each. A bucket is sent as soon as it is final.
/// Ranks of one node read each other's sums in shared memory. Owns its buffers; nothing is allocated while summing.
class OrderedReduction {
 public:
  /// `bucket_begins` ascends from 0. Collective. Throws InputError when there are more ranks than shards.
  OrderedReduction(const Communicator& communicator, int shards, std::size_t size,
                   std::vector<std::size_t> bucket_begins = {0}, const Exchange& exchange = {});

  ShardRange my_shards() const { return mine_; }
  std::size_t size() const { return size_; }
  /// What this rank owns of each bucket. A local vector holds these slices one after another.
  const std::vector<Slice>& slices() const { return slices_[communicator_.rank()]; }
  std::size_t local_size() const { return result_.size(); }

  /// Calls `compute(shard, out)` for each of this rank's shards, in order, then returns the local vector of the sum
  /// over all shards (valid until the next call). Collective.
  template <typename Function>
  const float* sum(Function&& compute) {
    return sum_shards(std::ref(compute));  // by reference: a copy would be allocated
  }
  /// May be called within `compute`, with falling values: the numbers of `out` from `first` on are final.
  void ready(std::size_t first);

  /// Sum over all numbers of the last `sum` of their squares, in float64 and in a fixed order. Collective.
  double sum_of_squares();

  /// One copy on each node.
  float* replica() { return memory_.common(); }
  const float* replica() const { return memory_.common(); }
  /// Copies a vector, the same on all ranks, into the replica. Collective.
  void set_replica(const float* all);
  /// Once every rank has written its slices of the replica: makes it the same everywhere. Collective.
  void publish_replica();

  /// The whole of a vector whose slices are spread over the ranks, on all of them. Collective, as are the next two.
  void gather(const float* local, float* all) const;
  void gather_to_root(const float* local, float* all) const;  ///< `all` is ignored elsewhere.
  void scatter_from_root(const float* all, float* local) const;

  const ReductionCosts& costs() const { return costs_; }

 private:
  using Compute = std::function<void(int shard, float* out)>;
  /// After a shard was computed: target += source.
  struct Merge {
    float* target;
    const float* source;
  };
  /// Where this rank finds the sum over a subtree: in a whole vector, or in the local vector that another node sent.
  struct Leaf {
    const float* vector = nullptr;
    linalg::NumberBuffer* received = nullptr;
    int shards = 0;
  };

  void cut_buckets();
  void plan_shards(ShardRange range, float* out, std::size_t depth);
  void plan_leaves();
  const float* sum_shards(const Compute& compute);
  void finish_bucket(std::size_t bucket);
  void send(std::size_t bucket, std::size_t subtree);
  void receive();
  void combine_bucket(std::size_t bucket);
  const float* combine(ShardRange range, Slice block, std::size_t local, float* out, std::size_t depth);
  int designated(int node, int rank) const;

  Communicator communicator_;
  std::size_t size_;
  std::vector<std::size_t> bucket_begins_;
  ShardRange all_;
  ShardRange mine_;
  std::vector<std::vector<ShardRange>> subtrees_;  ///< Of every rank.
  std::vector<std::vector<Slice>> slices_;         ///< By rank and bucket.
  std::vector<std::size_t> local_begins_;          ///< By bucket: where my slice begins in a local vector.
  std::vector<Parts> slice_parts_;                 ///< By bucket: the slices of the ranks.
  NodeMemory memory_;                              ///< One vector a subtree of a rank; the replica.
  std::vector<linalg::Buffer<float>> scratch_;     ///< For adding up inside a subtree, by depth.
  linalg::DataType wire_;
  std::vector<linalg::NumberBuffer> sent_;      ///< By subtree of mine: its sum as it is sent, unless in float32.
  std::vector<linalg::NumberBuffer> received_;  ///< Local vectors of other nodes' subtrees.
  std::vector<float*> targets_;                 ///< By local shard: where it is computed.
  std::vector<std::vector<Merge>> merges_;      ///< By local shard.
  std::vector<Leaf> leaves_;                    ///< By the first shard of the subtree.
  std::vector<linalg::Buffer<float>> block_scratch_;
  linalg::Buffer<float> result_;
  std::unique_ptr<Messages> messages_;
  int shard_ = 0;                         ///< The one being computed.
  std::size_t open_buckets_ = 0;          ///< Those of its gradient that are not final yet, from the first on.
  std::vector<double> block_squares_;     ///< Of every rank, one after another.
  Parts block_parts_;                     ///< Blocks of every rank.
  std::vector<std::size_t> block_order_;  ///< Where the blocks of the whole vector, in order, lie in block_squares_.
  ReductionCosts costs_;
};

}  // namespace epitaxy::parallel
