#pragma once
/// \file
/// `campaign.h5`: all parts of a campaign as one set of arrays, without a copy. Layout: docs/file_formats.md.
#include <filesystem>
#include <string>

#include "models/model.h"
#include "sampling/campaign/campaign_tables.h"

namespace epitaxy::sampling {

/// What campaign.h5 says besides its arrays.
struct CampaignDescription {
  std::size_t points = 0;  ///< Of each scramble.
  std::uint32_t scrambles = 0;
  std::size_t block = 0;
  std::size_t attempts = 1;
  std::string settings;  ///< Of claim_folder.
  std::string hash;      ///< campaign_hash
};

/// Writes atomically. The parts lie in a folder below that of the file.
void write_campaign(const std::filesystem::path& path, const BlockList& list, const CampaignDescription& campaign,
                    const CampaignContent& content, const models::ModelDescription& model);
/// Throws InputError: no such file, no campaign, a part that is gone or damaged, parts that are not those of the hash.
CampaignDescription read_campaign(const std::filesystem::path& path);

}  // namespace epitaxy::sampling
