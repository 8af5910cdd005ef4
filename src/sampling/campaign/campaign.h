#pragma once
/// \file
/// Lists of blocks that any number of ranks and jobs work off together, each block in a file of its own. A block has
/// the same bits whoever computes it; what is there is not computed again, so campaigns resume, and grow by more points
/// or scrambles.
///
/// Jobs that share a folder know nothing of each other. Each takes the missing blocks in an order of its own and leaves
/// out those that have appeared meanwhile; should two compute the same block, the second file replaces an equal one.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

struct BlockList {
  std::string name;              ///< For people, e.g. `campaign`.
  std::filesystem::path folder;  ///< Of its parts.
  std::size_t points = 0;        ///< Of each scramble; a multiple of `block`.
  std::uint32_t scrambles = 1;
  std::size_t block = 1;
  std::function<BlockResults(BlockKey)> compute;

  std::vector<BlockKey> keys() const;  ///< In order.
  std::filesystem::path path(BlockKey key) const;
};

/// Makes a folder that of the campaign with these settings, which are kept in its `campaign.yaml`. Throws InputError
/// with the differences when it is that of another one. Of several processes that begin at once, one wins.
void claim_folder(const std::filesystem::path& folder, const std::string& settings);

/// What one job did.
struct BlockWork {
  bool done = false;         ///< Every block of every list is there.
  std::size_t missing = 0;   ///< Blocks that were not there at the start.
  std::size_t computed = 0;  ///< The others came from another job.
  std::size_t points = 0;    ///< In the blocks that were computed.
  double seconds = 0;
};

/// Computes what is missing or damaged (with a warning). `campaign` marks the parts. Not done when it was stopped:
/// every rank ends the block that it is at. Collective. Throws InputError when a part belongs to another campaign.
BlockWork compute_blocks(const parallel::Communicator& communicator, const std::vector<BlockList>& lists,
                         const std::string& campaign, parallel::StopHandler& stop);

}  // namespace epitaxy::sampling
