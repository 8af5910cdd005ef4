#pragma once
/// \file
/// What fixes the layers of a dense network.
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "config/keys.h"

namespace epitaxy::models {

struct DenseSettings {
  std::vector<std::size_t> widths;  ///< Of the hidden layers.
  bool residual = false;            ///< Layers of equal width are added to their input.
  double dropout = 0;               ///< After each hidden layer, while training.
};

void keys(config::Keys& k, DenseSettings& settings);
void write(const DenseSettings& settings, nlohmann::ordered_json& json);
/// Throws nlohmann::json::exception.
DenseSettings read_dense_settings(const nlohmann::ordered_json& json);

}  // namespace epitaxy::models
