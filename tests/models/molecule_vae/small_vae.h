#pragma once

#include <cstddef>

#include "models/molecule_vae/molecule_vae_settings.h"

namespace epitaxy::test {

/// The settings of an autoencoder of characters with 3 latent dimensions; a length of 0 is left to the training rows.
inline models::MoleculeVaeSettings small_vae(std::size_t length) {
  models::MoleculeVaeSettings s;
  s.representation = "characters";
  s.convolutions = {{4, 3}};
  s.length = length;
  s.dense = 8;
  s.latent = 3;
  s.cells = 12;
  s.layers = 1;
  return s;
}

}  // namespace epitaxy::test
