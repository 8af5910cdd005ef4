#pragma once
/// \file
/// Memory that the ranks of one node share: what lies there need not be sent.
#include <cstddef>
#include <memory>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// Whether ranks of a node read each other's memory, or exchange messages as if each were a node of its own.
enum class Transport { shared_memory, messages };

/// An array of float32 for each rank and one for each node, zeroed, cache-line aligned. Where shared memory is not to
/// be had, every rank is a node of its own.
class NodeMemory {
 public:
  /// Collective. Each rank may ask for another `rank_size`; `node_size` is the same on all.
  NodeMemory(const Communicator& communicator, std::size_t rank_size, std::size_t node_size, Transport transport);

  int nodes() const { return static_cast<int>(members_.size()); }
  int node_of(int rank) const { return node_of_[rank]; }
  /// The ranks of a node, ascending.
  const std::vector<int>& members(int node) const { return members_[node]; }
  bool is_leader() const { return members_[node_of_[rank_]].front() == rank_; }

  /// The array of a rank on this node.
  float* of(int rank) const { return arrays_[rank]; }
  float* mine() const { return arrays_[rank_]; }
  /// The array of this node.
  float* common() const { return common_; }

  /// Waits for the ranks of this node; what they wrote before is seen after it.
  void barrier() const;

 private:
  /// This rank's node: those it shares memory with.
  static Communicator find_node(const Communicator& communicator, std::size_t rank_size, std::size_t node_size,
                                Transport transport);
  void find_members(const Communicator& communicator);

  int rank_;
  Communicator node_;  ///< Outlives the memory.
  std::vector<int> node_of_;
  std::vector<std::vector<int>> members_;
  std::unique_ptr<SharedMemory> memory_;
  std::vector<float*> arrays_;
  float* common_ = nullptr;
};

}  // namespace epitaxy::parallel
