#pragma once
/// \file
/// The map of a campaign over a two-dimensional domain: a model with two latent dimensions, or a plane.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "models/model.h"
#include "sampling/map/latent_map.h"
#include "sampling/points/domain.h"
#include "sampling/points/sobol.h"

namespace epitaxy::sampling {

/// Throws InputError when the domain has no map: it has not two dimensions, or an objective restricts it.
void check_map(const Domain& domain);

class CampaignMap {
 public:
  /// `seed` is that of the campaign's points. The domain outlives the map.
  CampaignMap(const MapSettings& settings, const Domain& domain, std::uint64_t seed,
              const models::ModelDescription& description);

  /// Blocks in any fixed order; by their keys is the fastest.
  void add(const BlockResults& block);
  /// Latent means of training molecules [molecules, latent], which a plane sees from above.
  void add_encoded(std::span<const float> means);
  const LatentMap& map() const { return map_; }
  /// `map.h5` and `map.csv`.
  void write(const std::filesystem::path& folder) const;

 private:
  const Domain& domain_;
  std::uint64_t seed_;
  LatentMap map_;
  std::optional<SobolSequence> sequence_;  ///< Of the scramble that was added last.
  std::uint32_t scramble_ = 0;
};

}  // namespace epitaxy::sampling
