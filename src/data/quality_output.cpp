#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "data/quality_report.h"

namespace epitaxy::data {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 3;  ///< On the screen.
constexpr std::size_t kListedColumns = 10;

Json outliers_json(const TargetQuality& q, const DatasetIndex& index) {
  Json json = {{"count", q.outlier_count},
               {"rule", fmt::format("further than 20 times {:.6g} from the median", q.width)},
               {"listed", Json::array()}};
  for (const Outlier& outlier : q.outliers) {
    json["listed"].push_back(
        {{"line", index.lines[outlier.row]}, {"value", outlier.value}, {"text", index.source[outlier.row]}});
  }
  return json;
}

Json contradictions_json(const TargetQuality& q, const ImportResult& result) {
  Json json = {{"count", q.contradictory_count},
               {"rule", q.largest_spread > 0 ? fmt::format("values further apart than {:.6g}", q.largest_spread)
                                             : "values further apart than 10 % of the larger one"},
               {"listed", Json::array()}};
  for (const DuplicateSpread& spread : q.contradictory) {
    json["listed"].push_back({{"text", result.identities[spread.row]},
                              {"rows", spread.count},
                              {"spread", spread.high - spread.low},
                              {"low", spread.low},
                              {"low_line", spread.low_line},
                              {"high", spread.high},
                              {"high_line", spread.high_line}});
  }
  return json;
}

Json target_json(const TargetQuality& q, const Target& target, const FieldCounts& fields, const ImportResult& result) {
  Json json = {{"count", q.count}, {"missing", q.missing}};
  for (const auto& [marker, count] : fields.markers) {
    json["missing_markers"][marker] = count;
  }
  for (const auto& [kind, count] : fields.kinds) {
    json["censored"][name_of(kind)] = count;
  }
  json["constant"] = q.constant;
  json["nearly_empty"] = q.nearly_empty;
  if (!target.classes.empty()) {
    return json;
  }
  json.update({{"min", q.low}, {"mean", q.mean}, {"max", q.high}});
  for (std::size_t i = 0; i < kQualityPercents.size(); ++i) {
    json["quantiles"][std::to_string(kQualityPercents[i])] = q.quantiles[i];
  }
  json["outliers"] = outliers_json(q, result.dataset.index);
  json["contradictory_duplicates"] = contradictions_json(q, result);
  if (!q.unit_hint.empty()) {
    json["unit_hint"] = q.unit_hint;
  }
  if (q.zeros_and_ones) {
    json["zeros_and_ones"] = true;
  }
  return json;
}

void warn_of_outliers(const TargetQuality& q, const Target& target, const ImportResult& result) {
  if (q.outlier_count == 0) {
    return;
  }
  const DatasetIndex& index = result.dataset.index;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(q.outliers.size(), kShown); ++i) {
    const Outlier& outlier = q.outliers[i];
    shown.push_back(
        fmt::format("line {}: {:.4g} ({})", index.lines[outlier.row], outlier.value, index.source[outlier.row]));
  }
  const char* const more = q.outlier_count > shown.size() ? ", ..." : "";
  if (q.width == 0) {
    log::warning("{}: nearly all of the {} values are {:.4g}, the {} that differ: {}{}", target.name, q.count,
                 q.quantiles[3], q.outlier_count, text::join(shown, ", "), more);
    return;
  }
  log::warning(
      "{}: {} far beyond the rest (median {:.4g}, from 25 to 75 %: {:.4g} to {:.4g}); {}{}. Typing errors? `range` "
      "leaves such rows out",
      target.name, q.outlier_count == 1 ? "a value" : fmt::format("{} values", q.outlier_count), q.quantiles[3],
      q.quantiles[2], q.quantiles[4], text::join(shown, ", "), more);
}

/// Where all rows are kept, or the lowest one, several structures of a composition differ as they should.
void tell_contradictions(const TargetQuality& q, const Target& target, const ImportSettings& settings,
                         const ImportResult& result) {
  if (q.contradictory_count == 0) {
    return;
  }
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(q.contradictory.size(), kShown); ++i) {
    const DuplicateSpread& spread = q.contradictory[i];
    shown.push_back(fmt::format("{} {:.4g} in line {}, {:.4g} in line {}", result.identities[spread.row], spread.low,
                                spread.low_line, spread.high, spread.high_line));
  }
  const std::string limit = q.largest_spread > 0 ? fmt::format("{:.3g} {}, half of what lies between 25 and 75 %",
                                                               q.largest_spread, target.unit)
                                                 : "10 % of the larger one";
  const std::string told = fmt::format(
      "{}: duplicates of {} {} contradict each other (further apart than {}): {}{}", target.name, q.contradictory_count,
      q.contradictory_count == 1 ? settings.substance->name() : settings.substance->plural(), limit,
      text::join(shown, "; "), q.contradictory_count > shown.size() ? "; ..." : "");
  if (settings.duplicates == Duplicates::mean) {
    log::warning("{}", told);
  } else {
    log::info("  {}", told);
  }
}

