#include <mpi.h>
#include <sys/statvfs.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <vector>

#include "parallel/chunks.h"
#include "parallel/mpi.h"

namespace epitaxy::parallel {

namespace {

constexpr int kTag = 0;

class MpiMessages : public Messages {
 public:
  MpiMessages(MPI_Comm comm, std::size_t limit) : comm_(comm), limit_(limit) {}

  void send(const void* from, std::size_t bytes, int rank, int tag) override {
    for (const auto& [begin, size] : Chunks(bytes, limit_)) {
      MPI_Isend(static_cast<const std::byte*>(from) + begin, static_cast<int>(size), MPI_BYTE, rank, tag, comm_,
                &requests_.emplace_back());
    }
  }
  void receive(void* to, std::size_t bytes, int rank, int tag) override {
    for (const auto& [begin, size] : Chunks(bytes, limit_)) {
      MPI_Irecv(static_cast<std::byte*>(to) + begin, static_cast<int>(size), MPI_BYTE, rank, tag, comm_,
                &requests_.emplace_back());
    }
  }
  bool empty() const override { return requests_.empty(); }
  void progress() override {
    int done = 0;
    MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE);
  }
  void wait() override {
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    requests_.clear();
  }

 private:
  MPI_Comm comm_;
  std::size_t limit_;
  std::vector<MPI_Request> requests_;
};

/// One-sided, so no rank has to answer.
class MpiCounter : public Counter {
 public:
  explicit MpiCounter(MPI_Comm comm, bool holds) {
    const MPI_Aint bytes = holds ? sizeof(std::int64_t) : 0;
    std::int64_t* value = nullptr;
    MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm, static_cast<void*>(&value), &window_);
    if (holds) {
      *value = 0;
    }
    MPI_Win_lock_all(0, window_);
    MPI_Win_sync(window_);
    MPI_Barrier(comm);
  }
  ~MpiCounter() override {
    MPI_Win_unlock_all(window_);
    MPI_Win_free(&window_);
  }
  MpiCounter(const MpiCounter&) = delete;
  MpiCounter& operator=(const MpiCounter&) = delete;

  std::int64_t add(std::int64_t increase) override {
    std::int64_t before = 0;
    MPI_Fetch_and_op(&increase, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_);
    MPI_Win_flush(0, window_);
    return before;
  }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
};

class MpiSharedMemory : public SharedMemory {
 public:
  MpiSharedMemory(MPI_Comm comm, std::size_t bytes) {
    void* base = nullptr;
    MPI_Win_allocate_shared(static_cast<MPI_Aint>(bytes), 1, MPI_INFO_NULL, comm, static_cast<void*>(&base), &window_);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
    std::memset(base, 0, bytes);
  }
  ~MpiSharedMemory() override {
    // While an error unwinds this rank alone, others may not be here: freeing would wait for ever.
    if (std::uncaught_exceptions() == 0) {
      MPI_Win_unlock_all(window_);
      MPI_Win_free(&window_);
    }
  }
  MpiSharedMemory(const MpiSharedMemory&) = delete;
  MpiSharedMemory& operator=(const MpiSharedMemory&) = delete;

  std::span<std::byte> of(int rank) const override {
    MPI_Aint bytes = 0;
    int unit = 0;
    void* base = nullptr;
    MPI_Win_shared_query(window_, rank, &bytes, &unit, static_cast<void*>(&base));
    return {static_cast<std::byte*>(base), static_cast<std::size_t>(bytes)};
  }
  void synchronize() const override { MPI_Win_sync(window_); }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
};

int rank_in(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank;
}

int size_of(MPI_Comm comm) {
  int size = 1;
  MPI_Comm_size(comm, &size);
  return size;
}

class MpiGroup : public Group {
 public:
  /// Takes the communicator over.
  explicit MpiGroup(MPI_Comm comm)
      : Group(rank_in(comm), size_of(comm)), comm_(comm), counts_(size()), begins_(size()) {}
  ~MpiGroup() override {
    if (mpi::is_running() && std::uncaught_exceptions() == 0) {
      MPI_Comm_free(&comm_);
    }
  }
  MpiGroup(const MpiGroup&) = delete;
  MpiGroup& operator=(const MpiGroup&) = delete;

