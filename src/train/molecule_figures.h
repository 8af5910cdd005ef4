#pragma once
/// \file
/// What an autoencoder made of molecules, as parts of `summary.json` and for people.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "train/latent_order.h"
#include "train/molecule_evaluation.h"

namespace epitaxy::train {

/// A linear head against the fit of its property.
struct HeadDirection {
  double correlation = 0;
  double angle = 0;  ///< Degrees.
};

/// By property of `order`; none: no linear head of the model learns it.
std::vector<std::optional<HeadDirection>> head_directions(const models::MoleculeModel& model, const float* weights,
                                                          const LatentOrder& order);

nlohmann::ordered_json to_json(const MoleculeMetrics& metrics);
nlohmann::ordered_json to_json(const LatentOrder& order, const std::vector<std::optional<HeadDirection>>& heads);
void log_molecules(const std::string& set, const MoleculeMetrics& metrics);
void log_latent_order(const std::string& set, const LatentOrder& order,
                      const std::vector<std::optional<HeadDirection>>& heads);

}  // namespace epitaxy::train
