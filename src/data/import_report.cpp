#include "data/import_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/statistics.h"
#include "data/csv.h"
#include "epitaxy_version.h"

namespace epitaxy::data {

namespace {

using Json = nlohmann::ordered_json;

/// Texts of a source file may be anything, so bytes that are not UTF-8 are replaced.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::size_t count_filtered(const std::vector<Rejected>& rejected) {
  return static_cast<std::size_t>(
      std::count_if(rejected.begin(), rejected.end(), [](const Rejected& row) { return row.filtered; }));
}

std::vector<std::string> elements_present(const Dataset& dataset) {
  const std::vector<std::string>& names = dataset.index.feature_names;
  std::vector<char> present(names.size(), 0);
  for (std::size_t i = 0; i < dataset.features.size(); ++i) {
    present[i % names.size()] |= static_cast<char>(dataset.features[i] > 0);
  }
  std::vector<std::string> elements;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (present[i] != 0) {
      elements.push_back(names[i]);
    }
  }
  return elements;
}

Json target_json(const TargetImport& target) {
  Json json = {{"column", target.column}, {"name", target.name}, {"unit", target.unit}, {"to", target.to}};
  if (std::isfinite(target.low) || std::isfinite(target.high)) {
    const auto bound = [](double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); };
    json["range"] = {bound(target.low), bound(target.high)};
  }
  return json;
}

void add_composition_settings(Json& json, const ImportSettings& settings) {
  json["formula_column"] = settings.formula_column;
  json["elements"] = {{"drop", settings.drop_elements}, {"only", settings.only_elements}};
}

void add_molecule_settings(Json& json, const ImportSettings& settings) {
  json["smiles_column"] = settings.smiles_column;
  for (const auto& [key, value] : named_rules(settings.rules)) {
    json[key] = value;
  }
  if (settings.max_heavy_atoms > 0) {
    json["max_heavy_atoms"] = settings.max_heavy_atoms;
  }
}

void add_molecule_counts(Json& json, const ImportResult& result) {
  json["repaired"] = result.repaired;
  json["without_selfies"] = result.without_selfies;
  for (const TokenList& list : result.dataset.index.token_lists) {
    json["tokens"][list.representation] = {{"symbols", list.symbols.size()}, {"longest", list.longest}};
  }
}

}  // namespace

std::map<std::string, std::string> provenance(const ImportSettings& settings, const std::string& source_hash) {
  const bool molecules = settings.kind == ImportKind::molecules;
  Json json;
  json["kind"] = name_of(settings.kind);
  json["source"] = settings.source.string();
  json["targets"] = Json::array();
  for (const TargetImport& target : settings.targets) {
    json["targets"].push_back(target_json(target));
  }
  json["duplicates"] = name_of(settings.duplicates);
  json["missing"] = settings.missing_allowed ? "allow" : "reject";
  json["max_rejected"] = settings.max_rejected;
  molecules ? add_molecule_settings(json, settings) : add_composition_settings(json, settings);
  return {{"source", settings.source.string()},
          {"source_hash", source_hash},
          {"software", fmt::format("epitaxy {} ({})", EPITAXY_VERSION, EPITAXY_COMMIT)},
          {"settings", dump(json)}};
}

Preparation preparation_of(const ImportSettings& settings) {
  Preparation preparation;
  preparation.column = settings.formula_column;
  if (settings.kind == ImportKind::molecules) {
    preparation.column = settings.smiles_column;
    preparation.rules = settings.rules;
  }
  for (const TargetImport& target : settings.targets) {
    preparation.columns.push_back({target.name, target.column, target.unit, target.to});
  }
  return preparation;
}

