#include "epitaxy/models/model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "epitaxy/base/error.h"
#include "epitaxy/base/text.h"
#include "epitaxy/models/composition_net.h"

namespace epitaxy::models {

Standardizer Standardizer::fit(const std::vector<double>& values) {
  double sum = 0;
  double count = 0;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -smallest;
  for (const double value : values) {
    if (!std::isnan(value)) {
      sum += value;
      count += 1;
      smallest = std::min(smallest, value);
      largest = std::max(largest, value);
    }
  }
  Standardizer result;
  if (count == 0) {
    return result;
  }
  if (smallest == largest) {
    result.mean = smallest;  // rounding of the sum must not pass for a spread
    return result;
  }
  result.mean = sum / count;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      squares += (value - result.mean) * (value - result.mean);
    }
  }
  result.scale = std::sqrt(squares / count);
  return result;
}

std::string ModelDescription::to_json() const {
  nlohmann::ordered_json json;
  json["kind"] = kind;
  json["widths"] = widths;
  json["residual"] = residual;
  json["dropout"] = dropout;
  json["features"] = features;
  json["seen"] = seen;
  json["heads"] = nlohmann::ordered_json::array();
  for (const Head& head : heads) {
    json["heads"].push_back({{"name", head.name},
                             {"target", head.target},
                             {"unit", head.unit},
                             {"mean", head.standardizer.mean},
                             {"scale", head.standardizer.scale}});
  }
  return json.dump();
}

ModelDescription ModelDescription::from_json(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    ModelDescription d;
    json.at("kind").get_to(d.kind);
    json.at("widths").get_to(d.widths);
    json.at("residual").get_to(d.residual);
    json.at("dropout").get_to(d.dropout);
    json.at("features").get_to(d.features);
    json.at("seen").get_to(d.seen);
    for (const auto& head : json.at("heads")) {
      d.heads.push_back({head.at("name"), head.at("target"), head.at("unit"), {head.at("mean"), head.at("scale")}});
    }
    return d;
  } catch (const nlohmann::json::exception& error) {
    fail_input("the model description is not readable: {}", error.what());
  }
}

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
  fail_input("unknown model kind '{}': this version builds composition_net", description.kind);
}

}  // namespace epitaxy::models
