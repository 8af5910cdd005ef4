#pragma once
/// \file
/// The file of a batch of candidates that were computed with GFN2-xTB. Not for other layers.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "chem/xtb.h"

namespace epitaxy::sampling {

struct VerifyBatch {
  std::vector<std::string> smiles;
  std::vector<chem::XtbResult> results;
};

/// By molecules and settings, so that no two batches have one name.
std::string batch_name(const std::vector<std::string>& smiles, const std::string& settings);

/// Writes atomically. `settings` in words: those that results depend on.
void write_batch(const std::filesystem::path& path, const VerifyBatch& batch, const std::string& settings);

/// Nothing when it was computed with other settings. Throws data::DamagedFileError.
std::optional<VerifyBatch> read_batch(const std::filesystem::path& path, const std::string& settings);

}  // namespace epitaxy::sampling
