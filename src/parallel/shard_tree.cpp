#include "parallel/shard_tree.h"

#include <bit>

namespace epitaxy::parallel {

ShardRange shards_of_rank(int shards, int rank, int ranks) {
  const auto cut = [&](int r) { return static_cast<int>(static_cast<long long>(shards) * r / ranks); };
  return {cut(rank), cut(rank + 1)};
}

int split_point(ShardRange range) {
  return range.first + static_cast<int>(std::bit_ceil(static_cast<unsigned>(range.count())) / 2);
}

namespace {

void find_subtrees(ShardRange node, ShardRange range, std::vector<ShardRange>& found) {
  if (node.last <= range.first || range.last <= node.first) {
    return;
  }
  if (range.first <= node.first && node.last <= range.last) {
    found.push_back(node);
    return;
  }
  const int middle = split_point(node);
  find_subtrees({node.first, middle}, range, found);
  find_subtrees({middle, node.last}, range, found);
}

}  // namespace

std::vector<ShardRange> maximal_subtrees(int shards, ShardRange range) {
  std::vector<ShardRange> found;
  find_subtrees({0, shards}, range, found);
  return found;
}

}  // namespace epitaxy::parallel