  void barrier() override { MPI_Barrier(comm_); }
  void broadcast(std::byte* data, std::size_t bytes, int root) override {
    MPI_Bcast(data, static_cast<int>(bytes), MPI_BYTE, root, comm_);
  }
  void all_gather(std::byte* all, const Parts& parts, std::size_t element) override {
    count(parts, element);
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts_.data(), begins_.data(), MPI_BYTE, comm_);
  }
  void gather(const std::byte* mine, std::byte* all, const Parts& parts, std::size_t element) override {
    count(parts, element);
    MPI_Gatherv(mine, counts_[rank()], MPI_BYTE, all, counts_.data(), begins_.data(), MPI_BYTE, 0, comm_);
  }
  void scatter(const std::byte* all, std::byte* mine, const Parts& parts, std::size_t element) override {
    count(parts, element);
    MPI_Scatterv(all, counts_.data(), begins_.data(), MPI_BYTE, mine, counts_[rank()], MPI_BYTE, 0, comm_);
  }
  void send(const std::byte* data, std::size_t bytes, int rank) override {
    MPI_Send(data, static_cast<int>(bytes), MPI_BYTE, rank, kTag, comm_);
  }
  void receive(std::byte* data, std::size_t bytes, int rank) override {
    MPI_Recv(data, static_cast<int>(bytes), MPI_BYTE, rank, kTag, comm_, MPI_STATUS_IGNORE);
  }

  std::unique_ptr<Messages> make_messages(std::size_t limit) override {
    return std::make_unique<MpiMessages>(comm_, limit);
  }
  std::unique_ptr<Counter> make_counter() override { return std::make_unique<MpiCounter>(comm_, rank() == 0); }
  std::shared_ptr<Group> node() override {
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &node);
    if (size_of(node) > 1) {
      return std::make_shared<MpiGroup>(node);
    }
    MPI_Comm_free(&node);
    return make_single_group();
  }
  // Open MPI does not return from an allocation that one rank could not make, so the space is looked at before.
  bool has_shared_memory(std::size_t bytes) override;
  std::string shared_memory_folder() const override {
    const char* set = std::getenv("OMPI_MCA_osc_sm_backing_directory");
    return set != nullptr ? set : "/dev/shm";
  }
  std::unique_ptr<SharedMemory> allocate_shared(std::size_t bytes) override {
    return std::make_unique<MpiSharedMemory>(comm_, bytes);
  }

 private:
  /// Fills `counts_` and `begins_`, in bytes.
  void count(const Parts& parts, std::size_t element) {
    for (int r = 0; r < size(); ++r) {
      counts_[r] = static_cast<int>(parts.count(r) * element);
      begins_[r] = static_cast<int>(parts.begin(r) * element);
    }
  }

  MPI_Comm comm_;
  std::vector<int> counts_;  ///< Kept, so that collectives in a loop allocate nothing.
  std::vector<int> begins_;
};

bool MpiGroup::has_shared_memory(std::size_t bytes) {
  constexpr double margin = 1e6;
  double needed = static_cast<double>(bytes);
  MPI_Allreduce(MPI_IN_PLACE, &needed, 1, MPI_DOUBLE, MPI_SUM, comm_);
  struct statvfs info = {};
  const bool known = statvfs(shared_memory_folder().c_str(), &info) == 0;
  return !known || static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize) > needed + margin;
}

}  // namespace

namespace mpi {

bool is_built_in() { return true; }

std::string library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string name(text.data());
  return name.substr(0, name.find(','));
}

void start() { MPI_Init(nullptr, nullptr); }
void finish() { MPI_Finalize(); }

bool is_running() {
  int started = 0;
  int finished = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&finished);
  return started != 0 && finished == 0;
}

std::shared_ptr<Group> world() {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &copy);
  return std::make_shared<MpiGroup>(copy);
}

void abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();  // not reached
}

}  // namespace mpi

}  // namespace epitaxy::parallel
