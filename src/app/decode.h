#pragma once
/// \file
/// `epitaxy decode`: the molecules at points of the latent space of a molecule autoencoder, and their properties.
#include <filesystem>

#include "epitaxy/latent_space.h"
#include "parallel/communicator.h"

namespace epitaxy::app {

struct DecodeOptions {
  std::filesystem::path model;
  std::filesystem::path input;  ///< As `encode` writes them.
  std::filesystem::path output;
  Decoding decoding = {};
};

/// Writes a row for each point (or `samples` of them): the input's other columns (of HDF5: `row`), `sample` (from 1, if
/// drawn), `smiles` as decoded, `canonical`, `valid` (0 or 1), `cause` (of invalidity, see chem::MoleculeCause) and the
/// properties that the heads predict for the point. The ranks share the points. Collective. Throws InputError.
void decode(const parallel::Communicator& communicator, const DecodeOptions& options);

}  // namespace epitaxy::app
