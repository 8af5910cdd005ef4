#include "sampling/map/campaign_map.h"

#include <vector>

#include "base/error.h"
#include "sampling/map/map_output.h"

namespace epitaxy::sampling {

void check_map(const Domain& domain) {
  if (domain.dimensions() != 2) {
    fail_input(
        "'map' needs a domain of two dimensions, and '{}' of this model has {}: set 'domain: {{kind: plane}}', take a "
        "model with 'latent: 2', or leave 'map' out",
        name_of(domain.kind()), domain.dimensions());
  }
  if (domain.mass() < 1) {
    fail_input("'map' needs a whole domain, and 'objective' restricts it: leave one of the two out");
  }
}

CampaignMap::CampaignMap(const MapSettings& settings, const Domain& domain, std::uint64_t seed,
                         const models::ModelDescription& description)
    : domain_(domain), seed_(seed), map_(settings, description.heads) {
  check_map(domain);
}

void CampaignMap::add(const BlockResults& block) {
  if (!sequence_ || scramble_ != block.key.scramble) {
    scramble_ = block.key.scramble;
    sequence_.emplace(2, SobolSequence::Scramble::linear_matrix, seed_, scramble_);
  }
  std::vector<double> unit(2 * block.points);
  sequence_->points(block.key.first, block.points, unit.data());
  map_.add(block, unit);
}

void CampaignMap::add_encoded(std::span<const float> means) {
  std::vector<double> unit(2 * means.size() / domain_.latent());
  for (std::size_t i = 0; i < unit.size() / 2; ++i) {
    domain_.to_unit(means.data() + i * domain_.latent(), unit.data() + 2 * i);
  }
  map_.add_molecules(unit);
}

void CampaignMap::write(const std::filesystem::path& folder) const {
  const std::vector<double> centers = cell_centers(map_.cells());
  std::vector<float> latent(centers.size() / 2 * domain_.latent());
  domain_.map(centers.data(), centers.size() / 2, latent.data());
  write_map(folder, map_, latent);
}

}  // namespace epitaxy::sampling
