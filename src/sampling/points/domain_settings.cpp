#include <fmt/format.h>

#include <algorithm>

#include "sampling/points/domain.h"

namespace epitaxy::sampling {

bool DomainSettings::needs_encoded() const {
  return kind == DomainKind::encoded || kind == DomainKind::plane || (kind == DomainKind::box && principal_axes);
}

namespace {

constexpr config::Range kFinite{-1e30, 1e30};

void required_numbers(config::Keys& k, std::vector<double>& numbers, const config::Key& key) {
  k.numbers(numbers, key.required(), kFinite);
  if (k.given(key.name) && numbers.empty()) {
    k.problem(key.name, "needs at least one number");
  }
}

void check_bounds(config::Keys& k, const DomainSettings& settings) {
  const std::size_t lows = settings.low.size();
  const std::size_t highs = settings.high.size();
  if (lows == 0 || highs == 0) {
    return;
  }
  if (lows != highs && lows != 1 && highs != 1) {
    k.problem("high", fmt::format("has {} numbers and 'low' has {}: give one number, or one for each latent dimension",
                                  highs, lows));
    return;
  }
  for (std::size_t i = 0; i < std::max(lows, highs); ++i) {
    const double low = settings.low[lows == 1 ? 0 : i];
    const double high = settings.high[highs == 1 ? 0 : i];
    if (!(low < high)) {
      k.problem("high", fmt::format("must be above 'low', but is {} where that is {}", high, low));
      return;
    }
  }
}

void box_keys(config::Keys& k, DomainSettings& s) {
  required_numbers(k, s.low, {"low", "lower bound, or one for each dimension"});
  required_numbers(k, s.high, {"high", "upper bound, or one for each dimension"});
  k.either(s.principal_axes,
           {"axes",
            "what the bounds count along: latent dimensions, or principal axes of the training molecules (the longest "
            "first, from their mean, in standard deviations)"},
           "latent", "principal");
  check_bounds(k, s);
}

void vector_keys(config::Keys& k, std::vector<double>& first, std::vector<double>& second) {
  required_numbers(k, first, {"first", "first direction, a latent vector of any length"});
  required_numbers(k, second, {"second", "second direction, which is made orthogonal to the first"});
  if (!first.empty() && !second.empty() && first.size() != second.size()) {
    k.problem("second", fmt::format("has {} numbers and 'first' has {}", second.size(), first.size()));
  }
}

void axis_keys(config::Keys& k, std::array<std::size_t, 2>& axes) {
  std::vector<std::size_t> numbers{axes[0] + 1, axes[1] + 1};
  k.integers(
      numbers,
      {"axes", "numbers of the two principal axes of the training molecules that span the plane; the longest is 1"},
      {1, 1e6});
  if (numbers.size() != 2 || numbers[0] == numbers[1]) {
    k.problem("axes", "must be the numbers of two different principal axes, the longest is 1");
  } else {
    axes = {numbers[0] - 1, numbers[1] - 1};
  }
}

void plane_keys(config::Keys& k, DomainSettings& s) {
  k.number(s.half_width,
           config::Key("half_width", "half an edge, by the spread of the training molecules along it")
               .in("standard deviations"),
           {1e-6, 1e6});
  k.numbers(s.center, {"center", "a latent vector; empty: the mean of the training molecules"}, kFinite);
  k.texts(s.properties, {"properties", "two heads, or their targets: they rise along the edges; empty: other edges"});
  if (!s.properties.empty() && (s.properties.size() != 2 || s.properties[0] == s.properties[1])) {
    k.problem("properties", "must be two different heads");
  }
  const bool has_properties = !s.properties.empty();
  const bool has_vectors = k.given("first") || k.given("second");
  if (static_cast<int>(k.given("axes")) + static_cast<int>(has_properties) + static_cast<int>(has_vectors) > 1) {
    k.problem("",
              "takes its directions from 'axes', from 'properties' or from 'first' and 'second': give one of these");
  }
  std::vector<double> first;
  std::vector<double> second;
  k.when(has_vectors, "first or second", [&](config::Keys& vectors) { vector_keys(vectors, first, second); });
  if (has_vectors) {
    s.vectors = {first, second};
  }
  k.when(!has_properties && !has_vectors, "no properties, no first",
         [&](config::Keys& axes) { axis_keys(axes, s.axes); });
}

}  // namespace

void keys(config::Keys& k, DomainSettings& s) {
  k.choice(s.kind, {"kind",
                    "where the points lie: standard normal, normal as the training molecules, between bounds, or in a "
                    "rectangle of two dimensions"});
  k.when(s.kind == DomainKind::encoded, "kind: encoded", [&](config::Keys& normal) {
    normal.either(s.full_covariance,
                  {"covariance", "spread of the training molecules by dimension, or full: with their correlations"},
                  "diagonal", "full");
  });
  k.when(s.kind == DomainKind::box, "kind: box", [&](config::Keys& box) { box_keys(box, s); });
  k.when(s.kind == DomainKind::plane, "kind: plane", [&](config::Keys& plane) { plane_keys(plane, s); });
}

}  // namespace epitaxy::sampling
