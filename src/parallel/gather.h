#pragma once
/// \file
/// Texts of any size from all ranks on one.
#include <string>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// The texts of all ranks, by rank, on rank 0; nothing elsewhere. Any bytes, also more than 2 GB. Collective.
std::vector<std::string> gather_texts(const Communicator& communicator, std::string mine);

}  // namespace epitaxy::parallel
