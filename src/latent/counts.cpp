#include "latent/counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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

double MoleculeCounts::novel_share() const { return novelty ? ratio(novel, unique) : ratio(0, 0); }

std::vector<MoleculeShare> molecule_shares() {
  std::vector<MoleculeShare> list{
      {"valid", "valid: RDKit, one fragment, no radicals", [](const auto& c) { return c.share(c.valid); }},
      {"rdkit_valid", "valid by RDKit's plain rule", [](const auto& c) { return c.share(c.rdkit_valid); }},
      {"points_valid", "points with a valid decode", [](const auto& c) { return c.valid_point_share(); }}};
  for (std::size_t k = 0; k < kUniqueFirst.size(); ++k) {
    list.push_back({fmt::format("unique_first_{}", kUniqueFirst[k]),
                    fmt::format("unique among the first {} valid", kUniqueFirst[k]),
                    [k](const auto& c) { return c.unique_first_share(k); }});
  }
  list.push_back({"unique", "unique among all valid of a replicate", [](const auto& c) { return c.unique_share(); }});
  list.push_back(
      {"novel", "new (not in the training set) among the unique", [](const auto& c) { return c.novel_share(); }});
  return list;
}

std::vector<MoleculeShare> invalid_shares() {
  std::vector<MoleculeShare> list;
  for (std::size_t cause = 1; cause < kCauses; ++cause) {
    const std::string name = chem::name_of(static_cast<chem::MoleculeCause>(cause));
    list.push_back(
        {name, fmt::format("invalid: {}", name), [cause](const auto& c) { return c.share(c.causes[cause]); }});
  }
  return list;
}

statistics::Estimate over_replicates(std::span<const MoleculeCounts> replicates, const MoleculeShare& share) {
  std::vector<double> values;
  std::ranges::transform(replicates, std::back_inserter(values), share.value);
  return statistics::estimate(values);
}

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
  counts_ = {.novelty = counts_.novelty};
  point_valid_ = false;
  distinct_.clear();
}

}  // namespace epitaxy::latent
