#include "train/molecule_figures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/table.h"
#include "train/run_files.h"

namespace epitaxy::train {

using Json = nlohmann::ordered_json;

namespace {

/// The weights of the first head that learns a property as a linear function of the latent mean; empty if none does.
std::vector<double> head_weights(const models::MoleculeModel& model, const float* weights,
                                 const LatentProperty& property) {
  const models::ModelDescription& description = model.description();
  const auto learns = [&](const models::Head& head) {
    return head.target == property.name && head.unit == property.unit;
  };
  const auto head = std::ranges::find_if(description.heads, learns);
  if (head == description.heads.end() || model.net().settings().head_hidden > 0) {
    return {};
  }
  const float* own = weights + model.layout().find(fmt::format("head.{}.weight", head->name)).offset;
  return {own, own + model.net().settings().latent};
}

/// What points became; `kind` in the log.
void log_points(const std::string& kind, const latent::MoleculeCounts& counts) {
  const PointShares shares = shares_of(counts);
  log::info(
      "{} {}: {:.2f} % valid ({:.2f} % by RDKit's rule), {:.2f} % of these unique, {:.2f} % of the unique ones new",
      counts.points, kind, 100 * shares.valid, 100 * shares.rdkit_valid, 100 * shares.unique, 100 * shares.novel);
}

std::string degrees(double angle) { return std::isnan(angle) ? "-" : fmt::format("{:.0f}", angle); }

}  // namespace

std::vector<std::optional<HeadDirection>> head_directions(const models::MoleculeModel& model, const float* weights,
                                                          const LatentOrder& order) {
  std::vector<std::optional<HeadDirection>> heads;
  for (const LatentProperty& property : order.properties) {
    const auto own = head_weights(model, weights, property);
    heads.push_back(own.empty() ? std::nullopt
                                : std::optional(HeadDirection{order.correlation(property.direction, own),
                                                              order.angle(property.direction, own)}));
  }
  return heads;
}

Json to_json(const MoleculeMetrics& m) {
  Json entry{{"molecules", m.molecules},
             {"exact_reconstruction", m.exact},
             {"token_accuracy", m.token_accuracy},
             {"divergence_nats", m.divergence},
             {"divergence_nats_by_dimension", m.divergence_by_dimension},
             {"active_units", m.active_units}};
  const auto add = [&](const std::string& name, const latent::MoleculeCounts& counts) {
    const PointShares shares = shares_of(counts);
    entry[name + "_points"] = counts.points;
    entry[name + "_valid"] = shares.valid;
    entry[name + "_rdkit_valid"] = shares.rdkit_valid;
    entry[name + "_unique"] = shares.unique;
    entry[name + "_novel"] = shares.novel;
  };
  add("prior", m.prior);
  if (m.random_strings) {
    add("random_strings", *m.random_strings);
  }
  return entry;
}

Json to_json(const LatentOrder& order, const std::vector<std::optional<HeadDirection>>& heads) {
  auto entries = Json::object();
  for (std::size_t i = 0; i < order.properties.size(); ++i) {
    const LatentProperty& property = order.properties[i];
    Json& entry = entries[property.name];
    entry = {{"rows_fitted", property.fitted},
             {"rows", property.rows},
             {"mae_" + unit_suffix(property.unit), property.mae},
             {"r2", property.r2}};
    if (heads[i]) {
      entry["head_correlation"] = heads[i]->correlation;
      entry["head_angle_deg"] = heads[i]->angle;
    }
    for (std::size_t j = 0; j < order.properties.size(); ++j) {
      if (j != i) {
        entry["angles_deg"][order.properties[j].name] = order.angle(property.direction, order.properties[j].direction);
      }
    }
  }
  return entries;
}

void log_molecules(const std::string& set, const MoleculeMetrics& m) {
  log::info(
      "{} molecules: {:.2f} % of {} reconstructed exactly, {:.2f} % of their tokens; KL {:.2f} nats, {} active units",
      set, 100 * m.exact, m.molecules, 100 * m.token_accuracy, m.divergence, m.active_units);
  log_points("standard-normal points", m.prior);
  if (m.random_strings) {
    log_points("random strings of the same tokens (control)", *m.random_strings);
  }
}

void log_latent_order(const std::string& set, const LatentOrder& order,
                      const std::vector<std::optional<HeadDirection>>& heads) {
  if (order.properties.empty() && order.skipped.empty()) {
    return;
  }
  log::info("{} latent order: properties as linear functions of {} active units, fitted on half of the molecules", set,
            std::ranges::count(order.active, true));
  std::vector<text::Column> columns{{"", text::Align::right, 4},    {"property", text::Align::left, 20, 2},
                                    {"R2", text::Align::right, 7},  {"MAE", text::Align::right, 12},
                                    {"", text::Align::left, 11},    {"head r", text::Align::right, 7},
                                    {"deg", text::Align::right, 4}, {"degrees to", text::Align::left, 10, 2}};
  for (std::size_t i = 1; i < order.properties.size(); ++i) {
    columns.push_back({fmt::format("{}", i), text::Align::right, 4, 0});
  }
  text::Table table(std::move(columns));
  for (std::size_t i = 0; i < order.properties.size(); ++i) {
    const LatentProperty& property = order.properties[i];
    std::vector<std::string> cells{fmt::format("{}", i + 1),
                                   property.name,
                                   fmt::format("{:.4f}", property.r2),
                                   fmt::format("{:.5f}", property.mae),
                                   property.unit,
                                   heads[i] ? fmt::format("{:.3f}", heads[i]->correlation) : "",
                                   heads[i] ? degrees(heads[i]->angle) : "",
                                   ""};
    for (std::size_t j = 0; j < i; ++j) {
      cells.push_back(degrees(order.angle(property.direction, order.properties[j].direction)));
    }
    table.row(std::move(cells));
  }
  for (const std::string& name : order.skipped) {
    table.row({"", name}, "too few different values");
  }
  log::lines(table.lines());
}

}  // namespace epitaxy::train
