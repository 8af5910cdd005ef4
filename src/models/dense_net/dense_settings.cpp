#include "models/dense_net/dense_settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace epitaxy::models {

void keys(config::Keys& k, DenseSettings& s) {
  const std::vector<std::size_t> widths = s.widths;
  k.integers(s.widths, {"widths", "of the hidden layers"}, {1, 65536});
  if (s.widths.empty()) {
    k.problem("widths", "must name at least one hidden layer");
    s.widths = widths;
  }
  k.flag(s.residual, {"residual", "layers of equal width are added to their input"});
  k.number(s.dropout, {"dropout", "share of each hidden layer that is set to 0 while training"}, {0, 0.95});
}

void write(const DenseSettings& s, nlohmann::ordered_json& json) {
  json["widths"] = s.widths;
  json["residual"] = s.residual;
  json["dropout"] = s.dropout;
}

DenseSettings read_dense_settings(const nlohmann::ordered_json& json) {
  constexpr std::size_t kMostLayers = 1000;
  if (json.at("widths").empty() || json.at("widths").size() > kMostLayers) {
    fail_input("the model has {} hidden layers, where 1 to {} are expected", json.at("widths").size(), kMostLayers);
  }
  return {json.at("widths").get<std::vector<std::size_t>>(), json.at("residual").get<bool>(),
          json.at("dropout").get<double>()};
}

}  // namespace epitaxy::models
