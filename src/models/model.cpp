#include "models/model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/statistics.h"
#include "base/text.h"
#include "models/composition_net/composition_net.h"
#include "models/molecule_vae/molecule_vae.h"

namespace epitaxy::models {

Standardizer Standardizer::fit(const std::vector<double>& values) {
  const statistics::Range range = statistics::range(values);
  Standardizer result;
  if (range.count == 0) {
    return result;
  }
  if (range.low == range.high) {
    result.mean = range.low;  // rounding of the sum must not pass for a spread
    return result;
  }
  result.mean = range.mean;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      squares += (value - result.mean) * (value - result.mean);
    }
  }
  result.scale = std::sqrt(squares / static_cast<double>(range.count));
  return result;
}

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const MoleculeVaeSettings& s) {
  Json json;
  json["length"] = s.length;
  json["convolutions"] = Json::array();
  for (const auto& convolution : s.convolutions) {
    json["convolutions"].push_back({{"channels", convolution.channels}, {"kernel", convolution.kernel}});
  }
  json["dense"] = s.dense;
  json["latent"] = s.latent;
  json["cells"] = s.cells;
  json["layers"] = s.layers;
  json["decoder"] = name_of(s.decoder_input);
  json["token_dropout"] = s.token_dropout;
  json["free_bits"] = s.free_bits;
  json["head_hidden"] = s.head_hidden;
  json["spellings"] = s.spellings;
  return json;
}

MoleculeVaeSettings vae_settings(const Json& json) {
  MoleculeVaeSettings s;
  json.at("length").get_to(s.length);
  s.convolutions.clear();
  for (const auto& convolution : json.at("convolutions")) {
    s.convolutions.push_back({convolution.at("channels"), convolution.at("kernel")});
  }
  json.at("dense").get_to(s.dense);
  json.at("latent").get_to(s.latent);
  json.at("cells").get_to(s.cells);
  json.at("layers").get_to(s.layers);
  s.decoder_input = value_of<DecoderInput>(json.at("decoder"));
  json.at("token_dropout").get_to(s.token_dropout);
  json.at("free_bits").get_to(s.free_bits);
  json.at("head_hidden").get_to(s.head_hidden);
  json.at("spellings").get_to(s.spellings);
  return s;
}

}  // namespace

std::string ModelDescription::to_json() const {
  Json json;
  json["kind"] = kind;
  if (kind == "molecule_vae") {
    json["representation"] = representation;
    json["vae"] = models::to_json(vae);
  } else {
    json["widths"] = widths;
    json["residual"] = residual;
    json["dropout"] = dropout;
  }
  json["features"] = features;
  json["seen"] = seen;
  json["heads"] = Json::array();
  for (const Head& head : heads) {
    Json entry{{"name", head.name},
               {"target", head.target},
               {"unit", head.unit},
               {"mean", head.standardizer.mean},
               {"scale", head.standardizer.scale}};
    if (head.weight != 1) {
      entry["weight"] = head.weight;
    }
    json["heads"].push_back(std::move(entry));
  }
  if (preparation) {
    json["preparation"] = Json::parse(data::to_json(*preparation));
  }
  return json.dump();
}

ModelDescription ModelDescription::from_json(const std::string& text) {
  try {
    const auto json = Json::parse(text);
    ModelDescription d;
    json.at("kind").get_to(d.kind);
    if (d.kind == "molecule_vae") {
      json.at("representation").get_to(d.representation);
      d.vae = vae_settings(json.at("vae"));
    } else {
      json.at("widths").get_to(d.widths);
      json.at("residual").get_to(d.residual);
      json.at("dropout").get_to(d.dropout);
    }
    json.at("features").get_to(d.features);
    json.at("seen").get_to(d.seen);
    for (const auto& head : json.at("heads")) {
      d.heads.push_back({head.at("name"),
                         head.at("target"),
                         head.at("unit"),
                         {head.at("mean"), head.at("scale")},
                         head.value("weight", 1.0)});
    }
    if (json.contains("preparation")) {
      d.preparation = data::preparation_from_json(json.at("preparation").dump());
    }
    return d;
  } catch (const nlohmann::json::exception& error) {
    fail_input("the model description is not readable: {}", error.what());
  }
}

std::size_t ModelDescription::feature_count() const { return kind == "molecule_vae" ? vae.length : features.size(); }

std::vector<std::string> ModelDescription::head_names() const {
  std::vector<std::string> names;
  for (const Head& head : heads) {
    names.push_back(head.name);
  }
  return names;
}

std::size_t ModelDescription::head_index(const std::string& name) const {
  const auto names = head_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    const auto hint = text::nearest(name, names);
    fail_input("the model has no head '{}'; it has {}{}", name, text::join(names, ", "),
               hint ? fmt::format(" (did you mean '{}'?)", *hint) : "");
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::size_t> elemnet_widths() {
  return {1024, 1024, 1024, 1024, 512, 512, 512, 256, 256, 256, 128, 128, 128, 64, 64, 32};
}

std::unique_ptr<Model> make_model(const ModelDescription& description) {
  if (description.kind == "composition_net") {
    return std::make_unique<CompositionNet>(description);
  }
  if (description.kind == "molecule_vae") {
    return std::make_unique<MoleculeModel>(description);
  }
  fail_input("unknown model kind '{}': this version builds composition_net and molecule_vae", description.kind);
}

}  // namespace epitaxy::models
