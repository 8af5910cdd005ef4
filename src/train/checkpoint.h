#pragma once
/// \file
/// Checkpoints: complete, checked, and never lost. A checkpoint is written to a temporary file, flushed and renamed;
/// the one before it is kept as `checkpoint.previous.h5` and used when the newer one is damaged. Layout:
/// docs/file_formats.md.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/known_groups.h"
#include "linalg/buffer.h"
#include "models/model.h"
#include "train/trainer.h"

namespace epitaxy::train {

/// Everything a run needs to go on as if it had never ended.
struct Checkpoint {
  models::ModelDescription description;
  linalg::Buffer<float> weights;                           ///< Flat.
  std::map<std::string, linalg::Buffer<float>> optimizer;  ///< Moments, each of the size of the weights.
  TrainingState state;
  std::string signature;                            ///< YAML of every setting that the bits depend on.
  std::map<std::string, std::string> fingerprints;  ///< Of the data sets, by path.
  bool complete = false;                            ///< The training has ended.
  std::map<std::string, std::string> provenance;    ///< Not part of the hash.
  data::KnownGroups trained_on;                     ///< The same.

  /// Of weights, optimizer, position and description: equal for runs that are equal in every bit.
  std::string hash() const;
};

/// Writes `folder/checkpoint.h5` and keeps the one before. Throws Error when it cannot be written; then the checkpoints
/// that are there are untouched.
void write_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);
/// Reads one file. Throws InputError: missing, not a checkpoint, damaged (the content does not fit its checksum).
Checkpoint read_checkpoint(const std::filesystem::path& path);
/// The newest readable checkpoint of a folder, with a warning when that is the previous one; nothing when there is
/// none. Throws InputError when there are checkpoints but none is readable.
std::optional<Checkpoint> find_checkpoint(const std::filesystem::path& folder);

/// Throws InputError with a readable diff when a checkpoint was made with other settings or other data.
void check_same_run(const Checkpoint& checkpoint, const std::string& signature,
                    const std::map<std::string, std::string>& fingerprints, const std::filesystem::path& folder);

}  // namespace epitaxy::train
