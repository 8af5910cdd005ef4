#pragma once
/// \file
/// The HDF5 data set that `import` writes and every other stage reads. Layout: docs/file_formats.md.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/preparation.h"

namespace epitaxy::data {

/// One target column of a data set.
struct Target {
  std::string name;            ///< E.g. `formation_energy_eV_atom`.
  std::string unit;            ///< E.g. `eV/atom`.
  std::vector<double> values;  ///< [rows], NaN where missing.
};

/// The tokens that one way of writing the molecules of a data set needs.
struct TokenList {
  std::string representation;        ///< `characters` or `tokens` (of SMILES, see chem::Tokenizer), or `selfies`.
  std::vector<std::string> symbols;  ///< In the order of their bytes.
  std::size_t longest = 0;           ///< Tokens of the longest row.
};

/// What a data set holds besides its features; small enough for every rank.
struct DatasetIndex {
  std::filesystem::path path;
  std::string kind;         ///< `composition` or `molecule`.
  std::string fingerprint;  ///< Hash of features, strings, targets, identifiers.
  std::size_t rows = 0;
  std::vector<std::string> feature_names;  ///< [features] of compositions: element symbols. None of molecules.
  std::vector<Target> targets;
  /// [rows] reduced composition, or canonical SMILES without stereo: rows of one group never part in a split.
  std::vector<std::string> groups;
  std::vector<std::string> formulas;       ///< [rows] formula or SMILES as the user wrote it.
  std::vector<std::int64_t> lines;         ///< [rows] line in the source file (the first one, for averaged duplicates).
  std::optional<Preparation> preparation;  ///< Not part of the fingerprint; files of earlier versions may not tell.

  // Of molecules alone:
  std::vector<std::string> smiles;     ///< [rows] canonical SMILES: what models read.
  std::vector<std::string> selfies;    ///< [rows] the same as SELFIES, empty where its rules cannot write a molecule.
  std::vector<TokenList> token_lists;  ///< Of `characters`, `tokens`, `selfies`.

  /// The named target, or the only one for an empty name. Throws InputError with the nearest name.
  const Target& target(const std::string& name) const;
};

/// The strings that a representation (`characters`, `tokens`, `selfies`) of molecules consists of, and its tokens.
/// Throw InputError for another representation and for a data set of another kind.
const std::vector<std::string>& texts(const DatasetIndex& index, const std::string& representation);
const TokenList& token_list(const DatasetIndex& index, const std::string& representation);
/// The token lists of a data set's SMILES and SELFIES.
std::vector<TokenList> make_token_lists(const std::vector<std::string>& smiles,
                                        const std::vector<std::string>& selfies);

/// Everything a data set file holds.
struct Dataset {
  DatasetIndex index;
  std::vector<float> features;                    ///< [rows, features], row major.
  std::map<std::string, std::string> provenance;  ///< source, source_hash, software, settings (YAML).
};

/// Writes atomically. Computes and stores the fingerprint. Compositions are written in format 1, molecules in format 2.
void write_dataset(const std::filesystem::path& path, const Dataset& dataset);
/// Throws InputError when the file is missing, no data set, damaged, or of a newer format.
DatasetIndex read_index(const std::filesystem::path& path);
/// Features [rows.size(), features] of the given rows (any order), read in large blocks; nothing for molecules.
std::vector<float> read_features(const DatasetIndex& index, const std::vector<std::size_t>& rows);

}  // namespace epitaxy::data
