#pragma once
/// \file
/// `epitaxy decode`: the molecules at points of the latent space of a molecule autoencoder, and their properties.
#include <cstdint>
#include <filesystem>

#include "parallel/communicator.h"

namespace epitaxy::app {

struct DecodeOptions {
  std::filesystem::path model;
  std::filesystem::path input;  ///< As `encode` writes them.
  std::filesystem::path output;
  std::size_t samples = 0;  ///< Molecules drawn for each point; 0: the most probable token at each step.
  std::size_t beam = 0;     ///< Hypotheses of a beam search; 0: none.
  double temperature = 1;   ///< Of the draws.
  std::uint64_t seed = 1;   ///< Of the draws; those of a point depend on this and the number of the point.
};

/// Writes a row for each point (or `samples` of them): the input's other columns (of HDF5: `row`), `sample` (from 1, if
/// drawn), `smiles` as decoded, `canonical`, `valid` (0 or 1), `cause` (of invalidity, see chem::MoleculeCause) and the
/// properties that the heads predict for the point. The ranks share the points. Collective. Throws InputError.
void decode(const parallel::Communicator& communicator, const DecodeOptions& options);

}  // namespace epitaxy::app
