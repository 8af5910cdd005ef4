#include "parallel/reduction.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/timed.h"
#include "linalg/elementwise.h"

namespace epitaxy::parallel {

namespace {

/// Messages of a step are told apart by their bucket and subtree.
int tag_of(std::size_t bucket, int subtree, int shards) { return static_cast<int>(bucket) * shards + subtree; }

/// Levels of additions in the tree over this many shards.
std::size_t depth_of(int shards) { return static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(shards - 1))); }

int my_subtree_count(const Communicator& communicator, int shards) {
  if (communicator.size() > shards) {
    fail_input("{} ranks but only {} gradient shards: start at most {} ranks, or a new run with more 'training.shards'",
               communicator.size(), shards, shards);
  }
  const ShardRange mine = shards_of_rank(shards, communicator.rank(), communicator.size());
  return static_cast<int>(maximal_subtrees(shards, mine).size());
}

std::size_t round_up(std::size_t size) { return (size + 15) / 16 * 16; }

}  // namespace

OrderedReduction::OrderedReduction(const Communicator& communicator, int shards, std::size_t size,
                                   std::vector<std::size_t> bucket_begins, const Exchange& exchange)
    : communicator_(communicator),
      size_(size),
      bucket_begins_(std::move(bucket_begins)),
      all_{0, shards},
      mine_(shards_of_rank(shards, communicator.rank(), communicator.size())),
      memory_(communicator, my_subtree_count(communicator, shards) * round_up(size), size, exchange.transport),
      wire_(exchange.wire),
      messages_(communicator.make_messages()) {
  for (int r = 0; r < communicator.size(); ++r) {
    subtrees_.push_back(maximal_subtrees(shards, shards_of_rank(shards, r, communicator.size())));
  }
  cut_buckets();
  const auto& mine = subtrees_[communicator.rank()];
  const auto largest = std::ranges::max_element(mine, {}, &ShardRange::count);
  for (std::size_t d = 0; d < depth_of(largest->count()); ++d) {
    scratch_.emplace_back(size);
  }
  merges_.resize(mine_.count());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    plan_shards(mine[i], memory_.mine() + i * round_up(size), 0);
  }
  plan_leaves();
  for (std::size_t d = 0; d < depth_of(shards); ++d) {
    block_scratch_.emplace_back(kSliceBlock);
  }
}

void OrderedReduction::cut_buckets() {
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  slices_.resize(ranks);
  std::vector<std::size_t> block_counts(ranks, 0);
  std::vector<std::vector<std::size_t>> blocks_of_bucket;
  for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
    const std::size_t begin = bucket_begins_[b];
    const std::size_t end = b + 1 < bucket_begins_.size() ? bucket_begins_[b + 1] : size_;
    const std::size_t blocks = (end - begin + kSliceBlock - 1) / kSliceBlock;
    std::vector<std::size_t> sizes;
    auto& counts = blocks_of_bucket.emplace_back();
    for (std::size_t r = 0; r < ranks; ++r) {
      const std::size_t first = blocks * r / ranks;
      const std::size_t last = blocks * (r + 1) / ranks;
      const Slice slice{std::min(end, begin + first * kSliceBlock),
                        std::min(end, begin + last * kSliceBlock) - std::min(end, begin + first * kSliceBlock)};
      slices_[r].push_back(slice);
      sizes.push_back(slice.size);
      counts.push_back(last - first);
      block_counts[r] += counts.back();
    }
    slice_parts_.emplace_back(std::move(sizes));
  }
  std::size_t local = 0;
  for (const Slice& slice : slices()) {
    local_begins_.push_back(local);
    local += slice.size;
  }
  result_ = linalg::Buffer<float>(local);
  block_parts_ = Parts(std::move(block_counts));
  std::vector<std::size_t> next(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    next[r] = block_parts_.begin(static_cast<int>(r));
  }
  for (const auto& counts : blocks_of_bucket) {
    for (std::size_t r = 0; r < ranks; ++r) {
      for (std::size_t i = 0; i < counts[r]; ++i) {
        block_order_.push_back(next[r]++);
      }
    }
  }
  block_squares_.resize(block_order_.size());
}

