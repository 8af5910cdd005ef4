#include "sampling/sample_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "sampling/campaign/campaign_tables.h"
#include "sampling/search/search_proof.h"
#include "train/run_files.h"
#include "train/settings.h"

namespace epitaxy::sampling {

using Json = nlohmann::ordered_json;

namespace {

Json describe(const latent::DecodingSettings& decoding) {
  Json json{{"kind", name_of(decoding.kind)}};
  if (decoding.kind == latent::DecodingKind::sampled) {
    json["attempts"] = decoding.attempts;
    json["temperature"] = decoding.temperature;
  } else if (decoding.kind == latent::DecodingKind::beam) {
    json["width"] = decoding.width;
  }
  return json;
}

Json describe_training_data(const SampleSettings& settings, const SampleInputs& inputs) {
  if (!settings.metrics.novelty) {
    return nullptr;
  }
  return {{"file", settings.training_data}, {"fingerprint", inputs.training().fingerprint}};
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::size_t count_met(const CandidateList& list, const ObjectiveSettings& objective, std::size_t head) {
  return static_cast<std::size_t>(std::ranges::count_if(
      list.best, [&](const Candidate& candidate) { return objective.met_by(candidate.from_molecule[head]); }));
}

}  // namespace

Json describe_campaign(const SampleSettings& settings, const SampleInputs& inputs) {
  return {{"model", {{"file", settings.model}, {"hash", inputs.model_hash()}}},
          {"training_data", describe_training_data(settings, inputs)},
          {"points", settings.points},
          {"scrambles", settings.scrambles},
          {"block", settings.block},
          {"seed", settings.seed},
          {"domain",
           {{"kind", name_of(settings.domain.kind)},
            {"dimensions", inputs.domain().dimensions()},
            {"latent", inputs.domain().latent()},
            {"mass", inputs.domain().mass()}}},
          {"decoding", describe(settings.decoding)},
          {"arithmetic", train::describe(settings.arithmetic)}};
}

void write_candidates(const std::filesystem::path& path, const CandidateList& list, const SampleSettings& settings,
                      const models::ModelDescription& description, std::span<const chem::XtbResult> results) {
  std::vector<std::string> columns{"rank", "smiles", "scramble", "point", "attempt"};
  const auto properties = property_columns(description);
  columns.insert(columns.end(), properties.begin(), properties.end());
  for (const std::string& property : properties) {
    columns.push_back(property + "_at_point");
  }
  if (!results.empty()) {
    append(columns, xtb_columns(settings.proof->quantity));
  }
  train::CsvWriter table(columns);
  for (std::size_t i = 0; i < list.best.size(); ++i) {
    const Candidate& c = list.best[i];
    std::vector<std::string> fields{std::to_string(i + 1), c.smiles, std::to_string(c.point.scramble),
                                    std::to_string(c.point.first), std::to_string(c.attempt + 1)};
    for (const auto* values : {&c.from_molecule, &c.at_point}) {
      for (const float value : *values) {
        fields.push_back(fmt::format("{}", value));
      }
    }
    if (!results.empty()) {
      append(fields, xtb_fields(results[i], settings.proof->quantity, *settings.objective));
    }
    table.row(fields);
  }
  table.write(path);
}

void write_untargeted(const std::filesystem::path& path, const std::vector<std::string>& molecules,
                      const SampleSettings& settings, std::span<const chem::XtbResult> results) {
  std::vector<std::string> columns{"smiles"};
  append(columns, xtb_columns(settings.proof->quantity));
  train::CsvWriter table(columns);
  for (std::size_t i = 0; i < molecules.size(); ++i) {
    std::vector<std::string> fields{molecules[i]};
    append(fields, xtb_fields(results[i], settings.proof->quantity, *settings.objective));
    table.row(fields);
  }
  table.write(path);
}

Json describe_search(const CandidateList& list, const SampleSettings& settings, const SampleInputs& inputs,
                     std::size_t new_molecules) {
  const ObjectiveSettings& objective = *settings.objective;
  const PropertyDirection& head = *inputs.objective();
  return {{"property", property_columns(inputs.description())[head.index]},
          {"unit", head.unit},
          {objective.below ? "below" : "above", objective.limit},
          {"share_of_domain", inputs.domain().mass()},
          {"new_molecules", new_molecules},
          {"not_encodable", list.unreadable},
          {"candidates", list.best.size()},
          {"candidates_predicted_to_meet_it", count_met(list, objective, head.index)}};
}

void log_search(const CandidateList& list, const SampleSettings& settings, const SampleInputs& inputs) {
  const ObjectiveSettings& objective = *settings.objective;
  const PropertyDirection& head = *inputs.objective();
  log::info("search: {} candidates; predicted again from the molecule itself, {} of them have a {} {} {} {}",
            list.best.size(), count_met(list, objective, head.index),
            property_columns(inputs.description())[head.index], objective.below ? "below" : "above", objective.limit,
            head.unit);
  if (list.best.size() < objective.candidates) {
    log::warning("only {} of the {} candidates asked for were found: more points would find more", list.best.size(),
                 objective.candidates);
  }
  if (list.unreadable > 0) {
    log::info("left out: {} new molecules that the model itself cannot encode", list.unreadable);
  }
}

}  // namespace epitaxy::sampling
