#include "latent/counts.h"

#include <algorithm>
#include <limits>

namespace epitaxy::latent {

namespace {

double ratio(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double MoleculeCounts::share(std::size_t count) const { return ratio(count, decodes); }

double MoleculeCounts::valid_point_share() const { return ratio(points_valid, points); }

double MoleculeCounts::unique_share() const { return ratio(unique, valid); }

double MoleculeCounts::unique_first_share(std::size_t index) const {
  return valid >= kUniqueFirst[index] ? ratio(unique_first[index], kUniqueFirst[index]) : ratio(0, 0);
}

double MoleculeCounts::novel_share() const { return ratio(novel, unique); }

void MoleculeCounter::begin_point() {
  ++counts_.points;
  point_valid_ = false;
}

bool MoleculeCounter::add(const Finding& finding) {
  ++counts_.decodes;
  ++counts_.causes[static_cast<std::size_t>(finding.cause)];
  counts_.rdkit_valid += finding.rdkit_valid ? 1 : 0;
  if (!finding.valid()) {
    return false;
  }
  ++counts_.valid;
  counts_.points_valid += point_valid_ ? 0 : 1;
  point_valid_ = true;
  const bool is_new = distinct_.insert(finding.identity);
  counts_.unique += is_new ? 1 : 0;
  counts_.novel += is_new && finding.novel ? 1 : 0;
  const auto* first = std::ranges::find(kUniqueFirst, counts_.valid);
  if (first != kUniqueFirst.end()) {
    counts_.unique_first[static_cast<std::size_t>(first - kUniqueFirst.begin())] = counts_.unique;
  }
  return is_new;
}

void MoleculeCounter::restart() {
  counts_ = {};
  point_valid_ = false;
  distinct_.clear();
}

}  // namespace epitaxy::latent
