#pragma once
/// \file
/// What an import did to its source: the rules by which molecules were made alike, and the columns as they are named
/// there. It is part of every data set and of every model, so that new tables are treated in the same way.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chem/molecule_standard.h"

namespace epitaxy::data {

/// Where the values of a target come from.
struct SourceColumn {
  std::string target;  ///< Its name in the data set.
  std::string column;  ///< In the source.
  std::string unit;    ///< Of the source; see units.h.
  std::string to;      ///< Of the data set.

  bool operator==(const SourceColumn&) const = default;
};

struct Preparation {
  chem::MoleculeRules rules;          ///< Of compositions at their defaults, and not used.
  std::string column;                 ///< With formulas or SMILES, in the source.
  std::vector<SourceColumn> columns;  ///< A target may have several: data sets with sources of their own.

  bool operator==(const Preparation&) const = default;
};

std::string to_json(const Preparation& preparation);
/// Throws InputError: no such text, or a rule that this version does not know.
Preparation preparation_from_json(const std::string& text);
/// From the settings of an import as its provenance has them (JSON); nothing when they do not tell.
std::optional<Preparation> preparation_of_settings(const std::string& settings);

/// Adds what `from` has and `to` has not.
void add_columns(Preparation& to, const Preparation& from);

/// The rules as keys and values of an import: `stereo`, `radicals`, `fragments`.
std::vector<std::pair<std::string, std::string>> named_rules(const chem::MoleculeRules& rules);
/// E.g. `stereo: keep / remove, radicals: reject / repair`; empty when they are the same.
std::string difference_of_rules(const chem::MoleculeRules& a, const chem::MoleculeRules& b);

/// Throws InputError unless the molecules of two files were prepared by the same rules, or neither file says how. The
/// second one is a data set.
void check_same_rules(const std::string& file, const std::optional<Preparation>& preparation,
                      const std::string& dataset, const std::optional<Preparation>& other);
/// The rules for the molecules that a model reads; throws InputError when its file does not say.
const chem::MoleculeRules& rules_of_model(const std::string& file, const std::optional<Preparation>& preparation);

}  // namespace epitaxy::data
