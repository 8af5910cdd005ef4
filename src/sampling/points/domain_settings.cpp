#include <fmt/format.h>

#include <algorithm>

#include "sampling/points/domain.h"

namespace epitaxy::sampling {

const char* name_of(DomainKind kind) {
  switch (kind) {
    case DomainKind::prior:
      return "prior";
    case DomainKind::encoded:
      return "encoded";
    case DomainKind::box:
      return "box";
    case DomainKind::plane:
      break;
  }
  return "plane";
}

bool DomainSettings::needs_encoded() const {
  return kind == DomainKind::encoded || kind == DomainKind::plane || (kind == DomainKind::box && principal_axes);
}

namespace {

constexpr config::Range kFinite{-1e30, 1e30};

std::vector<double> read_numbers(config::Section& s, const std::string& key) {
  auto numbers = s.numbers(key, std::nullopt, kFinite);
  if (s.has(key) && numbers.empty()) {
    s.problem(key, "needs at least one number");
  }
  return numbers;
}

void read_box(config::Section& s, DomainSettings& settings) {
  settings.low = read_numbers(s, "low");
  settings.high = read_numbers(s, "high");
  settings.principal_axes = s.choice("axes", {"latent", "principal"}, "latent") == "principal";
  const std::size_t lows = settings.low.size();
  const std::size_t highs = settings.high.size();
  if (lows == 0 || highs == 0) {
    return;
  }
  if (lows != highs && lows != 1 && highs != 1) {
    s.problem("high", fmt::format("has {} numbers and 'low' has {}: give one number, or one for each latent dimension",
                                  highs, lows));
    return;
  }
  for (std::size_t i = 0; i < std::max(lows, highs); ++i) {
    const double low = settings.low[lows == 1 ? 0 : i];
    const double high = settings.high[highs == 1 ? 0 : i];
    if (!(low < high)) {
      s.problem("high", fmt::format("must be above 'low', but is {} where that is {}", high, low));
      return;
    }
  }
}

void read_vectors(config::Section& s, DomainSettings& settings) {
  settings.vectors = {read_numbers(s, "first"), read_numbers(s, "second")};
  const bool both = !settings.vectors[0].empty() && !settings.vectors[1].empty();
  if (both && settings.vectors[0].size() != settings.vectors[1].size()) {
    s.problem("second",
              fmt::format("has {} numbers and 'first' has {}", settings.vectors[1].size(), settings.vectors[0].size()));
  }
}

void read_plane(config::Section& s, DomainSettings& settings) {
  settings.half_width = s.number("half_width", 3.0, {1e-6, 1e6});
  if (s.has("center")) {
    settings.center = read_numbers(s, "center");
  }
  const bool has_vectors = s.has("first") || s.has("second");
  if (static_cast<int>(s.has("axes")) + static_cast<int>(s.has("properties")) + static_cast<int>(has_vectors) > 1) {
    s.problem("",
              "takes its directions from 'axes', from 'properties' or from 'first' and 'second': give one of these");
  }
  if (has_vectors) {
    read_vectors(s, settings);
  } else if (s.has("properties")) {
    settings.properties = s.strings("properties");
    if (settings.properties.size() != 2 || settings.properties[0] == settings.properties[1]) {
      s.problem("properties", "must be two different heads");
    }
  } else {
    const auto axes = s.integers("axes", std::vector<long long>{1, 2}, {1, 1e6});
    if (axes.size() != 2 || axes[0] == axes[1]) {
      s.problem("axes", "must be the numbers of two different principal axes, the longest is 1");
    } else {
      settings.axes = {static_cast<std::size_t>(axes[0] - 1), static_cast<std::size_t>(axes[1] - 1)};
    }
  }
}

}  // namespace

DomainSettings read_domain(config::Section s) {
  DomainSettings settings;
  const std::string kind = s.choice("kind", {"prior", "encoded", "box", "plane"}, "prior");
  for (const DomainKind candidate : {DomainKind::encoded, DomainKind::box, DomainKind::plane}) {
    settings.kind = kind == name_of(candidate) ? candidate : settings.kind;
  }
  if (settings.kind == DomainKind::encoded) {
    settings.full_covariance = s.choice("covariance", {"diagonal", "full"}, "diagonal") == "full";
  } else if (settings.kind == DomainKind::box) {
    read_box(s, settings);
  } else if (settings.kind == DomainKind::plane) {
    read_plane(s, settings);
  }
  return settings;
}

}  // namespace epitaxy::sampling
