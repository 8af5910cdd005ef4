#pragma once
/// \file
/// Model files: weights of one model or of an ensemble, with everything `predict` needs. Layout: docs/file_formats.md.
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "data/hdf5.h"
#include "data/known_groups.h"
#include "linalg/buffer.h"
#include "models/model.h"

namespace epitaxy::models {

/// A model with the weights of its members (one, or those of an ensemble).
struct ModelFile {
  ModelDescription description;
  std::vector<linalg::Buffer<float>> members;     ///< Each flat, of the description's layout.
  std::map<std::string, std::string> provenance;  ///< Not part of the hash.
  data::KnownGroups trained_on = {};              ///< The same; files of earlier versions do not tell.
};

/// Writes atomically, with the hash of the content. `add` writes what others keep beside the model. Throws Error when
/// the disk is full.
void write_model(const std::filesystem::path& path, const ModelFile& model,
                 const std::function<void(data::Hdf5File&)>& add = {});
/// Reads a model file, or the model inside a checkpoint. Throws InputError: no such file, no model, damaged, of a kind
/// that is not among `kinds` (empty: those of this program).
ModelFile read_model(const std::filesystem::path& path, std::span<const Kind* const> kinds = {});

/// The group `/model` of model files and checkpoints, and what it adds to their hash.
void write_model_group(data::Hdf5File& file, const ModelDescription& description,
                       const std::vector<const float*>& members, const data::KnownGroups& trained_on = {});
ModelFile read_model_group(const data::Hdf5File& file, std::span<const Kind* const> kinds = {});
/// `description` as the text that is stored, members of `size` numbers.
void hash_model(Hasher& hasher, const std::string& description, std::size_t size,
                const std::vector<const float*>& members);
/// The description in a file as it was written.
std::string description_text(const data::Hdf5File& file);

/// Name, version, commit, host: who wrote a file.
std::map<std::string, std::string> provenance();

}  // namespace epitaxy::models