void OrderedReduction::plan_shards(ShardRange range, float* out, std::size_t depth) {
  if (range.count() == 1) {
    targets_.push_back(out);
    return;
  }
  const int middle = split_point(range);
  float* right = scratch_[depth].data();
  plan_shards({range.first, middle}, out, depth + 1);
  plan_shards({middle, range.last}, right, depth + 1);
  merges_[range.last - 1 - mine_.first].push_back({out, right});
}

void OrderedReduction::plan_leaves() {
  leaves_.resize(all_.count());
  std::size_t remote = 0;
  for (int r = 0; r < communicator_.size(); ++r) {
    remote += memory_.of(r) == nullptr ? subtrees_[r].size() : 0;
  }
  received_.reserve(remote);  // leaves point to its elements
  for (int r = 0; r < communicator_.size(); ++r) {
    for (std::size_t i = 0; i < subtrees_[r].size(); ++i) {
      Leaf& leaf = leaves_[subtrees_[r][i].first];
      leaf.shards = subtrees_[r][i].count();
      if (memory_.of(r) == nullptr) {
        leaf.received = &received_.emplace_back(wire_, local_size());
      } else {
        leaf.vector = memory_.of(r) + i * round_up(size_);
      }
    }
  }
  if (remote > 0 && wire_ != linalg::DataType::float32) {
    sent_.assign(subtrees_[communicator_.rank()].size(), linalg::NumberBuffer(wire_, size_));
  }
}

const float* OrderedReduction::sum_shards(const Compute& compute) {
  memory_.barrier();  // others may still be reading the last sums
  receive();
  for (shard_ = mine_.first; shard_ < mine_.last; ++shard_) {
    open_buckets_ = bucket_begins_.size();
    compute(shard_, targets_[shard_ - mine_.first]);
    ready(0);
  }
  {
    const Timed timed(costs_.exposed);
    messages_->wait();
    memory_.barrier();
  }
  const Timed timed(costs_.adding);
  for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
    combine_bucket(b);
  }
  return result_.data();
}

void OrderedReduction::receive() {
  for (int r = 0; r < communicator_.size(); ++r) {
    if (memory_.of(r) != nullptr) {
      continue;
    }
    for (const ShardRange& subtree : subtrees_[r]) {
      for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
        auto* to = leaves_[subtree.first].received->as<std::byte>() + local_begins_[b] * linalg::bytes_of(wire_);
        messages_->receive(to, slices()[b].size * linalg::bytes_of(wire_), r, tag_of(b, subtree.first, all_.count()));
      }
    }
  }
}

void OrderedReduction::ready(std::size_t first) {
  while (open_buckets_ > 0 && bucket_begins_[open_buckets_ - 1] >= first) {
    finish_bucket(--open_buckets_);
  }
  if (!messages_->empty()) {
    const Timed timed(costs_.hidden);
    messages_->progress();
  }
}

void OrderedReduction::finish_bucket(std::size_t bucket) {
  const std::size_t begin = bucket_begins_[bucket];
  const std::size_t end = bucket + 1 < bucket_begins_.size() ? bucket_begins_[bucket + 1] : size_;
  {
    const Timed timed(costs_.adding);
    for (const Merge& merge : merges_[shard_ - mine_.first]) {
      linalg::add(merge.target + begin, merge.source + begin, end - begin);
    }
  }
  const auto& mine = subtrees_[communicator_.rank()];
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].last == shard_ + 1) {
      send(bucket, i);
    }
  }
}

void OrderedReduction::send(std::size_t bucket, std::size_t subtree) {
  const Timed timed(costs_.hidden);
  const float* sums = memory_.mine() + subtree * round_up(size_);
  const int tag = tag_of(bucket, subtrees_[communicator_.rank()][subtree].first, all_.count());
  for (int step = 1; step < communicator_.size(); ++step) {
    const int r = (communicator_.rank() + step) % communicator_.size();
    if (memory_.of(r) != nullptr) {
      continue;
    }
    const Slice& slice = slices_[r][bucket];
    const void* from = sums + slice.begin;
    if (!sent_.empty()) {
      linalg::convert(sums + slice.begin, sent_[subtree], slice.size, slice.begin);
      from = sent_[subtree].as<std::byte>() + slice.begin * linalg::bytes_of(wire_);
    }
    messages_->send(from, slice.size * linalg::bytes_of(wire_), r, tag);
    costs_.bytes += static_cast<double>(slice.size * linalg::bytes_of(wire_));
  }
}

