#include "app/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/statistics.h"
#include "data/dataset.h"
#include "data/hdf5.h"
#include "latent/latent_points.h"
#include "models/head_task.h"
#include "models/kind.h"
#include "models/model_file.h"
#include "sampling/campaign/campaign_file.h"
#include "sampling/campaign/part_file.h"
#include "train/checkpoint.h"
#include "transfer/ensemble_intervals.h"
#include "transfer/table_model.h"

namespace epitaxy::app {

namespace {

using Json = nlohmann::ordered_json;

Json describe_target(const data::Target& target) {
  if (!target.classes.empty()) {
    Json json{{"unit", target.unit}};
    for (std::size_t c = 0; c < target.classes.size(); ++c) {
      json["classes"][target.classes[c]] = std::ranges::count(target.values, static_cast<double>(c));
    }
    return json;
  }
  const statistics::Range range = statistics::range(target.values);
  return {
      {"unit", target.unit}, {"values", range.count}, {"min", range.low}, {"mean", range.mean}, {"max", range.high}};
}

Json describe_representations(const data::DatasetIndex& index) {
  Json json;
  for (const auto& list : index.token_lists) {
    const auto& texts = data::texts(index, index.substance->representation(list.representation).notation);
    const auto written = texts.size() - static_cast<std::size_t>(std::ranges::count(texts, ""));
    json[list.representation] = {
        {"molecules", written}, {"longest", list.longest}, {"tokens", list.symbols.size()}, {"symbols", list.symbols}};
  }
  return json;
}

/// What was done to the data.
void describe_preparation(const std::optional<data::Preparation>& preparation, Json& json) {
  if (!preparation) {
    return;
  }
  json["preparation"]["column"] = preparation->column;
  for (const auto& [key, value] : preparation->rules) {
    json["preparation"][key] = value;
  }
}

Json describe_dataset(const std::filesystem::path& path) {
  const auto index = data::read_index(path);
  Json json{{"format", "epitaxy dataset"}, {"kind", index.substance->name()}, {"rows", index.rows}};
  json[index.substance->plural()] = std::set<std::string>(index.groups.begin(), index.groups.end()).size();
  if (!index.token_lists.empty()) {
    json["representations"] = describe_representations(index);
  }
  describe_preparation(index.preparation, json);
  for (const auto& target : index.targets) {
    json["targets"][target.name] = describe_target(target);
  }
  json["hash"] = index.fingerprint;
  return json;
}

Json describe_model(const models::ModelDescription& d, std::size_t members) {
  const auto model = models::make_model(d);
  Json json{{"kind", d.kind->name()}, {"members", members}, {"parameters", model->layout().weight_count()}};
  d.kind->tell(d, json);
  const auto seen = d.seen.size() - static_cast<std::size_t>(std::ranges::count(d.seen, 0));
  json[d.kind->feature_name()] = {{"count", d.features.size()}, {"seen", seen}};
  describe_preparation(d.preparation, json);
  for (const auto& head : d.heads) {
    json["heads"][head.name] = {{"target", head.target},
                                {"unit", head.unit},
                                {"mean", head.standardizer.mean},
                                {"scale", head.standardizer.scale}};
    if (!head.classes.empty()) {
      json["heads"][head.name] = {{"target", head.target}, {"task", head.task->name()}, {"classes", head.classes}};
    }
  }
  return json;
}

Json describe_model_file(const std::filesystem::path& path, const std::string& hash) {
  const auto model = models::read_model(path);
  Json json{{"format", "epitaxy model"}, {"model", describe_model(model.description, model.members.size())}};
  if (const auto intervals = transfer::read_intervals(path, model.members.size())) {
    json["model"]["heads"][intervals->head]["intervals"] = {
        {"coverage", intervals->coverage},
        {"rows", intervals->errors.size()},
        {"width", intervals->scale ? "by the spread of the seeds" : "the same for all rows"}};
  }
  json["hash"] = hash;
  return json;
}

Json describe_checkpoint(const std::filesystem::path& path) {
  const auto checkpoint = train::read_checkpoint(path);
  Json json{{"format", "epitaxy checkpoint"}, {"complete", checkpoint.complete}};
  const auto& state = checkpoint.state;
  json["position"] = {{"epoch", state.epoch}, {"step", state.step}, {"optimizer_steps", state.optimizer_steps}};
  json["best"] = {{"validation", state.best}, {"epoch", state.best_epoch}};
  json["model"] = describe_model(checkpoint.description, 1);
  json["data"] = checkpoint.fingerprints;
  json["hash"] = checkpoint.hash();
  return json;
}

Json describe_latents(const std::filesystem::path& path) {
  const auto file = latent::read_latent_file(path);
  return {{"format", "epitaxy latent"},
          {"rows", file.rows()},
          {"latent", file.latent},
          {"model_hash", file.model_hash},
          {"hash", file.hash}};
}

Json describe_campaign(const std::filesystem::path& path) {
  const auto campaign = sampling::read_campaign(path);
  return {{"format", "epitaxy campaign"}, {"scrambles", campaign.scrambles},
          {"points", campaign.points},    {"molecules_of_a_point", campaign.attempts},
          {"block", campaign.block},      {"settings", campaign.settings},
          {"hash", campaign.hash}};
}

Json describe_part(const std::filesystem::path& path) {
  const auto block = sampling::read_part(path, "");
  return {{"format", "epitaxy campaign part"},      {"scramble", block.key.scramble},
          {"first_point", block.key.first},         {"points", block.points},
          {"molecules_of_a_point", block.attempts}, {"hash", sampling::hash_of(block)}};
}

Json describe_table_model(const std::filesystem::path& path, const std::string& hash) {
  const auto model = transfer::read_table_model(path);
  Json json{{"format", transfer::kTableModelFormat}};
  for (const transfer::TableProperty& property : model.properties) {
    const auto errors = property.errors();
    json["targets"][property.target] = {{"unit", property.unit},
                                        {"way", property.ways()},
                                        {"learner", property.learners()},
                                        {"rows", errors.size()},
                                        {"inner_mae", transfer::mean_absolute(errors)},
                                        {"coverage", property.coverage}};
  }
  for (const transfer::RowInput& input : model.inputs) {
    if (!input.is_number()) {
      json["given"][input.name] = {{"categories", input.known_names()}};
    } else if (!input.is_cheap || model.needs_cheap()) {
      json[input.is_cheap ? "cheap" : "given"][input.name] = {
          {"unit", input.unit}, {"min", input.low}, {"max", input.high}};
    }
  }
  describe_preparation(model.preparation, json);
  json["features"] = Json::parse(transfer::to_json(model.features.blocks()));
  json["hash"] = hash;
  return json;
}

/// Nested values as indented lines.
void print(const Json& json, int indent) {
  for (const auto& [key, value] : json.items()) {
    if (value.is_object()) {
      fmt::print("{:{}}{}:\n", "", indent, key);
      print(value, indent + 2);
    } else {
      fmt::print("{:{}}{}: {}\n", "", indent, key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

}  // namespace

void inspect(const InspectOptions& options) {
  std::string format;
  std::string hash;
  {
    const data::Hdf5File file(options.file, data::Hdf5File::Mode::read);
    format = file.has_attribute("/", "format") ? file.text_attribute("/", "format") : "";
    hash = file.has_attribute("/", "hash") ? file.text_attribute("/", "hash") : "";
  }
  Json json;
  if (format == "epitaxy dataset") {
    json = describe_dataset(options.file);
  } else if (format == "epitaxy model") {
    json = describe_model_file(options.file, hash);
  } else if (transfer::is_table_model(options.file)) {
    json = describe_table_model(options.file, hash);
  } else if (format == "epitaxy checkpoint") {
    json = describe_checkpoint(options.file);
  } else if (format == "epitaxy latent") {
    json = describe_latents(options.file);
  } else if (format == "epitaxy campaign") {
    json = describe_campaign(options.file);
  } else if (format == "epitaxy campaign part") {
    json = describe_part(options.file);
  } else {
    fail_input("{} is not a file of epitaxy", options.file.string());
  }
  if (options.hash) {
    fmt::print("{}\n", json["hash"].get<std::string>());
  } else if (options.json) {
    fmt::print("{}\n", json.dump(2));
  } else {
    print(json, 0);
  }
}

}  // namespace epitaxy::app
