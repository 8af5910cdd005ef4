#include "parallel/gather.h"

#include <algorithm>

namespace epitaxy::parallel {

namespace {

/// MPI counts elements in int.
constexpr std::size_t kLargestMessage = std::size_t{1} << 30;

/// Calls `transfer` for each part of a text that fits in a message.
template <typename Transfer>
void by_message(std::string& text, Transfer transfer) {
  for (std::size_t first = 0; first < text.size(); first += kLargestMessage) {
    transfer(text.data() + first, static_cast<int>(std::min(kLargestMessage, text.size() - first)));
  }
}

}  // namespace

std::vector<std::string> gather_texts(const Communicator& communicator, std::string mine) {
  constexpr int kTag = 0;
  const MPI_Comm comm = communicator.handle();
  if (!communicator.is_root()) {
    const auto size = static_cast<std::int64_t>(mine.size());
    MPI_Send(&size, 1, MPI_INT64_T, 0, kTag, comm);
    by_message(mine, [&](const char* part, int count) { MPI_Send(part, count, MPI_CHAR, 0, kTag, comm); });
    return {};
  }
  std::vector<std::string> all(communicator.size());
  all[0] = std::move(mine);
  for (int rank = 1; rank < communicator.size(); ++rank) {
    std::int64_t size = 0;
    MPI_Recv(&size, 1, MPI_INT64_T, rank, kTag, comm, MPI_STATUS_IGNORE);
    all[rank].resize(static_cast<std::size_t>(size));
    by_message(all[rank],
               [&](char* part, int count) { MPI_Recv(part, count, MPI_CHAR, rank, kTag, comm, MPI_STATUS_IGNORE); });
  }
  return all;
}

}  // namespace epitaxy::parallel
