#pragma once
/// \file
/// A molecule autoencoder that is used outside training.
#include <filesystem>
#include <memory>
#include <string>

#include "models/model_file.h"
#include "models/molecule_vae/molecule_vae.h"

namespace epitaxy::app {

class LatentModel {
 public:
  /// Throws InputError: no model, damaged, of another kind, an ensemble.
  explicit LatentModel(const std::filesystem::path& path);

  const models::ModelDescription& description() const { return file_.description; }
  std::size_t latent() const { return file_.description.vae.latent; }
  /// Of description and weights; a model file's own.
  const std::string& hash() const { return hash_; }
  /// For chunks of kChunkRows, with the weights loaded. The model outlives it.
  std::unique_ptr<models::MoleculeVaeExecutor> executor() const;

 private:
  models::ModelFile file_;
  std::unique_ptr<models::Model> model_;
  std::string hash_;
};

}  // namespace epitaxy::app
