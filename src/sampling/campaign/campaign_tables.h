#pragma once
/// \file
/// A finished campaign as tables: `molecules.csv`, a row for each decoded molecule, and `blocks.csv`, one for each
/// block.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "models/model.h"
#include "sampling/campaign/campaign.h"
#include "sampling/metrics/molecule_metrics.h"

namespace epitaxy::sampling {

/// Names of the heads' columns: the targets, with their unit if they do not end in it, and with the head's name where
/// several share a target.
std::vector<std::string> property_columns(const models::ModelDescription& description);

/// What a look at all parts yields.
struct CampaignContent {
  std::string hash;  ///< Of the parts' content in the order of their blocks.
  std::size_t longest_smiles = 0;
  std::size_t longest_canonical = 0;
};

/// The hash of a campaign from those of its parts, in order.
std::string campaign_hash(const std::vector<std::string>& parts);

/// Reads the parts in order, one at a time, writes both tables and gives each block to `use`. Without `novelty` their
/// column `novel` is empty. Throws data::DamagedFileError for a part that is gone or damaged.
CampaignContent write_tables(const BlockList& list, const std::string& campaign,
                             const models::ModelDescription& description, const std::filesystem::path& folder,
                             bool novelty, const std::function<void(const BlockResults&)>& use);

}  // namespace epitaxy::sampling
