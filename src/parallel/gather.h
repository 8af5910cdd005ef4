#pragma once
/// \file
/// Texts of any size from all ranks on one.
#include <string>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// The texts of all ranks, by rank, on rank 0; nothing elsewhere. Collective.
inline std::vector<std::string> gather_texts(const Communicator& communicator, const std::string& mine) {
  return communicator.gather(mine);
}

}  // namespace epitaxy::parallel
