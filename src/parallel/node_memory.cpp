#include "parallel/node_memory.h"

#include <sys/statvfs.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>

#include "base/log.h"

namespace epitaxy::parallel {

namespace {

constexpr std::size_t kAlign = 16;  // floats of a cache line

std::size_t padded(std::size_t size) { return (size + kAlign - 1) / kAlign * kAlign; }

float* aligned(void* base) { return reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(base) + 63) / 64 * 64); }

/// Where Open MPI keeps the memory that processes share.
const char* shared_memory_folder() {
  const char* set = std::getenv("OMPI_MCA_osc_sm_backing_directory");
  return set != nullptr ? set : "/dev/shm";
}

}  // namespace

NodeMemory::NodeMemory(const Communicator& communicator, std::size_t rank_size, std::size_t node_size,
                       Transport transport)
    : rank_(communicator.rank()) {
  if (communicator.size() > 1 && transport == Transport::shared_memory && share(communicator, rank_size, node_size)) {
    return;
  }
  members_.clear();
  node_of_.clear();
  for (int r = 0; r < communicator.size(); ++r) {
    node_of_.push_back(r);
    members_.push_back({r});
  }
  own_ = linalg::Buffer<float>(padded(rank_size) + node_size);
  arrays_.assign(communicator.size(), nullptr);
  arrays_[rank_] = own_.data();
  common_ = own_.data() + padded(rank_size);
}

NodeMemory::~NodeMemory() {
  // While an error unwinds this rank alone, others may not be here: freeing, which is collective, would wait for ever.
  if (std::uncaught_exceptions() > 0) {
    return;
  }
  if (window_ != MPI_WIN_NULL) {
    MPI_Win_unlock_all(window_);
    MPI_Win_free(&window_);
  }
  if (node_ != MPI_COMM_NULL) {
    MPI_Comm_free(&node_);
  }
}

void NodeMemory::find_nodes(const Communicator& communicator) {
  int leader = rank_;
  MPI_Bcast(&leader, 1, MPI_INT, 0, node_);
  std::vector<int> leaders(communicator.size());
  MPI_Allgather(&leader, 1, MPI_INT, leaders.data(), 1, MPI_INT, communicator.handle());
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

// Open MPI does not return from an allocation that one rank could not make, so the space is looked at before.
bool NodeMemory::has_space(const Communicator& communicator, std::size_t bytes) const {
  constexpr double margin = 1e6;
  double needed = static_cast<double>(bytes);
  MPI_Allreduce(MPI_IN_PLACE, &needed, 1, MPI_DOUBLE, MPI_SUM, node_);
  struct statvfs info = {};
  const bool known = statvfs(shared_memory_folder(), &info) == 0;
  int enough = !known || static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize) > needed + margin;
  MPI_Allreduce(MPI_IN_PLACE, &enough, 1, MPI_INT, MPI_MIN, communicator.handle());
  return enough != 0;
}

bool NodeMemory::share(const Communicator& communicator, std::size_t rank_size, std::size_t node_size) {
  MPI_Comm_split_type(communicator.handle(), MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node_);
  find_nodes(communicator);
  const std::size_t size = padded(rank_size) + (is_leader() ? padded(node_size) : 0) + kAlign;
  if (!has_space(communicator, size * sizeof(float))) {
    log::warning("{} has not the space that the ranks of a node need to share memory: they exchange messages instead",
                 shared_memory_folder());
    return false;
  }
  void* base = nullptr;
  MPI_Win_allocate_shared(static_cast<MPI_Aint>(size * sizeof(float)), sizeof(float), MPI_INFO_NULL, node_, &base,
                          &window_);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  std::memset(base, 0, size * sizeof(float));
  arrays_.assign(communicator.size(), nullptr);
  const auto& mates = members_[node_of_[rank_]];
  for (std::size_t i = 0; i < mates.size(); ++i) {
    MPI_Aint bytes = 0;
    int unit = 0;
    void* pointer = nullptr;
    MPI_Win_shared_query(window_, static_cast<int>(i), &bytes, &unit, &pointer);
    arrays_[mates[i]] = aligned(pointer);
    if (i == 0) {
      common_ = arrays_[mates[i]] + (static_cast<std::size_t>(bytes) / sizeof(float) - kAlign - padded(node_size));
    }
  }
  barrier();
  return true;
}

void NodeMemory::barrier() const {
  if (window_ != MPI_WIN_NULL) {
    MPI_Win_sync(window_);
    MPI_Barrier(node_);
    MPI_Win_sync(window_);
  }
}

}  // namespace epitaxy::parallel
