#include "parallel/communicator.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::parallel {

Environment::Environment(int& argc, char**& argv) { MPI_Init(&argc, &argv); }
Environment::~Environment() { MPI_Finalize(); }

Communicator::Communicator(MPI_Comm source) {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(source, &copy);
  handle_ = std::shared_ptr<MPI_Comm>(new MPI_Comm(copy), [](MPI_Comm* comm) {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized == 0) {
      MPI_Comm_free(comm);
    }
    delete comm;
  });
  MPI_Comm_rank(copy, &rank_);
  MPI_Comm_size(copy, &size_);
}

Communicator Communicator::world() { return Communicator(MPI_COMM_WORLD); }
Communicator Communicator::self() { return Communicator(MPI_COMM_SELF); }

void Communicator::barrier() const { MPI_Barrier(handle()); }

std::string Communicator::broadcast(std::string text, int root) const {
  const auto length = broadcast(static_cast<std::int64_t>(text.size()), root);
  text.resize(static_cast<std::size_t>(length));
  MPI_Bcast(text.data(), static_cast<int>(length), MPI_CHAR, root, handle());
  return text;
}

std::int64_t Communicator::broadcast(std::int64_t value, int root) const {
  MPI_Bcast(&value, 1, MPI_INT64_T, root, handle());
  return value;
}

void Communicator::broadcast(float* values, std::size_t size, int root) const {
  MPI_Bcast(values, static_cast<int>(size), MPI_FLOAT, root, handle());
}

const int* Communicator::starts(const std::vector<int>& counts) const {
  starts_.assign(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r) {
    starts_[r] = starts_[r - 1] + counts[r - 1];
  }
  return starts_.data();
}

void Communicator::gather_all_in_place(double* all, const std::vector<int>& counts) const {
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts.data(), starts(counts), MPI_DOUBLE, handle());
}

void Communicator::gather_all_in_place(float* all, const std::vector<int>& counts) const {
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts.data(), starts(counts), MPI_FLOAT, handle());
}

void Communicator::gather_to_root(const float* mine, const std::vector<int>& counts, float* all) const {
  MPI_Gatherv(mine, counts[rank_], MPI_FLOAT, all, counts.data(), starts(counts), MPI_FLOAT, 0, handle());
}

void Communicator::scatter_from_root(const float* all, const std::vector<int>& counts, float* mine) const {
  MPI_Scatterv(all, counts.data(), starts(counts), MPI_FLOAT, mine, counts[rank_], MPI_FLOAT, 0, handle());
}

void Communicator::agree(const std::function<void()>& work) const {
  std::string message;
  int code = kDone;
  try {
    work();
  } catch (const InputError& error) {
    message = error.what();
    code = kInputError;
  } catch (const std::exception& error) {
    message = error.what();
    code = kFailure;
  }
  const int mine = code == kDone ? size_ : rank_;
  int first = mine;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, handle());
  if (first == size_) {
    return;
  }
  const int failed = code == kDone ? 0 : 1;
  int failures = 0;
  MPI_Allreduce(&failed, &failures, 1, MPI_INT, MPI_SUM, handle());
  message = broadcast(message, first);
  code = static_cast<int>(broadcast(static_cast<std::int64_t>(code), first));
  if (failures < size_ && size_ > 1 && first != 0) {
    message = fmt::format("rank {}: {}", first, message);
  }
  const auto throw_agreed = [](auto error) {
    error.agreed = true;
    throw error;
  };
  if (code == kInputError) {
    throw_agreed(InputError(message));
  }
  throw_agreed(Error(message));
}

void Communicator::on_root(const std::function<void()>& work) const {
  agree([&] {
    if (is_root()) {
      work();
    }
  });
}

}  // namespace epitaxy::parallel
