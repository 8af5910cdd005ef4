#pragma once
/// \file
/// A linear head as a direction in the latent space.
#include <string>
#include <vector>

#include "models/molecule_vae/molecule_vae.h"
#include "sampling/points/domain.h"

namespace epitaxy::sampling {

/// What a head predicts for a latent vector z: direction . z + offset, in the target's unit.
struct PropertyDirection {
  std::string head;
  std::string target;
  std::string unit;
  std::size_t index = 0;          ///< Of the head among the model's.
  std::vector<double> direction;  ///< [latent]
  double offset = 0;
};

/// Of the head of this name, or of the only head of the target of this name. Throws InputError: no such head, several
/// heads of the target, heads that are not linear in the latent vector.
PropertyDirection property_direction(const models::MoleculeModel& model, const float* weights, const std::string& name);

/// Sets the vectors of a plane whose directions are those of two properties; leaves other settings alone. Throws
/// InputError as `property_direction`.
void set_property_vectors(DomainSettings& settings, const models::MoleculeModel& model, const float* weights);

}  // namespace epitaxy::sampling
