#pragma once
/// \file
/// A molecule autoencoder that is used: loaded weights, blocks of rows.
#include <cstddef>
#include <memory>

#include "models/kind.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae.h"

namespace epitaxy::latent {

/// Rows of a block, unless another number is asked for.
inline constexpr std::size_t kBlockRows = 256;

/// Computes blocks of a fixed number of rows, so that a row's results do not depend on the rows around it. Encoder and
/// decoder of one job share it. The model outlives it.
class Network {
 public:
  Network(const models::MoleculeModel& model, const nn::Arithmetic& arithmetic, std::size_t rows = kBlockRows);
  /// The weights outlive their use.
  void load(const float* weights) { executor_->load(weights); }

  const models::ModelDescription& description() const { return model_.description(); }
  const models::MoleculeText& text() const { return text_; }
  const models::RowReader& reader() const { return *reader_; }
  models::MoleculeVaeExecutor& executor() { return *executor_; }
  std::size_t rows() const { return rows_; }                             ///< Of a block.
  std::size_t length() const { return model_.net().settings().length; }  ///< Token ids of a molecule.
  std::size_t latent() const { return model_.net().settings().latent; }
  std::size_t heads() const { return model_.description().heads.size(); }

 private:
  const models::MoleculeModel& model_;
  models::MoleculeText text_;
  std::unique_ptr<models::RowReader> reader_;
  std::size_t rows_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
};

}  // namespace epitaxy::latent
