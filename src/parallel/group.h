#pragma once
/// \file
/// What a group of ranks must be able to do, in bytes. `Communicator` builds everything else on it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "parallel/parts.h"

namespace epitaxy::parallel {

/// Messages between two ranks that are on their way while the ranks compute. Allocates nothing once it has had as many.
class Messages {
 public:
  virtual ~Messages() = default;
  /// Begin to send and to receive; the memory belongs to the message until `wait`. Messages with one tag between two
  /// ranks arrive in the order in which they were sent.
  virtual void send(const void* from, std::size_t bytes, int rank, int tag) = 0;
  virtual void receive(void* to, std::size_t bytes, int rank, int tag) = 0;
  /// Whether none were begun since the last `wait`.
  virtual bool empty() const = 0;
  /// Lets messages move on.
  virtual void progress() = 0;
  /// Until all messages that were begun have arrived.
  virtual void wait() = 0;
};

/// A number that all ranks of a group count up without any of them answering. Collective to destroy.
class Counter {
 public:
  virtual ~Counter() = default;
  /// The value before it is increased.
  virtual std::int64_t add(std::int64_t increase) = 0;
};

/// Memory of each rank of a node, zeroed, that the other ranks of the node read and write. Collective to destroy.
class SharedMemory {
 public:
  virtual ~SharedMemory() = default;
  virtual std::span<std::byte> of(int rank) const = 0;
  /// Before and after a barrier: what was written before is seen after it.
  virtual void synchronize() const = 0;
};

/// A group of ranks: one alone, or several over MPI. All but `send` and `receive` are collective. A message has at most
/// `Chunks::kLimit` bytes; `Communicator` cuts what has more.
class Group {
 public:
  virtual ~Group() = default;
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }

  virtual void barrier() = 0;
  /// The bytes of `root` on every rank.
  virtual void broadcast(std::byte* data, std::size_t bytes, int root) = 0;
  /// The parts of all ranks, of elements of `element` bytes, on all ranks; each finds its own in its place in `all`.
  virtual void all_gather(std::byte* all, const Parts& parts, std::size_t element) = 0;
  /// The parts of all ranks on rank 0; `all` is ignored elsewhere.
  virtual void gather(const std::byte* mine, std::byte* all, const Parts& parts, std::size_t element) = 0;
  /// Rank 0's array cut into the parts of the ranks.
  virtual void scatter(const std::byte* all, std::byte* mine, const Parts& parts, std::size_t element) = 0;
  /// To and from another rank; both wait.
  virtual void send(const std::byte* data, std::size_t bytes, int rank) = 0;
  virtual void receive(std::byte* data, std::size_t bytes, int rank) = 0;

  /// `limit`: bytes of the largest message.
  virtual std::unique_ptr<Messages> make_messages(std::size_t limit) = 0;
  virtual std::unique_ptr<Counter> make_counter() = 0;
  /// The ranks of this rank's node, in their order here.
  virtual std::shared_ptr<Group> node() = 0;
  /// Whether the ranks of this group, which are those of a node, can have these bytes each, the sum of them all at
  /// once.
  virtual bool has_shared_memory(std::size_t bytes) = 0;
  /// The folder it is kept in.
  virtual std::string shared_memory_folder() const = 0;
  virtual std::unique_ptr<SharedMemory> allocate_shared(std::size_t bytes) = 0;

 protected:
  Group(int rank, int size) : rank_(rank), size_(size) {}

 private:
  int rank_;
  int size_;
};

/// A rank alone; needs no MPI.
std::shared_ptr<Group> make_single_group();

}  // namespace epitaxy::parallel
