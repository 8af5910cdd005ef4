#pragma once
/// \file
/// A folder of rank 0 that all ranks see, as long as a test.
#include <filesystem>

#include "data/temporary_folder.h"
#include "parallel/communicator.h"

namespace epitaxy::test {

class SharedFolder {
 public:
  /// Collective, as is its end.
  explicit SharedFolder(const parallel::Communicator& world = parallel::Communicator::world())
      : communicator(world), path(world.broadcast(own.path().string())) {}
  ~SharedFolder() { communicator.barrier(); }  // Rank 0 removes it when all are done.
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;

  TemporaryFolder own;
  parallel::Communicator communicator;
  std::filesystem::path path;
};

}  // namespace epitaxy::test