void warn_of_columns(const TargetQuality& q, const Target& target) {
  if (q.constant) {
    log::warning("{}: all {} values are the same: there is nothing to learn from them", target.name, q.count);
  }
  if (q.nearly_empty) {
    log::warning("{}: only {} of {} rows have a value", target.name, q.count, q.count + q.missing);
  }
}

std::vector<std::string> first_names(const std::vector<std::string>& names, std::size_t most) {
  return {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most))};
}

Json names_json(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 100;
  return {{"count", names.size()}, {"listed", first_names(names, kNamed)}};
}

void tell_columns(const char* what, const std::vector<std::string>& names) {
  if (!names.empty()) {
    log::info("  columns of the source {}: {}{}", what, text::join(first_names(names, kListedColumns), ", "),
              names.size() > kListedColumns ? fmt::format(", and {} more", names.size() - kListedColumns) : "");
  }
}

void tell_fields(const Target& target, const TargetImport& settings, const FieldCounts& fields) {
  std::vector<std::string> parts;
  for (const auto& [marker, count] : fields.markers) {
    parts.push_back(fmt::format("{} '{}'", count, marker));
  }
  if (!parts.empty()) {
    log::info("  {}: fields that stand for missing values: {}", target.name, text::join(parts, ", "));
  }
  parts.clear();
  for (const auto& [kind, count] : fields.kinds) {
    parts.push_back(
        fmt::format("{} {} ({})", count, name_of(kind), accepts(settings.censored, kind) ? "taken" : "rejected"));
  }
  if (!parts.empty()) {
    log::info("  {}: fields that are no plain number, under `censored: {}`: {}", target.name,
              name_of(settings.censored), text::join(parts, ", "));
  }
}

void tell_quantiles(const TargetQuality& q, const Target& target) {
  std::vector<std::string> percents;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < kQualityPercents.size(); ++i) {
    percents.push_back(std::to_string(kQualityPercents[i]));
    values.push_back(fmt::format("{:.3g}", q.quantiles[i]));
  }
  log::info("  {}: {} % lie below {}", target.name, text::join(percents, ", "), text::join(values, ", "));
}

}  // namespace

Json to_json(const Quality& quality, const ImportResult& result) {
  Json json;
  json["targets"] = Json::object();
  const std::vector<Target>& targets = result.dataset.index.targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    json["targets"][targets[i].name] = target_json(quality.targets[i], targets[i], result.fields[i], result);
  }
  json["columns"] = {{"constant", names_json(result.dull_columns.constant)},
                     {"nearly_empty", names_json(result.dull_columns.nearly_empty)}};
  json["rare_elements"] = Json::object();
  for (const auto& [symbol, count] : quality.rare_elements) {
    json["rare_elements"][symbol] = count;
  }
  json["near_identical"] = {{"groups_of_several", quality.several_identities},
                            {"differ_in_charge", quality.charge_pairs}};
  return json;
}

void log_quality(const Quality& quality, const ImportSettings& settings, const ImportResult& result) {
  const std::vector<Target>& targets = result.dataset.index.targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TargetQuality& q = quality.targets[i];
    if (targets[i].classes.empty() && q.count > 0) {
      tell_quantiles(q, targets[i]);
    }
    tell_fields(targets[i], settings.targets[i], result.fields[i]);
    warn_of_columns(q, targets[i]);
    warn_of_outliers(q, targets[i], result);
    tell_contradictions(q, targets[i], settings, result);
    if (!q.unit_hint.empty()) {
      log::info("  {}: hint: {}", targets[i].name, q.unit_hint);
    }
    if (q.zeros_and_ones) {
      log::info("  {}: hint: all values are 0 or 1: if they name classes, set `values: classes`", targets[i].name);
    }
  }
  tell_columns("with one value alone", result.dull_columns.constant);
  tell_columns("with next to no values", result.dull_columns.nearly_empty);
  if (quality.several_identities + quality.charge_pairs > 0) {
    const std::string plural = result.dataset.index.substance->plural();
    log::info(
        "  near-identical {}: {} groups hold several that differ in details (such as stereo), {} differ from "
        "another in charge alone",
        plural, quality.several_identities, quality.charge_pairs);
  }
}

}  // namespace epitaxy::data
