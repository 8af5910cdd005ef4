#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "chem/elements.h"
#include "data/import.h"
#include "data/units.h"

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

Duplicates read_duplicates(config::Section root, const std::string& fallback) {
  std::vector<std::string> policies = {"keep", "lowest", "mean"};
  const std::vector<std::string> choices =
      fallback == "mean" ? std::vector<std::string>{"keep", "mean"} : policies;  // Molecules have no lowest row.
  const std::string policy = root.choice("duplicates", choices, fallback);
  return static_cast<Duplicates>(std::find(policies.begin(), policies.end(), policy) - policies.begin());
}

void read_compositions(config::Section root, ImportSettings& settings) {
  settings.formula_column = root.string("formula_column", settings.formula_column);
  if (settings.targets.empty()) {
    root.problem("targets", "at least one target is needed: {column: ..., unit: ...}");
  }
  settings.duplicates = read_duplicates(root, "keep");
  config::Section elements = root.section("elements");
  settings.drop_elements = read_elements(elements, "drop");
  settings.only_elements = read_elements(elements, "only");
}

void read_molecules(config::Section root, ImportSettings& settings) {
  settings.smiles_column = root.string("smiles_column", settings.smiles_column);
  settings.duplicates = read_duplicates(root, "mean");
  settings.rules.keep_stereo = root.choice("stereo", {"remove", "keep"}, "remove") == "keep";
  const std::vector<std::string> radicals = {"reject", "keep", "repair"};
  const std::string choice = root.choice("radicals", radicals, "repair");
  settings.rules.radicals =
      static_cast<chem::Radicals>(std::find(radicals.begin(), radicals.end(), choice) - radicals.begin());
  settings.rules.largest_fragment = root.choice("fragments", {"reject", "largest"}, "reject") == "largest";
  // 0 is outside the range: not given.
  settings.max_heavy_atoms = static_cast<std::size_t>(root.integer("max_heavy_atoms", 0, {1, 1000}));
}

}  // namespace

ImportSettings read_import(config::Section root) {
  ImportSettings settings;
  const bool molecules = root.choice("kind", {"compositions", "molecules"}, "compositions") == "molecules";
  settings.kind = molecules ? ImportKind::molecules : ImportKind::compositions;
  settings.source = root.string("source");
  for (const config::Section& target : root.sections("targets")) {
    settings.targets.push_back(read_target(target));
  }
  molecules ? read_molecules(root, settings) : read_compositions(root, settings);
  settings.missing_allowed = root.choice("missing", {"reject", "allow"}, molecules ? "allow" : "reject") == "allow";
  settings.max_rejected = root.number("max_rejected", settings.max_rejected, {0, 1});
  return settings;
}

}  // namespace epitaxy::data
