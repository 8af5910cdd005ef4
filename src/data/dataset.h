#pragma once
/// \file
/// The HDF5 data set that `import` writes and every other stage reads. Layout: docs/file_formats.md.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "data/preparation.h"

namespace epitaxy::data {

/// One target column of a data set.
struct Target {
  std::string name;                  ///< E.g. `formation_energy_eV_atom`.
  std::string unit;                  ///< E.g. `eV/atom`; `class` of a target that names classes.
  std::vector<double> values;        ///< [rows], NaN where missing; of classes their index.
  std::vector<std::string> classes;  ///< Names of the classes, in order; empty of numbers.
};

/// The tokens that a representation of the texts of a data set needs.
struct TokenList {
  std::string representation;        ///< See chem::Representation.
  std::vector<std::string> symbols;  ///< In the order of their bytes.
  std::size_t longest = 0;           ///< Tokens of the longest row.
};

/// The rows of a data set; small enough for every rank.
struct DatasetIndex {
  std::filesystem::path path;
  const chem::Substance* substance = &chem::compositions();
  std::string fingerprint;  ///< Hash of texts, targets, identifiers.
  std::size_t rows = 0;
  std::vector<Target> targets;
  std::vector<std::string> texts;   ///< [rows] as prepared: what models read.
  std::vector<std::string> groups;  ///< [rows] rows of one group never part in a split.
  std::vector<std::string> source;  ///< [rows] the text as the user wrote it.
  std::vector<std::int64_t> lines;  ///< [rows] line in the source file (the first one, for averaged duplicates).
  std::map<std::string, std::vector<std::string>> notations;  ///< Of the substance's: [rows], empty where it cannot.
  std::vector<TokenList> token_lists;                         ///< Of the substance's representations.
  std::optional<Preparation> preparation;  ///< Not part of the fingerprint; files of earlier versions may not tell.

  /// The named target, or the only one for an empty name. Throws InputError with the nearest name.
  const Target& target(const std::string& name) const;
};

/// The texts in a notation of the substance; empty: as prepared.
const std::vector<std::string>& texts(const DatasetIndex& index, const std::string& notation);
/// Throws InputError for what is no representation of the substance.
const TokenList& token_list(const DatasetIndex& index, const std::string& representation);
/// The token lists of a data set's texts and notations.
std::vector<TokenList> make_token_lists(const DatasetIndex& index);

/// Everything a data set file holds.
struct Dataset {
  DatasetIndex index;
  std::map<std::string, std::string> provenance;  ///< source, source_hash, software, settings (YAML).
};

/// Writes atomically. Computes and stores the fingerprint.
void write_dataset(const std::filesystem::path& path, const Dataset& dataset);
/// Throws InputError when the file is missing, no data set, damaged, of a newer format, or changed by another program
/// (its content does not fit its fingerprint). Reads those of the versions before.
DatasetIndex read_index(const std::filesystem::path& path);
/// Rows [first, first + count), for tables that are larger than memory; fewer at the end of the file, none behind it.
/// Fingerprint, token lists and classes are those of all rows. Throws as `read_index`.
DatasetIndex read_window(const std::filesystem::path& path, std::size_t first, std::size_t count);
/// Of the whole file.
std::size_t count_rows(const std::filesystem::path& path);

}  // namespace epitaxy::data
