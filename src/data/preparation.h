#pragma once
/// \file
/// What an import did to its source: the rules by which texts were made alike, and the columns as they are named there.
/// It is part of every data set and of every model, so that new tables are treated in the same way.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "data/units.h"

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
  chem::Rules rules;
  std::string column;                 ///< With the texts, in the source.
  std::vector<SourceColumn> columns;  ///< A target may have several: data sets with sources of their own.

  bool operator==(const Preparation&) const = default;
};

std::string to_json(const Preparation& preparation);
/// Throws InputError: no such text. Rules are checked by who applies them (chem::Substance::preparer).
Preparation preparation_from_json(const std::string& text);
/// From the settings of an import as its provenance has them (JSON); nothing when they do not tell.
std::optional<Preparation> preparation_of_settings(const std::string& settings);

/// Drops rules of a substance that has none: files of earlier versions have those of molecules for compositions, too.
/// For who reads a file, once its substance is known.
void keep_rules_of(const chem::Substance& substance, Preparation& preparation);

/// The logarithm that an import took of a target which a data set has in this unit. Columns that held logarithms from
/// the start are none.
TransformedUnit transform_of(const std::optional<Preparation>& preparation, const std::string& target,
                             const std::string& unit);

/// Adds what `from` has and `to` has not.
void add_columns(Preparation& to, const Preparation& from);

/// E.g. `stereo: keep / remove, radicals: reject / repair`; empty when they are the same.
std::string difference_of_rules(const chem::Rules& a, const chem::Rules& b);

/// Throws InputError unless the texts of two files were prepared by the same rules. The second one is a data set; files
/// of earlier versions may not say, which is as good as the same where the substance has no rules or neither file says.
void check_same_rules(const chem::Substance& substance, const std::string& file,
                      const std::optional<Preparation>& preparation, const std::string& dataset,
                      const std::optional<Preparation>& other);
/// What prepares texts for the model in `file`. Throws InputError when the file does not say how, and the substance has
/// rules, and for a rule that this version does not know.
std::unique_ptr<chem::Preparer> preparer_of(const chem::Substance& substance, const std::string& file,
                                            const std::optional<Preparation>& preparation);

}  // namespace epitaxy::data
