#pragma once
/// \file
/// `epitaxy encode`: molecules as points of the latent space of a molecule autoencoder.
#include <filesystem>
#include <string>

#include "parallel/communicator.h"

namespace epitaxy::app {

struct EncodeOptions {
  std::filesystem::path model;
  std::filesystem::path input;
  std::filesystem::path output;  ///< `.h5` or `.csv`.
  std::string column{};          ///< Empty: that of the source of the training data, else `smiles`.
};

/// Writes the latent mean of each molecule. HDF5: `/mean` and `/log_variance` [rows, latent], `/smiles` (canonical),
/// `/row` (line in the input), of the molecules that the model reads. CSV: the input's columns followed by `z_000`,
/// `z_001`, ..., with the digits that give the float32 numbers back, and `warning`; molecules that the model cannot
/// read keep empty fields. The ranks share the rows. Collective. Throws InputError.
void encode(const parallel::Communicator& communicator, const EncodeOptions& options);

}  // namespace epitaxy::app
