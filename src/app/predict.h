#pragma once
/// \file
/// `epitaxy predict`: properties of new compositions or molecules from a model file.
#include <filesystem>
#include <string>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::app {

struct PredictOptions {
  std::filesystem::path model;
  std::filesystem::path input;   ///< A table; empty: `texts`.
  std::filesystem::path output;  ///< Empty, without a table: a table for people on standard output.
  std::string column;            ///< Empty: that of the source of the training data, else `formula` or `smiles`.
  std::string head;              ///< Empty: all heads.
  /// Formulas or SMILES; empty without a table: the lines of standard input.
  std::vector<std::string> texts = {};
  bool contributions = false;  ///< Of atoms or elements, too: into a second file, or printed.
};

/// Writes the input's columns followed by `<target>`, `<target>_std` (of an ensemble; else empty) and `warning`. Heads
/// of the same target give `<target>_<head>` each. A column name that the input has already gets the suffix
/// `_predicted`. Rows that cannot be predicted keep empty fields and say why in `warning`. The ranks share the rows.
/// A model of a table that keeps its training rows adds `nearest`, `nearest_line`, `nearest_similarity`: the most
/// similar of them. One that needs values besides the text reads these from columns of their names, or of those in
/// the source of the training data (then in the source's units). Each target of it has `<target>_low` and
/// `<target>_high`, too. Collective. Throws InputError.
void predict(const parallel::Communicator& communicator, const PredictOptions& options);

}  // namespace epitaxy::app
