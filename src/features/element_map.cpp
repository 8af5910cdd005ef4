#include "features/element_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "chem/element_properties.h"

namespace epitaxy::features {

namespace {

constexpr std::size_t kElements = chem::kElementFeatures;
using Square = std::array<std::array<double, kElements>, kElements>;

/// What tells apart elements of different chemistry.
constexpr std::array<std::string_view, 12> kCompared = {
    "period",        "group",           "covalent_radius",   "electronegativity_pauling", "electron_affinity",
    "melting_point", "pettifor_number", "ionization_energy", "valence_electrons",         "unfilled",
    "d_electrons",   "p_electrons"};
constexpr double kMostDeviations = 3;
/// Keeps the factorization from the rounding of near-equal elements.
constexpr double kJitter = 1e-8;

using Compared = std::array<std::array<double, kCompared.size()>, kElements>;

Compared make_compared() {
  Compared table{};
  for (std::size_t p = 0; p < kCompared.size(); ++p) {
    const std::size_t index = chem::element_property_index(kCompared[p]);
    const auto value = [&](std::size_t i) { return chem::element_properties(static_cast<int>(i))[index]; };
    double mean = 0;
    for (std::size_t i = 0; i < kElements; ++i) {
      mean += value(i) / kElements;
    }
    double variance = 0;
    for (std::size_t i = 0; i < kElements; ++i) {
      variance += (value(i) - mean) * (value(i) - mean) / kElements;
    }
    for (std::size_t i = 0; i < kElements; ++i) {
      table[i][p] = std::clamp((value(i) - mean) / std::sqrt(variance), -kMostDeviations, kMostDeviations);
    }
  }
  return table;
}

/// Cholesky's factor of the similarities, a row for each element.
Square make_factor() {
  Square factor{};
  for (std::size_t i = 0; i < kElements; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = element_similarity(static_cast<int>(i), static_cast<int>(j)) + (i == j ? kJitter : 0);
      for (std::size_t k = 0; k < j; ++k) {
        rest -= factor[i][k] * factor[j][k];
      }
      factor[i][j] = i == j ? std::sqrt(rest) : rest / factor[j][j];
    }
  }
  return factor;
}

}  // namespace

const std::vector<std::string>& element_map_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& symbol : chem::feature_symbols()) {
      list.push_back(fmt::format("map {}", symbol));
    }
    return list;
  }();
  return names;
}

double element_similarity(int i, int j) {
  static const Compared compared = make_compared();
  const auto& a = compared.at(static_cast<std::size_t>(i));
  const auto& b = compared.at(static_cast<std::size_t>(j));
  double sum = 0;
  for (std::size_t p = 0; p < kCompared.size(); ++p) {
    sum += std::abs(a[p] - b[p]);
  }
  return std::exp(-sum / kCompared.size() / 2);
}

void element_map(std::span<const chem::ElementFraction> fractions, float* values) {
  static const Square factor = make_factor();
  std::array<double, kElements> sums{};
  for (const chem::ElementFraction& element : fractions) {
    const auto& row = factor.at(static_cast<std::size_t>(element.feature));
    for (std::size_t j = 0; j < kElements; ++j) {
      sums[j] += element.fraction * row[j];
    }
  }
  std::ranges::transform(sums, values, [](double sum) { return static_cast<float>(sum); });
}

}  // namespace epitaxy::features
