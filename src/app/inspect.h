#pragma once
/// \file
/// `epitaxy inspect`: what a data set, model, checkpoint or file of latent points holds, and the hash of its content.
#include <filesystem>

namespace epitaxy::app {

struct InspectOptions {
  std::filesystem::path file;
  bool hash = false;
  bool json = false;
};

/// Prints to standard output. Throws InputError: no such file, damaged, not a file of this program.
void inspect(const InspectOptions& options);

}  // namespace epitaxy::app
