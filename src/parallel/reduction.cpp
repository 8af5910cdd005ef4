#include "epitaxy/parallel/reduction.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "epitaxy/base/error.h"
#include "epitaxy/linalg/elementwise.h"

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

/// Levels of additions in the tree over this many shards.
std::size_t depth_of(int shards) { return static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(shards - 1))); }

}  // namespace

std::vector<ShardRange> maximal_subtrees(int shards, ShardRange range) {
  std::vector<ShardRange> found;
  find_subtrees({0, shards}, range, found);
  return found;
}

OrderedReduction::OrderedReduction(const Communicator& communicator, int shards, std::size_t size)
    : communicator_(communicator), size_(size), all_{0, shards} {
  const int ranks = communicator.size();
  if (ranks > shards) {
    fail_input("{} ranks but only {} gradient shards: start at most {} ranks, or a new run with more 'training.shards'",
               ranks, shards, shards);
  }
  const std::size_t blocks = (size + kSliceBlock - 1) / kSliceBlock;
  for (int r = 0; r < ranks; ++r) {
    subtrees_.push_back(maximal_subtrees(shards, shards_of_rank(shards, r, ranks)));
    const auto begin = std::min(size, blocks * static_cast<std::size_t>(r) / ranks * kSliceBlock);
    const auto end = std::min(size, blocks * static_cast<std::size_t>(r + 1) / ranks * kSliceBlock);
    slice_begins_.push_back(begin);
    slice_sizes_.push_back(static_cast<int>(end - begin));
    block_counts_.push_back(static_cast<int>((end - begin + kSliceBlock - 1) / kSliceBlock));
  }
  mine_ = shards_of_rank(shards, communicator.rank(), ranks);
  my_subtrees_ = subtrees_[communicator.rank()];
  int largest = 1;
  for (const auto& subtree : my_subtrees_) {
    partial_sums_.emplace_back(size);
    largest = std::max(largest, subtree.count());
  }
  for (std::size_t d = 0; d < depth_of(largest); ++d) {
    scratch_.emplace_back(size);
  }
  leaves_.assign(shards, nullptr);
  leaf_sizes_.assign(shards, 0);
  for (int r = 0; r < ranks; ++r) {
    for (std::size_t i = 0; i < subtrees_[r].size(); ++i) {
      const ShardRange subtree = subtrees_[r][i];
      leaf_sizes_[subtree.first] = subtree.count();
      if (r == communicator.rank()) {
        leaves_[subtree.first] = partial_sums_[i].data() + slice_begin();
      } else {
        received_.emplace_back(slice_size());
        leaves_[subtree.first] = received_.back().data();
      }
    }
  }
  for (std::size_t d = 0; d < depth_of(shards); ++d) {
    block_scratch_.emplace_back(kSliceBlock);
  }
  result_ = linalg::Buffer<float>(slice_size());
  block_squares_.resize(blocks);
}

void OrderedReduction::add_up(ShardRange range, const Compute& compute, float* out, std::size_t depth) {
  if (range.count() == 1) {
    compute(range.first, out);
    return;
  }
  const int middle = split_point(range);
  add_up({range.first, middle}, compute, out, depth + 1);
  float* right = scratch_[depth].data();
  add_up({middle, range.last}, compute, right, depth + 1);
  linalg::add(out, right, size_);
}

const float* OrderedReduction::sum_shards(const Compute& compute) {
  for (std::size_t i = 0; i < my_subtrees_.size(); ++i) {
    add_up(my_subtrees_[i], compute, partial_sums_[i].data(), 0);
  }
  const auto start = std::chrono::steady_clock::now();
  exchange();
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (std::size_t offset = 0; offset < slice_size(); offset += kSliceBlock) {
    const std::size_t size = std::min(kSliceBlock, slice_size() - offset);
    const float* block = combine(all_, offset, size, 0);
    std::copy_n(block, size, result_.data() + offset);
  }
  return result_.data();
}

void OrderedReduction::exchange() {
  const int me = communicator_.rank();
  requests_.clear();
  for (int r = 0; r < communicator_.size(); ++r) {
    if (r == me) {
      continue;
    }
    for (const auto& subtree : subtrees_[r]) {
      MPI_Irecv(const_cast<float*>(leaves_[subtree.first]), slice_sizes_[me], MPI_FLOAT, r, subtree.first,
                communicator_.handle(), &requests_.emplace_back());
    }
  }
  for (int step = 1; step < communicator_.size(); ++step) {
    const int r = (me + step) % communicator_.size();
    for (std::size_t i = 0; i < my_subtrees_.size(); ++i) {
      MPI_Isend(partial_sums_[i].data() + slice_begins_[r], slice_sizes_[r], MPI_FLOAT, r, my_subtrees_[i].first,
                communicator_.handle(), &requests_.emplace_back());
    }
  }
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

const float* OrderedReduction::combine(ShardRange range, std::size_t offset, std::size_t size, std::size_t depth) {
  if (leaf_sizes_[range.first] == range.count()) {
    return leaves_[range.first] + offset;
  }
  const int middle = split_point(range);
  const float* left = combine({range.first, middle}, offset, size, depth + 1);
  float* out = block_scratch_[depth].data();
  std::copy_n(left, size, out);
  const float* right = combine({middle, range.last}, offset, size, depth + 1);
  linalg::add(out, right, size);
  return out;
}

double OrderedReduction::sum_of_squares() {
  const std::size_t first = slice_begin() / kSliceBlock;
  for (std::size_t b = 0; b * kSliceBlock < slice_size(); ++b) {
    const std::size_t offset = b * kSliceBlock;
    block_squares_[first + b] =
        linalg::sum_of_squares(result_.data() + offset, std::min(kSliceBlock, slice_size() - offset));
  }
  communicator_.gather_all_in_place(block_squares_.data(), block_counts_);
  double total = 0;
  for (const double square : block_squares_) {
    total += square;
  }
  return total;
}

}  // namespace epitaxy::parallel
