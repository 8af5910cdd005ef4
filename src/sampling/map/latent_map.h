#pragma once
/// \file
/// Maps of a two-dimensional domain: what its points decode to, beside where the training molecules lie.
///
/// The grid divides the unit square that Sobol points fill, so every cell holds the same share of a domain's
/// probability; of a box or a plane the cells are equal rectangles. Cell (i, j) is the i-th along the first direction
/// and the j-th along the second one; arrays [cells, cells] have a row for each j.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/keys.h"
#include "latent/identity_set.h"
#include "models/model.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

struct MapSettings {
  std::size_t cells = 64;  ///< Along each direction.
};

/// Keys of `map:`.
void keys(config::Keys& k, MapSettings& settings);

struct MapCell {
  std::int64_t points = 0;
  std::int64_t decodes = 0;
  std::int64_t rdkit_valid = 0;
  std::int64_t valid = 0;
  std::int64_t unique = 0;     ///< Distinct molecules decoded in this cell.
  std::int64_t novel = 0;      ///< Those of them that are not in the training set.
  std::int64_t molecules = 0;  ///< Training molecules that are encoded in this cell.

  double valid_share() const;  ///< Of the decodes; NaN of none.
};

/// Cells that hold about as many training molecules.
struct DensityGroup {
  std::int64_t least = 0;  ///< Training molecules of a cell ...
  std::int64_t most = 0;
  MapCell sum;
  std::size_t cells = 0;
};

class LatentMap {
 public:
  LatentMap(const MapSettings& settings, std::vector<models::Head> heads);

  /// unit [block.points, 2]: where the points of the block lie in the unit square.
  void add(const BlockResults& block, std::span<const double> unit);
  /// Where training molecules lie, [molecules, 2]; out of [0, 1] is beside the map.
  void add_molecules(std::span<const double> unit);

  std::size_t cells() const { return cells_; }
  const std::vector<models::Head>& heads() const { return heads_; }
  /// [cells, cells]
  const std::vector<MapCell>& values() const { return values_; }
  /// Mean of a head over the points of a cell, in the target's unit; NaN without points.
  double property(std::size_t cell, std::size_t head) const;
  /// Training molecules beside the map.
  std::int64_t molecules_outside() const { return outside_; }

 private:
  std::size_t cell_of(const double* unit) const;

  std::size_t cells_;
  std::vector<models::Head> heads_;
  std::vector<MapCell> values_;
  std::vector<double> sums_;      ///< [cells * cells, heads]
  latent::IdentitySet distinct_;  ///< Of molecules with their cell.
  std::int64_t outside_ = 0;
};

/// Spearman's correlation of the number of training molecules and the share of valid decodes over the cells that have
/// decodes; NaN if either does not vary. Near 1: what decodes to molecules lies where the molecules are.
double density_correlation(const LatentMap& map);

/// Cells with decodes by rising number of training molecules: those without any, then tenths of the others (cells of
/// equal number stay together, so a tenth may be missing).
std::vector<DensityGroup> density_groups(const LatentMap& map);

}  // namespace epitaxy::sampling
