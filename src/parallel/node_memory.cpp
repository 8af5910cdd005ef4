#include "parallel/node_memory.h"

#include <cstdint>
#include <map>

#include "base/log.h"

namespace epitaxy::parallel {

namespace {

constexpr std::size_t kAlign = 16;  // floats of a cache line

std::size_t padded(std::size_t size) { return (size + kAlign - 1) / kAlign * kAlign; }

float* aligned(void* base) { return reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(base) + 63) / 64 * 64); }

/// Bytes of a rank: its array, and if it `leads` its node that of the node.
std::size_t bytes_of_rank(std::size_t rank_size, std::size_t node_size, bool leads) {
  return (padded(rank_size) + (leads ? padded(node_size) : 0) + kAlign) * sizeof(float);
}

}  // namespace

Communicator NodeMemory::find_node(const Communicator& communicator, std::size_t rank_size, std::size_t node_size,
                                   Transport transport) {
  if (transport == Transport::messages) {
    return Communicator::self();
  }
  const Communicator node = communicator.node();
  const std::size_t bytes = bytes_of_rank(rank_size, node_size, node.is_root());
  if (communicator.min(node.group().has_shared_memory(bytes) ? 1 : 0) == 1) {
    return node;
  }
  log::warning("{} has not the space that the ranks of a node need to share memory: they exchange messages instead",
               communicator.group().shared_memory_folder());
  return Communicator::self();
}

NodeMemory::NodeMemory(const Communicator& communicator, std::size_t rank_size, std::size_t node_size,
                       Transport transport)
    : rank_(communicator.rank()), node_(find_node(communicator, rank_size, node_size, transport)) {
  find_members(communicator);
  memory_ = node_.group().allocate_shared(bytes_of_rank(rank_size, node_size, node_.is_root()));
  arrays_.assign(static_cast<std::size_t>(communicator.size()), nullptr);
  const auto& mates = members_[node_of_[rank_]];
  for (std::size_t i = 0; i < mates.size(); ++i) {
    arrays_[mates[i]] = aligned(memory_->of(static_cast<int>(i)).data());
  }
  const auto leaders = memory_->of(0);
  common_ = arrays_[mates.front()] + (leaders.size() / sizeof(float) - kAlign - padded(node_size));
  barrier();
}

void NodeMemory::find_members(const Communicator& communicator) {
  const std::vector<int> leaders = communicator.all_gather(node_.broadcast(rank_));
  std::map<int, int> node_of_leader;
  for (int r = 0; r < communicator.size(); ++r) {
    const auto [entry, is_new] = node_of_leader.emplace(leaders[r], static_cast<int>(members_.size()));
    if (is_new) {
      members_.emplace_back();
    }
    node_of_.push_back(entry->second);
    members_[entry->second].push_back(r);
  }
}

void NodeMemory::barrier() const {
  memory_->synchronize();
  node_.barrier();
  memory_->synchronize();
}

}  // namespace epitaxy::parallel