namespace {

void check_rejected(const ImportSettings& settings, const ImportResult& result, const std::string& rejected_file) {
  constexpr std::size_t kReasons = 5;
  const std::size_t count = result.rejected.size() - count_filtered(result.rejected);
  const double share = static_cast<double>(count) / static_cast<double>(result.rows_read);
  const bool too_many = share > settings.max_rejected;
  if (!too_many && result.dataset.index.rows > 0) {
    return;
  }
  std::string reasons;
  std::size_t listed = 0;
  for (const Rejected& row : result.rejected) {
    if (listed < kReasons && (!row.filtered || !too_many)) {
      reasons += fmt::format("\n  line {}: {}", row.line, row.reason);
      ++listed;
    }
  }
  const std::string all = rejected_file.empty() ? "" : fmt::format("\nall of them: {}", rejected_file);
  if (too_many) {
    fail_input("{}: {} of {} rows were rejected ({:.3g} %; max_rejected allows {:.3g} %), the first reasons:{}{}",
               settings.source.string(), count, result.rows_read, 100 * share, 100 * settings.max_rejected, reasons,
               all);
  }
  fail_input("{}: none of {} rows is left ({} rejected, {} filtered out), the first reasons:{}{}",
             settings.source.string(), result.rows_read, count, count_filtered(result.rejected), reasons, all);
}

}  // namespace

void check_result(const ImportSettings& settings, const ImportResult& result, const std::string& rejected_file) {
  check_rejected(settings, result, rejected_file);
  if (settings.kind != ImportKind::molecules) {
    return;
  }
  for (std::size_t i = 0; i < settings.targets.size(); ++i) {
    if (statistics::range(result.dataset.index.targets[i].values).count == 0) {
      fail_input("{}: the column '{}' of target '{}' has no value in any of the {} rows that were kept",
                 settings.source.string(), settings.targets[i].column, settings.targets[i].name,
                 result.dataset.index.rows);
    }
  }
}

void write_rejected(const std::filesystem::path& path, const std::vector<Rejected>& rejected) {
  std::string text = "line,text,reason\n";
  for (const Rejected& row : rejected) {
    text += fmt::format("{},{},{}\n", row.line, csv_field(row.text), csv_field(row.reason));
  }
  file::write_atomically(path, text);
}

namespace {

Json import_summary(const ImportResult& result, double seconds) {
  const DatasetIndex& index = result.dataset.index;
  const std::size_t filtered = count_filtered(result.rejected);
  Json json;
  json["rows_read"] = result.rows_read;
  json["rows"] = index.rows;
  json["rejected"] = result.rejected.size() - filtered;
  json["filtered"] = filtered;
  json["merged"] = result.merged;
  const bool molecules = index.kind == "molecule";
  json[molecules ? "molecules" : "compositions"] =
      std::unordered_set<std::string>(index.groups.begin(), index.groups.end()).size();
  if (molecules) {
    add_molecule_counts(json, result);
  }
  for (const Target& target : index.targets) {
    const statistics::Range range = statistics::range(target.values);
    Json& entry = json["targets"][target.name];
    entry = {{"unit", target.unit}, {"count", range.count}};
    if (range.count > 0) {
      entry.update({{"min", range.low}, {"mean", range.mean}, {"max", range.high}});
    }
  }
  if (!molecules) {
    json["elements"] = elements_present(result.dataset);
  }
  json["seconds"] = seconds;
  return json;
}

}  // namespace

void write_summary(const std::filesystem::path& path, const ImportResult& result, double seconds) {
  file::write_atomically(path, dump(import_summary(result, seconds)));
}

void log_import(const ImportSettings& settings, const ImportResult& result, const std::filesystem::path& folder) {
  const DatasetIndex& index = result.dataset.index;
  const std::size_t filtered = count_filtered(result.rejected);
  log::info("Imported {} of {} rows of {}: {} rejected, {} filtered out, {} merged.", index.rows, result.rows_read,
            settings.source.string(), result.rejected.size() - filtered, filtered, result.merged);
  if (settings.kind == ImportKind::molecules) {
    log::info("  repaired: {} (unpaired electrons became bonds); without SELFIES: {}", result.repaired,
              result.without_selfies);
    for (const TokenList& list : index.token_lists) {
      log::info("  {}: {} symbols, at most {} in a molecule", list.representation, list.symbols.size(), list.longest);
    }
  }
  for (const Target& target : index.targets) {
    const statistics::Range range = statistics::range(target.values);
    if (range.count > 0) {
      log::info("  {}: {} values from {:.4g} to {:.4g}, mean {:.4g} ({})", target.name, range.count, range.low,
                range.high, range.mean, target.unit);
    } else {
      log::warning("target {} has no value in any row", target.name);
    }
  }
  if (!result.rejected.empty()) {
    log::info("  Rows left out and why: {}", (folder / "rejected.csv").string());
  }
}

}  // namespace epitaxy::data
