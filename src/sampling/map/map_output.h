#pragma once
/// \file
/// A map as files (docs/file_formats.md), as an entry of summary.json and as a coarse picture in the log.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "sampling/map/latent_map.h"

namespace epitaxy::sampling {

/// The middles of all cells in the unit square, [cells * cells, 2] in the order of LatentMap::values.
std::vector<double> cell_centers(std::size_t cells);

/// `map.h5` and `map.csv`; `latent` [cells * cells, latent]: the latent vectors of the cells' middles.
void write_map(const std::filesystem::path& folder, const LatentMap& map, std::span<const float> latent);

/// Entry `map` of summary.json.
nlohmann::ordered_json to_json(const LatentMap& map);

/// Share of valid decodes and density of the training molecules, side by side, the second direction upward.
std::vector<std::string> draw_map(const LatentMap& map);
/// The picture, with the groups of density.
void log_map(const LatentMap& map);

}  // namespace epitaxy::sampling
