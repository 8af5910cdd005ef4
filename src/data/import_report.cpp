#include "data/import_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/statistics.h"
#include "base/text.h"
#include "chem/elements.h"
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

Json target_json(const TargetImport& target) {
  Json json = {{"column", target.column}, {"name", target.name}, {"unit", target.unit}, {"to", target.to}};
  if (target.values != Values::numbers) {
    json["values"] = name_of(target.values);
  }
  if (std::isfinite(target.low) || std::isfinite(target.high)) {
    const auto bound = [](double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); };
    json["range"] = {bound(target.low), bound(target.high)};
  }
  if (target.censored != Censored::reject) {
    json["censored"] = name_of(target.censored);
  }
  return json;
}

std::size_t count_empty(const std::vector<std::string>& texts) {
  return static_cast<std::size_t>(std::ranges::count_if(texts, &std::string::empty));
}

/// Of a substance that is written as tokens.
void add_token_counts(Json& json, const ImportResult& result) {
  const DatasetIndex& index = result.dataset.index;
  json["repaired"] = result.repaired;
  for (const auto& [notation, texts] : index.notations) {
    json["without_" + notation] = count_empty(texts);
  }
  for (const TokenList& list : index.token_lists) {
    json["tokens"][list.representation] = {{"symbols", list.symbols.size()}, {"longest", list.longest}};
  }
}

std::vector<std::size_t> count_classes(const Target& target) {
  std::vector<std::size_t> counts(target.classes.size());
  for (const double value : target.values) {
    if (!std::isnan(value)) {
      ++counts[static_cast<std::size_t>(value)];
    }
  }
  return counts;
}

Json target_summary(const Target& target) {
  const statistics::Range range = statistics::range(target.values);
  Json json = {{"unit", target.unit}, {"count", range.count}};
  if (target.classes.empty()) {
    json.update({{"min", range.low}, {"mean", range.mean}, {"max", range.high}});
    return json;
  }
  const std::vector<std::size_t> counts = count_classes(target);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json["classes"][target.classes[i]] = counts[i];
  }
  return json;
}

}  // namespace

std::map<std::string, std::string> provenance(const ImportSettings& settings, const std::string& source_hash) {
  Json json;
  json["kind"] = settings.substance->plural();
  json["source"] = settings.source.string();
  json["targets"] = Json::array();
  for (const TargetImport& target : settings.targets) {
    json["targets"].push_back(target_json(target));
  }
  json["duplicates"] = name_of(settings.duplicates);
  json["missing"] = settings.missing_allowed ? "allow" : "reject";
  if (!settings.missing_values.empty()) {
    json["missing_values"] = settings.missing_values;
  }
  json["max_rejected"] = settings.max_rejected;
  json[settings.substance->text_name() + "_column"] = settings.column;
  for (const auto& [rule, value] : settings.rules) {
    json[rule] = value;
  }
  json["elements"] = {{"drop", settings.drop_elements}, {"only", settings.only_elements}};
  if (settings.max_heavy_atoms > 0) {
    json["max_heavy_atoms"] = settings.max_heavy_atoms;
  }
  return {{"source", settings.source.string()},
          {"source_hash", source_hash},
          {"software", fmt::format("epitaxy {} ({})", EPITAXY_VERSION, EPITAXY_COMMIT)},
          {"settings", dump(json)}};
}

Preparation preparation_of(const ImportSettings& settings) {
  Preparation preparation;
  preparation.column = settings.column;
  preparation.rules = settings.rules;
  for (const TargetImport& target : settings.targets) {
    preparation.columns.push_back({target.name, target.column, target.unit, target.to});
  }
  return preparation;
}

namespace {

/// How many fields of a column another value of a key would have taken.
std::string censored_told(const TargetImport& target, const FieldCounts& fields) {
  std::vector<std::string> counts;
  for (const auto& [kind, count] : fields.kinds) {
    if (!accepts(target.censored, kind)) {
      counts.push_back(fmt::format("{} {}", count, name_of(kind)));
    }
  }
  return counts.empty() ? ""
                        : fmt::format("\n  '{}', fields rejected under `censored: {}`: {}", target.column,
                                      name_of(target.censored), text::join(counts, ", "));
}

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
  for (std::size_t i = 0; i < settings.targets.size(); ++i) {
    reasons += censored_told(settings.targets[i], result.fields[i]);
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

Json import_summary(const ImportResult& result, const Quality& quality, double seconds) {
  const DatasetIndex& index = result.dataset.index;
  const std::size_t filtered = count_filtered(result.rejected);
  Json json;
  json["rows_read"] = result.rows_read;
  json["rows"] = index.rows;
  json["rejected"] = result.rejected.size() - filtered;
  json["filtered"] = filtered;
  json["merged"] = result.merged;
  json[index.substance->plural()] = quality.groups;
  if (!index.token_lists.empty()) {
    add_token_counts(json, result);
  }
  for (const Target& target : index.targets) {
    json["targets"][target.name] = target_summary(target);
  }
  json["elements"] = chem::symbols_of(result.elements);
  json["quality"] = to_json(quality, result);
  json["seconds"] = seconds;
  return json;
}

}  // namespace

void write_summary(const std::filesystem::path& path, const ImportResult& result, const Quality& quality,
                   double seconds) {
  file::write_atomically(path, dump(import_summary(result, quality, seconds)));
}

namespace {

/// As people write the name of a notation.
std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return text;
}

void log_tokens(const ImportResult& result) {
  const DatasetIndex& index = result.dataset.index;
  std::string without;
  for (const auto& [notation, texts] : index.notations) {
    without += fmt::format("; without {}: {}", capitals(notation), count_empty(texts));
  }
  log::info("  repaired: {} (changed to obey the rules){}", result.repaired, without);
  for (const TokenList& list : index.token_lists) {
    log::info("  {}: {} symbols, at most {} in a {}", list.representation, list.symbols.size(), list.longest,
              index.substance->name());
  }
}

void log_target(const Target& target) {
  const statistics::Range range = statistics::range(target.values);
  if (target.classes.empty()) {
    log::info("  {}: {} values from {:.4g} to {:.4g}, mean {:.4g} ({})", target.name, range.count, range.low,
              range.high, range.mean, target.unit);
    return;
  }
  constexpr std::size_t kNamed = 10;
  const std::vector<std::size_t> counts = count_classes(target);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts.size() && i < kNamed; ++i) {
    parts.push_back(fmt::format("{} {}", counts[i], target.classes[i]));
  }
  log::info("  {}: {} values of {} classes: {}{}", target.name, range.count, counts.size(), text::join(parts, ", "),
            counts.size() > kNamed ? ", ..." : "");
}

}  // namespace

void log_import(const ImportSettings& settings, const ImportResult& result, const std::filesystem::path& folder) {
  const DatasetIndex& index = result.dataset.index;
  const std::size_t filtered = count_filtered(result.rejected);
  log::info("Imported {} of {} rows of {}: {} rejected, {} filtered out, {} merged.", index.rows, result.rows_read,
            settings.source.string(), result.rejected.size() - filtered, filtered, result.merged);
  if (!index.token_lists.empty()) {
    log_tokens(result);
  }
  for (const Target& target : index.targets) {
    log_target(target);
  }
  if (!result.rejected.empty()) {
    log::info("  Rows left out and why: {}", (folder / "rejected.csv").string());
  }
}

}  // namespace epitaxy::data
