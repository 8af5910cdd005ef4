#include "features/element_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "chem/charge_balance.h"
#include "chem/element_properties.h"

namespace epitaxy::features {

namespace {

using chem::ElementFraction;
using Fractions = std::span<const ElementFraction>;

constexpr std::array<std::string_view, 5> kStatistics = {"mean", "deviation", "minimum", "maximum", "range"};
constexpr std::array<int, 3> kNorms = {2, 3, 5};
constexpr std::array<std::string_view, 4> kSubshells = {"s_electrons", "p_electrons", "d_electrons", "f_electrons"};

constexpr double kNeutral = 1e-3;  // per atom: fractions in formulas are rounded

double property(const ElementFraction& element, std::size_t index) {
  return chem::element_properties(element.feature)[index];
}

/// As differences from the minimum: so a property that all elements share has exactly this mean and no deviation.
std::array<double, kStatistics.size()> statistics(Fractions fractions, std::size_t index) {
  double minimum = property(fractions.front(), index);
  double maximum = minimum;
  for (const ElementFraction& element : fractions) {
    minimum = std::min(minimum, property(element, index));
    maximum = std::max(maximum, property(element, index));
  }
  double above = 0;
  for (const ElementFraction& element : fractions) {
    above += element.fraction * (property(element, index) - minimum);
  }
  double deviation = 0;
  for (const ElementFraction& element : fractions) {
    deviation += element.fraction * std::abs(property(element, index) - minimum - above);
  }
  return {minimum + above, deviation, minimum, maximum, maximum - minimum};
}

double norm(Fractions fractions, int power) {
  double sum = 0;
  for (const ElementFraction& element : fractions) {
    sum += std::pow(element.fraction, power);
  }
  return std::pow(sum, 1.0 / power);
}

double mean(Fractions fractions, std::size_t index) { return statistics(fractions, index)[0]; }

struct IonicCharacter {
  double mean = 0;
  double maximum = 0;
};

IonicCharacter ionic_character(Fractions fractions) {
  static const std::size_t electronegativity = chem::element_property_index("electronegativity_pauling");
  IonicCharacter result;
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double difference = property(fractions[i], electronegativity) - property(fractions[j], electronegativity);
      const double character = 1 - std::exp(-difference * difference / 4);
      result.mean += 2 * fractions[i].fraction * fractions[j].fraction * character;
      result.maximum = std::max(result.maximum, character);
    }
  }
  return result;
}

/// One place has the order of names and values: `add(name, value)` for each column.
template <typename Add>
void for_all(Fractions fractions, Add add) {
  const auto& properties = chem::element_property_names();
  for (std::size_t index = 0; index < properties.size(); ++index) {
    const auto values = statistics(fractions, index);
    for (std::size_t i = 0; i < values.size(); ++i) {
      add(kStatistics[i], properties[index], values[i]);
    }
  }
  add("number", "elements", static_cast<double>(fractions.size()));
  constexpr std::array<std::string_view, 3> kNormNames = {"norm2", "norm3", "norm5"};
  for (std::size_t i = 0; i < kNorms.size(); ++i) {
    add(kNormNames[i], "fraction", norm(fractions, kNorms[i]));
  }
  static const std::size_t valence = chem::element_property_index("valence_electrons");
  for (const std::string_view subshell : kSubshells) {
    add("share", subshell, mean(fractions, chem::element_property_index(subshell)) / mean(fractions, valence));
  }
  const auto [average, maximum] = ionic_character(fractions);
  add("mean", "ionic_character", average);
  add("maximum", "ionic_character", maximum);
  const double charge = chem::least_charge(fractions);
  add("least", "charge", charge);
  add("neutral", "charge", charge < kNeutral ? 1 : 0);
}

}  // namespace

const std::vector<std::string>& element_statistics_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    const std::array<ElementFraction, 1> hydrogen = {{{0, 1.0}}};
    for_all(hydrogen, [&](std::string_view what, std::string_view of, double) {
      list.push_back(fmt::format("{} {}", what, of));
    });
    return list;
  }();
  return names;
}

void element_statistics(Fractions fractions, float* values) {
  for_all(fractions, [&](std::string_view, std::string_view, double value) { *values++ = static_cast<float>(value); });
}

}  // namespace epitaxy::features