void OrderedReduction::combine_bucket(std::size_t bucket) {
  const Slice& slice = slices()[bucket];
  double* squares = block_squares_.data() + block_parts_.begin(communicator_.rank());
  for (std::size_t b = 0; b < bucket; ++b) {
    squares += (slices()[b].size + kSliceBlock - 1) / kSliceBlock;
  }
  for (std::size_t offset = 0; offset < slice.size; offset += kSliceBlock) {
    const Slice block{slice.begin + offset, std::min(kSliceBlock, slice.size - offset)};
    const std::size_t local = local_begins_[bucket] + offset;
    float* out = result_.data() + local;
    const float* sum = combine(all_, block, local, out, 0);
    if (sum != out) {
      std::copy_n(sum, block.size, out);
    }
    *squares++ = linalg::sum_of_squares(out, block.size);
  }
}

const float* OrderedReduction::combine(ShardRange range, Slice block, std::size_t local, float* out,
                                       std::size_t depth) {
  const Leaf& leaf = leaves_[range.first];
  if (leaf.shards == range.count()) {
    if (leaf.vector != nullptr) {
      return leaf.vector + block.begin;
    }
    if (wire_ == linalg::DataType::float32) {
      return leaf.received->as<float>() + local;
    }
    linalg::convert(leaf.received->as<linalg::Bfloat16>() + local, out, block.size);
    return out;
  }
  const int middle = split_point(range);
  const float* left = combine({range.first, middle}, block, local, out, depth + 1);
  const float* right = combine({middle, range.last}, block, local, block_scratch_[depth].data(), depth + 1);
  linalg::add(left, right, out, block.size);
  return out;
}

double OrderedReduction::sum_of_squares() {
  communicator_.all_gather(std::span(block_squares_), block_parts_);
  double total = 0;
  for (const std::size_t block : block_order_) {
    total += block_squares_[block];
  }
  return total;
}

void OrderedReduction::set_replica(const float* all) {
  memory_.barrier();
  if (memory_.is_leader()) {
    std::copy_n(all, size_, replica());
  }
  memory_.barrier();
}

int OrderedReduction::designated(int node, int rank) const {
  const auto& members = memory_.members(node);
  return members[static_cast<std::size_t>(rank) % members.size()];
}

void OrderedReduction::publish_replica() {
  const Timed timed(costs_.exposed);
  const int me = communicator_.rank();
  for (int r = 0; r < communicator_.size(); ++r) {
    if (memory_.of(r) == nullptr && designated(memory_.node_of(me), r) == me) {
      for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
        messages_->receive(replica() + slices_[r][b].begin, slices_[r][b].size * sizeof(float), r,
                           tag_of(b, 0, all_.count()));
      }
    }
  }
  for (int step = 1; step < memory_.nodes(); ++step) {
    const int node = (memory_.node_of(me) + step) % memory_.nodes();
    for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
      const Slice& slice = slices()[b];
      messages_->send(replica() + slice.begin, slice.size * sizeof(float), designated(node, me),
                      tag_of(b, 0, all_.count()));
      costs_.bytes += static_cast<double>(slice.size * sizeof(float));
    }
  }
  messages_->wait();
  memory_.barrier();
}

void OrderedReduction::gather(const float* local, float* all) const {
  for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
    const Slice& slice = slices()[b];
    std::copy_n(local + local_begins_[b], slice.size, all + slice.begin);
    communicator_.all_gather(std::span(all + bucket_begins_[b], slice_parts_[b].total()), slice_parts_[b]);
  }
}

void OrderedReduction::gather_to_root(const float* local, float* all) const {
  for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
    const Parts& parts = slice_parts_[b];
    const std::span<float> bucket =
        communicator_.is_root() ? std::span(all + bucket_begins_[b], parts.total()) : std::span<float>();
    communicator_.gather(std::span(local + local_begins_[b], slices()[b].size), parts, bucket);
  }
}

void OrderedReduction::scatter_from_root(const float* all, float* local) const {
  for (std::size_t b = 0; b < bucket_begins_.size(); ++b) {
    const Parts& parts = slice_parts_[b];
    const std::span<const float> bucket =
        communicator_.is_root() ? std::span(all + bucket_begins_[b], parts.total()) : std::span<const float>();
    communicator_.scatter(bucket, parts, std::span(local + local_begins_[b], slices()[b].size));
  }
}

}  // namespace epitaxy::parallel
