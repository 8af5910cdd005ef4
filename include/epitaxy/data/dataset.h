#pragma once
/// \file
/// The HDF5 data set that `import` writes and every other stage reads. Layout: docs/file_formats.md.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace epitaxy::data {

/// One target column of a data set.
struct Target {
  std::string name;            ///< E.g. `formation_energy_eV_atom`.
  std::string unit;            ///< E.g. `eV/atom`.
  std::vector<double> values;  ///< [rows], NaN where missing.
};

/// What a data set holds besides its features; small enough for every rank.
struct DatasetIndex {
  std::filesystem::path path;
  std::string kind;         ///< `composition`.
  std::string fingerprint;  ///< Hash of features, targets, identifiers.
  std::size_t rows = 0;
  std::vector<std::string> feature_names;  ///< [features]: element symbols.
  std::vector<Target> targets;
  std::vector<std::string> groups;    ///< [rows] reduced composition: rows of one group never part in a split.
  std::vector<std::string> formulas;  ///< [rows] as the user wrote them.
  std::vector<std::int64_t> lines;    ///< [rows] line in the source file (the first one, for averaged duplicates).

  /// The named target, or the only one for an empty name. Throws InputError with the nearest name.
  const Target& target(const std::string& name) const;
};

/// Everything a data set file holds.
struct Dataset {
  DatasetIndex index;
  std::vector<float> features;                    ///< [rows, features], row major.
  std::map<std::string, std::string> provenance;  ///< source, source_hash, software, settings (YAML).
};

/// Writes atomically. Computes and stores the fingerprint.
void write_dataset(const std::filesystem::path& path, const Dataset& dataset);
/// Throws InputError when the file is missing, no data set, damaged, or of a newer format.
DatasetIndex read_index(const std::filesystem::path& path);
/// Features [rows.size(), features] of the given rows (any order), read in large blocks.
std::vector<float> read_features(const DatasetIndex& index, const std::vector<std::size_t>& rows);

}  // namespace epitaxy::data
