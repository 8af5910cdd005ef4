#pragma once
/// \file
/// MPI as the rest of the program sees it: a group of ranks and the few collectives that are used.
#include <mpi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace epitaxy::parallel {

/// Starts and ends MPI; one lives in main.
class Environment {
 public:
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
};

/// A group of ranks. Copies share one MPI communicator, which is freed with the last of them.
class Communicator {
 public:
  static Communicator world();  ///< All ranks.
  static Communicator self();   ///< This rank alone: single-rank jobs use the same code.

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm handle() const { return *handle_; }

  void barrier() const;
  /// The text of `root` on every rank.
  std::string broadcast(std::string text, int root = 0) const;
  std::int64_t broadcast(std::int64_t value, int root = 0) const;
  /// Gathers the parts of all ranks on all ranks, in place: rank r's `counts[r]` numbers follow those of the ranks
  /// before.
  void gather_all_in_place(float* all, const std::vector<int>& counts) const;
  void gather_all_in_place(double* all, const std::vector<int>& counts) const;
  /// The parts of all ranks one after another, on rank 0 only (`all` is ignored elsewhere).
  void gather_to_root(const float* mine, const std::vector<int>& counts, float* all) const;
  /// Rank 0's array, cut into the parts of the ranks.
  void scatter_from_root(const float* all, const std::vector<int>& counts, float* mine) const;
  void broadcast(float* values, std::size_t size, int root = 0) const;

  /// Runs `work` on every rank and agrees on its outcome: when it threw on any rank, every rank throws the error of the
  /// lowest such rank, with the rank named unless all ranks failed or it is rank 0, which does the work of all.
  void agree(const std::function<void()>& work) const;
  /// Runs `work` on rank 0 and passes its error on to all.
  void on_root(const std::function<void()>& work) const;

 private:
  explicit Communicator(MPI_Comm source);
  /// Where the part of each rank begins; valid until the next call.
  const int* starts(const std::vector<int>& counts) const;

  std::shared_ptr<MPI_Comm> handle_;
  int rank_ = 0;
  int size_ = 1;
  mutable std::vector<int> starts_;  ///< Kept, so that collectives in a loop allocate nothing.
};

}  // namespace epitaxy::parallel
