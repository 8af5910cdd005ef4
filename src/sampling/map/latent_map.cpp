#include "sampling/map/latent_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::sampling {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kTenths = 10;

/// Different for every pair of molecule and cell but for chance.
std::uint64_t identity_in_cell(std::uint64_t identity, std::size_t cell) {
  return (identity ^ (identity >> 29)) + (cell + 1) * 0xbf58476d1ce4e5b9;
}

void add_cell(MapCell& sum, const MapCell& cell) {
  sum.points += cell.points;
  sum.decodes += cell.decodes;
  sum.rdkit_valid += cell.rdkit_valid;
  sum.valid += cell.valid;
  sum.unique += cell.unique;
  sum.novel += cell.novel;
  sum.molecules += cell.molecules;
}

std::vector<MapCell> cells_with_decodes(const LatentMap& map) {
  std::vector<MapCell> cells;
  std::ranges::copy_if(map.values(), std::back_inserter(cells), [](const MapCell& cell) { return cell.decodes > 0; });
  return cells;
}

}  // namespace

void keys(config::Keys& k, MapSettings& s) {
  k.integer(s.cells, config::Key("cells", "cells along each direction of the map").output(), {.low = 1, .high = 1024});
}

double MapCell::valid_share() const {
  return decodes > 0 ? static_cast<double>(valid) / static_cast<double>(decodes) : kNone;
}

LatentMap::LatentMap(const MapSettings& settings, std::vector<models::Head> heads)
    : cells_(settings.cells),
      heads_(std::move(heads)),
      values_(cells_ * cells_),
      sums_(cells_ * cells_ * heads_.size()) {}

std::size_t LatentMap::cell_of(const double* unit) const {
  const auto along = [&](double u) {
    return std::min(cells_ - 1, static_cast<std::size_t>(u * static_cast<double>(cells_)));
  };
  const bool inside = unit[0] >= 0 && unit[0] <= 1 && unit[1] >= 0 && unit[1] <= 1;
  return inside ? along(unit[1]) * cells_ + along(unit[0]) : kNowhere;
}

void LatentMap::add(const BlockResults& block, std::span<const double> unit) {
  check(unit.size() == 2 * block.points, "two coordinates a point");
  check(block.properties.size() == block.points * heads_.size(), "a property a head and point");
  for (std::size_t point = 0; point < block.points; ++point) {
    const std::size_t number = cell_of(unit.data() + 2 * point);
    check(number != kNowhere, "points of the unit square");
    MapCell& cell = values_[number];
    ++cell.points;
    for (std::size_t h = 0; h < heads_.size(); ++h) {
      sums_[number * heads_.size() + h] += static_cast<double>(block.properties[point * heads_.size() + h]);
    }
    for (std::size_t i = point * block.attempts; i < (point + 1) * block.attempts; ++i) {
      ++cell.decodes;
      cell.rdkit_valid += block.rdkit_valid[i] != 0 ? 1 : 0;
      if (block.causes[i] != chem::MoleculeCause::valid) {
        continue;
      }
      ++cell.valid;
      if (distinct_.insert(identity_in_cell(block.identity[i], number))) {
        ++cell.unique;
        cell.novel += block.novel[i] != 0 ? 1 : 0;
      }
    }
  }
}

void LatentMap::add_molecules(std::span<const double> unit) {
  for (std::size_t i = 0; i + 1 < unit.size(); i += 2) {
    const std::size_t number = cell_of(unit.data() + i);
    if (number == kNowhere) {
      ++outside_;
    } else {
      ++values_[number].molecules;
    }
  }
}

double LatentMap::property(std::size_t cell, std::size_t head) const {
  const std::int64_t points = values_[cell].points;
  return points > 0 ? sums_[cell * heads_.size() + head] / static_cast<double>(points) : kNone;
}

double density_correlation(const LatentMap& map) {
  std::vector<double> densities;
  std::vector<double> shares;
  for (const MapCell& cell : cells_with_decodes(map)) {
    densities.push_back(static_cast<double>(cell.molecules));
    shares.push_back(cell.valid_share());
  }
  return statistics::rank_correlation(densities, shares);
}

std::vector<DensityGroup> density_groups(const LatentMap& map) {
  std::vector<MapCell> cells = cells_with_decodes(map);
  std::vector<double> densities;
  for (const MapCell& cell : cells) {
    if (cell.molecules > 0) {
      densities.push_back(static_cast<double>(cell.molecules));
    }
  }
  const std::vector<double> ranks = statistics::mean_ranks(densities);
  // By group: 0 for cells without molecules, then the tenths.
  std::map<std::size_t, DensityGroup> groups;
  std::size_t occupied = 0;
  for (const MapCell& cell : cells) {
    std::size_t number = 0;
    if (cell.molecules > 0) {
      const double below = (ranks[occupied++] - 0.5) / static_cast<double>(ranks.size());
      number = 1 + static_cast<std::size_t>(below * kTenths);
    }
    const auto [place, is_new] = groups.try_emplace(number);
    DensityGroup& group = place->second;
    group.least = is_new ? cell.molecules : std::min(group.least, cell.molecules);
    group.most = std::max(group.most, cell.molecules);
    ++group.cells;
    add_cell(group.sum, cell);
  }
  std::vector<DensityGroup> result;
  std::ranges::transform(groups, std::back_inserter(result), [](const auto& entry) { return entry.second; });
  return result;
}

}  // namespace epitaxy::sampling
