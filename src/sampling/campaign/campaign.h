#pragma once
/// \file
/// Lists of blocks that any number of ranks and jobs work off together, each block in a file of its own. A block has
/// the same bits whoever computes it; what is there is not computed again, so campaigns resume, and grow by more points
/// or scrambles.
/// Several jobs may share a folder: see parallel/task_folder.h.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "parallel/task_folder.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

struct BlockList {
  std::string name;              ///< For people, e.g. `campaign`.
  std::filesystem::path folder;  ///< Of its parts.
  std::size_t points = 0;        ///< Of each scramble; a multiple of `block`.
  std::uint32_t scrambles = 1;
  std::size_t block = 1;
  std::function<BlockResults(BlockKey)> compute;

  std::size_t count() const;               ///< Of blocks.
  BlockKey key(std::size_t number) const;  ///< In order.
  std::vector<BlockKey> keys() const;      ///< All of them, in order.
  std::filesystem::path path(BlockKey key) const;
};

/// Makes a folder that of the campaign with these settings, which are kept in its `campaign.yaml`. Throws InputError
/// with the differences when it is that of another one. Of several processes that begin at once, one wins.
void claim_folder(const std::filesystem::path& folder, const std::string& settings);

/// Computes what is missing or damaged (with a warning); costs are points. `campaign` marks the parts. Not done when it
/// was stopped: every rank ends the block that it is at. Collective. Throws InputError when a part belongs to another
/// campaign.
parallel::TaskWork compute_blocks(const parallel::Communicator& communicator, const std::vector<BlockList>& lists,
                                  const std::string& campaign, parallel::StopHandler& stop);

}  // namespace epitaxy::sampling
