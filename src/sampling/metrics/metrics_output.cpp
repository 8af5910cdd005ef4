#include "sampling/metrics/metrics_output.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json_number.h"
#include "base/log.h"
#include "base/statistics.h"
#include "base/table.h"
#include "train/run_files.h"

namespace epitaxy::sampling {

using Json = nlohmann::ordered_json;

namespace {

struct Definition {
  const char* key;
  const char* text;
};

constexpr Definition kDefinitions[] = {
    {"valid", "share of all decodes that RDKit reads and sanitizes, with at least one atom, one fragment, no radicals"},
    {"rdkit_valid", "share of all decodes that RDKit reads and sanitizes, with at least one atom"},
    {"unique_first_k", "distinct molecules (canonical SMILES without stereo) among the first k valid decodes, over k"},
    {"unique", "distinct molecules over valid decodes, of a whole replicate: falls with its size"},
    {"novel", "share of the distinct molecules that are not in the training set"},
    {"internal_diversity_p",
     "1 - (mean of T^p over all ordered pairs, with themselves, of sampled distinct molecules)"
     "^(1/p); T: Tanimoto similarity of Morgan fingerprints, radius 2, 1,024 bits"},
    {"nearest_training_similarity", "mean over the sampled molecules of the largest T to a training molecule"},
    {"wasserstein", "Wasserstein-1 distance of the sampled molecules' values from the training set's, in their unit"},
    {"error", "standard error of the mean over replicates, which are independent scrambles of the points"},
};

/// Those that are known: without training molecules nothing is new or old.
std::vector<latent::MoleculeShare> shares_of(const latent::MoleculeCounts& counts) {
  std::vector<latent::MoleculeShare> list = latent::molecule_shares();
  if (!counts.novelty) {
    std::erase_if(list, [](const latent::MoleculeShare& share) { return share.key == "novel"; });
  }
  return list;
}

void add(Json& json, const std::string& key, const statistics::Estimate& value) {
  json[key] = json_number(value.mean);
  json[key + "_error"] = json_number(value.error);
}

Json describe(const DistributionReport& report, const std::string& suffix) {
  Json json;
  add(json, "mean" + suffix, report.mean);
  add(json, "spread" + suffix, report.spread);
  if (std::isnan(report.training_mean)) {
    return json;
  }
  add(json, "wasserstein" + suffix, report.distance);
  json["training_mean" + suffix] = json_number(report.training_mean);
  json["training_spread" + suffix] = json_number(report.training_spread);
  json["training_wasserstein" + suffix] = json_number(report.training_distance);
  return json;
}

Json describe_sample(const MetricsReport& report) {
  const DiversityReport& diversity = report.diversity;
  Json json{{"molecules", report.sampled}, {"training_molecules", report.training_sampled}};
  add(json, "internal_diversity_1", diversity.first);
  add(json, "internal_diversity_2", diversity.second);
  if (report.training_sampled > 0) {
    add(json, "nearest_training_similarity", diversity.nearest);
    add(json, "nearest_training_similarity_of_novel", diversity.nearest_novel);
    json["training_internal_diversity_1"] = json_number(diversity.training_first);
    json["training_internal_diversity_2"] = json_number(diversity.training_second);
    json["training_nearest_training_similarity"] = json_number(diversity.training_nearest);
  }
  for (const DistributionReport& descriptor : report.descriptors) {
    json["descriptors"][descriptor.key] = describe(descriptor, "");
  }
  for (const DistributionReport& prediction : report.predictions) {
    json["predictions"][prediction.key] = describe(prediction, fmt::format("_{}", train::unit_suffix(prediction.unit)));
  }
  return json;
}

/// "93.21 (0.05) %", with the error left out where there is none.
std::string percent(const statistics::Estimate& value) {
  const std::string error = std::isnan(value.error) ? "" : fmt::format(" ({:.2f})", 100 * value.error);
  return std::isnan(value.mean) ? "-" : fmt::format("{:.2f}{} %", 100 * value.mean, error);
}

std::string plain(const statistics::Estimate& value) {
  const std::string error = std::isnan(value.error) ? "" : fmt::format(" ({:.4f})", value.error);
  return std::isnan(value.mean) ? "-" : fmt::format("{:.4f}{}", value.mean, error);
}

std::string decimals(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

/// Of named values, a line each.
text::Table value_table() { return text::Table({{"", text::Align::left, 58}, {"", text::Align::left}}, 2); }

void log_shares(const MetricsReport& report) {
  text::Table table = value_table();
  std::vector<latent::MoleculeShare> list = shares_of(report.all);
  std::ranges::copy_if(latent::invalid_shares(), std::inserter(list, list.begin() + 2),
                       [&](const latent::MoleculeShare& share) { return share.value(report.all) > 0; });
  for (const latent::MoleculeShare& share : list) {
    if (share.key != "points_valid" || report.all.decodes != report.all.points) {
      table.row({share.name, percent(latent::over_replicates(report.replicates, share))});
    }
  }
  const std::string novel = report.all.novelty ? fmt::format(", {} of them new", report.all.novel) : "";
  table.row({"distinct molecules of all replicates together", fmt::format("{}{}", report.all.unique, novel)});
  log::lines(table.lines());
}

void log_diversity(const DiversityReport& diversity, bool compared) {
  text::Table table = value_table();
  const auto entry = [&](const std::string& name, const statistics::Estimate& value, double training) {
    table.row({name, compared ? fmt::format("{}; training set {:.4f}", plain(value), training) : plain(value)});
  };
  entry("IntDiv1 (Morgan radius 2, 1,024 bits)", diversity.first, diversity.training_first);
  entry("IntDiv2", diversity.second, diversity.training_second);
  if (compared) {
    entry("similarity to the nearest (other) training molecule", diversity.nearest, diversity.training_nearest);
    table.row({"the same of the new molecules", plain(diversity.nearest_novel)});
  }
  log::lines(table.lines());
}

void log_distributions(const MetricsReport& report) {
  text::Table table({{"", text::Align::left, 28},
                     {"mean", text::Align::right, 10},
                     {"spread", text::Align::right, 10},
                     {"training", text::Align::right, 10},
                     {"spread", text::Align::right, 10},
                     {"Wasserstein", text::Align::right, 12},
                     {"by chance", text::Align::right, 10}},
                    2);
  const auto add_row = [&](const DistributionReport& row) {
    table.row({row.unit.empty() ? row.name : fmt::format("{} / {}", row.name, row.unit), decimals(row.mean.mean, 3),
               decimals(row.spread.mean, 3), decimals(row.training_mean, 3), decimals(row.training_spread, 3),
               decimals(row.distance.mean, 4), decimals(row.training_distance, 4)});
  };
  std::ranges::for_each(report.descriptors, add_row);
  std::ranges::for_each(report.predictions, add_row);
  log::lines(table.lines());
}

}  // namespace

Json to_json(const MetricsReport& report) {
  Json json;
  for (const Definition& definition : kDefinitions) {
    json["definitions"][definition.key] = definition.text;
  }
  json["replicates"] = report.replicates.size();
  json["points"] = report.all.points;
  json["decodes"] = report.all.decodes;
  for (const latent::MoleculeShare& share : shares_of(report.all)) {
    add(json, share.key, over_replicates(report.replicates, share));
  }
  json["distinct_molecules"] = report.all.unique;
  if (report.all.novelty) {
    json["distinct_novel_molecules"] = report.all.novel;
  }
  for (const latent::MoleculeShare& share : latent::invalid_shares()) {
    add(json["invalid"], share.key, over_replicates(report.replicates, share));
  }
  if (report.sampled > 0) {
    json["sample"] = describe_sample(report);
  }
  return json;
}

Json to_json(const latent::MoleculeCounts& counts) {
  Json json{{"decodes", counts.decodes},
            {"valid", json_number(counts.share(counts.valid))},
            {"rdkit_valid", json_number(counts.share(counts.rdkit_valid))},
            {"unique", json_number(counts.unique_share())}};
  if (counts.novelty) {
    json["novel"] = json_number(counts.novel_share());
  }
  for (const latent::MoleculeShare& share : latent::invalid_shares()) {
    json["invalid"][share.key] = json_number(share.value(counts));
  }
  return json;
}

void log_report(const MetricsReport& report) {
  log::info("{} points, {} decodes; mean of {} replicates, in parentheses its standard error", report.all.points,
            report.all.decodes, report.replicates.size());
  log_shares(report);
  if (report.sampled == 0) {
    return;
  }
  const bool compared = report.training_sampled > 0;
  log::info("{} distinct valid molecules of each replicate{}", report.sampled,
            compared ? fmt::format(", {} of the training set", report.training_sampled) : "");
  log_diversity(report.diversity, compared);
  log_distributions(report);
}

void log_counts(const std::string& name, const latent::MoleculeCounts& counts) {
  std::string distinct;
  if (counts.valid > 0) {
    distinct = fmt::format("; of the valid {:.2f} % unique", 100 * counts.unique_share());
    distinct += counts.novelty ? fmt::format(", of the unique {:.2f} % new", 100 * counts.novel_share()) : "";
  }
  log::info("{}: {} decodes, {:.2f} % valid ({:.2f} % by RDKit's plain rule){}", name, counts.decodes,
            100 * counts.share(counts.valid), 100 * counts.share(counts.rdkit_valid), distinct);
}

}  // namespace epitaxy::sampling
