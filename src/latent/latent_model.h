#pragma once
/// \file
/// A molecule autoencoder that is used outside training.
#include <filesystem>
#include <memory>
#include <string>

#include "latent/network.h"
#include "models/model_file.h"

namespace epitaxy::latent {

class LatentModel {
 public:
  /// Throws InputError: no model, damaged, of another kind, an ensemble.
  explicit LatentModel(const std::filesystem::path& path);

  const models::ModelDescription& description() const { return file_.description; }
  const models::MoleculeModel& model() const { return models::molecule_model(*model_, ""); }
  const float* weights() const { return file_.members.front().data(); }
  std::size_t latent() const { return model().net().settings().latent; }
  /// Of description and weights; a model file's own.
  const std::string& hash() const { return hash_; }
  /// With the weights loaded. The model outlives it.
  std::shared_ptr<Network> network() const;

 private:
  models::ModelFile file_;
  std::unique_ptr<models::Model> model_;
  std::string hash_;
};

}  // namespace epitaxy::latent
