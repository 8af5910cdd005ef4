#pragma once
/// \file
/// The gradient shards of a training, how ranks share them, and the tree by which their gradients are added.
#include <vector>

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

}  // namespace epitaxy::parallel
