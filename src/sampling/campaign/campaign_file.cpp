#include "sampling/campaign/campaign_file.h"

#include <algorithm>

#include "base/file.h"
#include "data/hdf5.h"
#include "sampling/campaign/part_file.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using data::Hdf5File;
using data::VirtualPart;

namespace {

constexpr const char* kFormat = "epitaxy campaign";
constexpr std::int64_t kFormatVersion = 1;
constexpr const char* kParts = "parts";

/// The array of each part, of shape [rows] or [rows, columns], in one of [scrambles, rows of all, columns].
std::vector<VirtualPart> place_parts(const BlockList& list, std::size_t rows_of_point, std::size_t columns) {
  std::vector<VirtualPart> parts;
  for (const BlockKey key : list.keys()) {
    VirtualPart part{
        fs::path(kParts) / part_name(key), {key.scramble, key.first * rows_of_point}, {list.block * rows_of_point}};
    if (columns > 0) {
      part.begin.push_back(0);
      part.shape.push_back(columns);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

void write_campaign(const fs::path& path, const BlockList& list, const CampaignDescription& campaign,
                    const CampaignContent& content, const models::ModelDescription& model) {
  file::write_atomically(path, [&](const fs::path& temporary) {
    Hdf5File out(temporary, Hdf5File::Mode::create);
    const std::vector<std::size_t> shape{campaign.scrambles, campaign.points * campaign.attempts};
    const auto molecules = place_parts(list, campaign.attempts, 0);
    out.write_virtual<std::string>("/smiles", shape, molecules, content.longest_smiles);
    out.write_virtual<std::string>("/canonical", shape, molecules, content.longest_canonical);
    for (const char* name : {"/cause", "/rdkit_valid", "/novel"}) {
      out.write_virtual<std::uint8_t>(name, shape, molecules);
    }
    std::vector<std::string> causes;
    for (std::size_t cause = 0; cause < latent::kCauses; ++cause) {
      causes.emplace_back(chem::name_of(static_cast<chem::MoleculeCause>(cause)));
    }
    out.write("/cause_names", causes);
    const std::size_t heads = model.heads.size();
    if (heads > 0) {
      out.write_virtual<float>("/properties", {campaign.scrambles, campaign.points, heads},
                               place_parts(list, 1, heads));
      out.write("/property_names", property_columns(model));
    }
    out.write_attribute("/", "format", std::string(kFormat));
    out.write_attribute("/", "format_version", kFormatVersion);
    out.write_attribute("/", "points", static_cast<std::int64_t>(campaign.points));
    out.write_attribute("/", "scrambles", static_cast<std::int64_t>(campaign.scrambles));
    out.write_attribute("/", "block", static_cast<std::int64_t>(campaign.block));
    out.write_attribute("/", "attempts", static_cast<std::int64_t>(campaign.attempts));
    out.write_attribute("/", "settings", campaign.settings);
    out.write_attribute("/", "hash", campaign.hash);
    out.close();
  });
}

CampaignDescription read_campaign(const fs::path& path) {
  CampaignDescription campaign;
  {
    const Hdf5File in(path, Hdf5File::Mode::read);
    if (!in.has_attribute("/", "format") || in.text_attribute("/", "format") != kFormat) {
      fail_input("{}: is no campaign of epitaxy", path.string());
    }
    campaign.points = static_cast<std::size_t>(in.integer_attribute("/", "points"));
    campaign.scrambles = static_cast<std::uint32_t>(in.integer_attribute("/", "scrambles"));
    campaign.block = static_cast<std::size_t>(in.integer_attribute("/", "block"));
    campaign.attempts = static_cast<std::size_t>(in.integer_attribute("/", "attempts"));
    campaign.settings = in.text_attribute("/", "settings");
    campaign.hash = in.text_attribute("/", "hash");
    constexpr std::size_t kMostParts = 100'000'000;
    if (campaign.block == 0 || campaign.points % campaign.block != 0 || campaign.scrambles == 0 ||
        campaign.points / campaign.block > kMostParts / campaign.scrambles) {
      fail_input("{}: is damaged: it has {} scrambles of {} points in blocks of {}", path.string(), campaign.scrambles,
                 campaign.points, campaign.block);
    }
  }
  const BlockList list{"campaign", path.parent_path() / kParts, campaign.points, campaign.scrambles, campaign.block,
                       {}};
  std::vector<std::string> hashes;
  std::vector<std::string> problems;
  for (const BlockKey key : list.keys()) {
    try {
      hashes.push_back(read_part_header(list.path(key), "").hash);
    } catch (const InputError& error) {
      problems.emplace_back(error.what());
    }
  }
  if (!problems.empty()) {
    constexpr std::size_t kTold = 5;
    const std::size_t told = std::min(problems.size(), kTold);
    fail_input("{}: {} of its {} parts cannot be read: copy them beside it, or run the stage again{}{}{}",
               path.string(), problems.size(), list.count(), "\n  ",
               fmt::join(problems.begin(), problems.begin() + told, "\n  "), told < problems.size() ? "\n  ..." : "");
  }
  if (campaign_hash(hashes) != campaign.hash) {
    fail_input("{}: its parts have changed since it was written: run the stage again", path.string());
  }
  return campaign;
}

}  // namespace epitaxy::sampling
