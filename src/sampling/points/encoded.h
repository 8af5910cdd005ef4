#pragma once
/// \file
/// The molecules of a data set in the latent space of a model.
#include <cstddef>
#include <vector>

#include "data/dataset.h"
#include "models/molecule_vae/molecule_vae.h"
#include "parallel/communicator.h"
#include "sampling/points/domain.h"

namespace epitaxy::sampling {

struct EncodedMolecules {
  std::vector<float> means;       ///< [rows.size(), latent]
  std::vector<std::size_t> rows;  ///< Of the data set: those whose strings the model can read.
};

/// Latent means of all molecules of a data set, on every rank. The ranks share the work by whole chunks, so that the
/// bits are the same for any number of them; of the molecules' tokens one chunk at a time is in memory. Collective.
/// Throws InputError, on all ranks: a data set of compositions, not a single molecule that the model can read.
EncodedMolecules encode_molecules(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                                  const float* weights, const nn::Arithmetic& arithmetic,
                                  const data::DatasetIndex& dataset);

/// Mean and covariance (over rows, not rows - 1). The same on all ranks.
EncodedStatistics statistics_of(const EncodedMolecules& molecules, std::size_t latent);

}  // namespace epitaxy::sampling
