#pragma once
/// \file
/// What the `sample` stage reads and sets up before the first block. Not for other layers.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "latent/known_molecules.h"
#include "latent/latent_model.h"
#include "linalg/buffer.h"
#include "parallel/communicator.h"
#include "sampling/campaign/campaign.h"
#include "sampling/points/domain.h"
#include "sampling/points/encoded.h"
#include "sampling/points/property_direction.h"
#include "sampling/sample_settings.h"

namespace epitaxy::sampling {

/// Does not move: its parts refer to each other.
class SampleInputs {
 public:
  /// Reads model and data and builds the domain, with the training molecules encoded if that is needed. Collective.
  /// Throws InputError: no model or data set, damaged, of another kind, settings that do not fit them.
  SampleInputs(const parallel::Communicator& communicator, const SampleSettings& settings);
  SampleInputs(const SampleInputs&) = delete;
  SampleInputs& operator=(const SampleInputs&) = delete;

  const models::ModelDescription& description() const { return model_->description(); }
  const models::MoleculeModel& model() const { return model_->model(); }
  const float* weights() const { return model_->weights(); }
  const std::string& model_hash() const { return model_->hash(); }
  /// Without rows where no training data are given.
  const data::DatasetIndex& training() const { return training_; }
  const Domain& domain() const { return *domain_; }
  /// The head of the objective.
  const std::optional<PropertyDirection>& objective() const { return objective_; }
  /// Latent means of the training molecules [molecules, latent], for a map, on rank 0.
  const std::vector<float>& encoded() const { return encoded_; }
  /// Everything that the bits of the blocks depend on, a line each.
  std::string identity() const;

  /// The campaign's blocks, with the parts in `folder`.
  BlockList campaign(const std::filesystem::path& folder) const;
  /// So many points, rounded up to whole blocks, of other things: see ControlSettings.
  BlockList untrained_decoder(const std::filesystem::path& folder, std::size_t points);
  BlockList random_strings(const std::filesystem::path& folder, std::size_t points) const;
  /// Of the domain as it is without the objective.
  BlockList untargeted(const std::filesystem::path& folder, std::size_t points) const;

 private:
  void read();
  /// Null without training data.
  const latent::KnownMolecules* known() const { return known_ ? &*known_ : nullptr; }
  void build_domain(const parallel::Communicator& communicator);
  BlockList list(const std::string& name, const std::filesystem::path& folder, std::size_t points) const;
  void decode(BlockList& list, const Domain& domain, const float* weights) const;

  const SampleSettings& settings_;
  std::optional<latent::LatentModel> model_;
  data::DatasetIndex training_;
  std::optional<latent::KnownMolecules> known_;
  std::optional<PropertyDirection> objective_;
  std::vector<float> encoded_;
  std::optional<Domain> domain_;
  std::optional<Domain> whole_domain_;  ///< Without the objective.
  linalg::Buffer<float> untrained_;     ///< Weights.
};

}  // namespace epitaxy::sampling
