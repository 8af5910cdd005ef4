#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "epitaxy/base/error.h"
#include "epitaxy/base/text.h"
#include "epitaxy/chem/elements.h"
#include "epitaxy/data/import.h"
#include "epitaxy/data/units.h"

namespace epitaxy::data {

namespace {

/// A bound of a range; infinity as YAML writes it (`.inf`) is understood.
std::optional<double> read_bound(const std::string& text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == ".inf" || text == "-.inf") {
    return text[0] == '-' ? -kInfinity : kInfinity;
  }
  const auto value = text::to_double(text);
  return value && !std::isnan(*value) ? value : std::nullopt;
}

/// `range: [low, high]`
void read_range(config::Section section, TargetImport& target) {
  const std::vector<std::string> bounds = section.strings("range", std::vector<std::string>{});
  if (bounds.empty()) {
    return;
  }
  const auto low = read_bound(bounds.front());
  const auto high = read_bound(bounds.back());
  if (bounds.size() != 2 || !low || !high || *low > *high) {
    section.problem("range", "has to be [low, high], two numbers in ascending order");
    return;
  }
  target.low = *low;
  target.high = *high;
}

TargetImport read_target(config::Section section) {
  TargetImport target;
  target.column = section.string("column");
  target.name = section.string("name", target.column);
  target.unit = section.string("unit", "none");
  target.to = section.string("to", target.unit);
  if (target.name.find('/') != std::string::npos) {
    section.problem("name", fmt::format("'{}' holds a '/', which cannot be part of a target's name", target.name));
  }
  try {
    unit_conversion(target.unit, target.to);
  } catch (const InputError& error) {
    section.problem("unit", error.what());
  }
  read_range(section, target);
  return target;
}

std::vector<std::string> read_elements(config::Section section, const std::string& key) {
  const std::vector<std::string> symbols = section.strings(key, std::vector<std::string>{});
  for (const std::string& symbol : symbols) {
    if (!chem::atomic_number(symbol)) {
      section.problem(key, fmt::format("unknown element '{}'", symbol));
    }
  }
  return symbols;
}

}  // namespace

ImportSettings read_import_settings(config::Section root) {
  ImportSettings settings;
  settings.source = root.string("source");
  settings.formula_column = root.string("formula_column", settings.formula_column);
  for (const config::Section& target : root.sections("targets")) {
    settings.targets.push_back(read_target(target));
  }
  if (settings.targets.empty()) {
    root.problem("targets", "at least one target is needed: {column: ..., unit: ...}");
  }
  const std::vector<std::string> policies = {"keep", "lowest", "mean"};
  const std::string policy = root.choice("duplicates", policies, "keep");
  settings.duplicates = static_cast<Duplicates>(std::find(policies.begin(), policies.end(), policy) - policies.begin());
  config::Section elements = root.section("elements");
  settings.drop_elements = read_elements(elements, "drop");
  settings.only_elements = read_elements(elements, "only");
  settings.missing_allowed = root.choice("missing", {"reject", "allow"}, "reject") == "allow";
  settings.max_rejected = root.number("max_rejected", settings.max_rejected, {0, 1});
  return settings;
}

}  // namespace epitaxy::data
