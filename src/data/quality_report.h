#pragma once
/// \file
/// What an import noticed about the values and rows it kept, by stated rules (docs/what_import_checks.md): typing
/// errors, contradictory rows, columns that tell nothing.
#include <array>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "data/import.h"

namespace epitaxy::data {

inline constexpr std::array kQualityPercents = {1, 5, 25, 50, 75, 95, 99};

/// A value far beyond the rest: more than 20 times the middle half's width from the median.
struct Outlier {
  std::size_t row;  ///< Of the data set.
  double value;
};

/// Of one target.
struct TargetQuality {
  std::size_t count = 0;
  std::size_t missing = 0;
  bool constant = false;      ///< There are several values, and all are the same.
  bool nearly_empty = false;  ///< Fewer than one row in a hundred has a value.

  // Of numbers.
  double low = 0;
  double mean = 0;
  double high = 0;
  std::array<double, kQualityPercents.size()> quantiles{};  ///< Between two values, that in proportion.
  double width = 0;                                         ///< That outliers are measured by.
  std::size_t outlier_count = 0;
  std::vector<Outlier> outliers;  ///< At most 10, the furthest first.
  double largest_spread = 0;      ///< Of duplicates; larger ones are contradictory.
  std::size_t contradictory_count = 0;
  std::vector<DuplicateSpread> contradictory;  ///< At most 10, the widest first.
  std::string unit_hint;                       ///< Empty: none.
  bool zeros_and_ones = false;                 ///< There are no other values, so they may name classes.
};

struct Quality {
  std::vector<TargetQuality> targets;
  std::vector<std::pair<std::string, int>> rare_elements;  ///< Held by fewer than five rows.
  std::size_t groups = 0;
  std::size_t several_identities = 0;  ///< Groups with rows that differ, e.g. in stereo.
  std::size_t charge_pairs = 0;        ///< Charged rows whose uncharged form, or another charge of it, is there, too.
};

/// Whether fewer than one row in a hundred has a value.
bool nearly_empty(std::size_t values, std::size_t rows);
/// Time: n log n at most.
Quality assess(const ImportSettings& settings, const ImportResult& result);
/// The section `quality` of summary.json.
nlohmann::ordered_json to_json(const Quality& quality, const ImportResult& result);
/// Warnings for what needs a look, the quantiles in a line for each target.
void log_quality(const Quality& quality, const ImportSettings& settings, const ImportResult& result);

}  // namespace epitaxy::data
