#pragma once
/// \file
/// Prepared texts (SMILES, formulas) as rows of numbers: fragment counts, descriptors, element fractions, statistics of
/// elements, a map of elements, or several of these side by side.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chem/substance.h"
#include "features/block.h"
#include "features/columns.h"

namespace epitaxy::features {

/// A row of numbers for each text. Immutable.
class TextFeatures {
 public:
  /// Throws InputError: the blocks read different substances.
  explicit TextFeatures(std::vector<Block> blocks);

  const std::vector<Block>& blocks() const { return blocks_; }
  /// Of all blocks; there must be one.
  const chem::Substance& substance() const;
  const std::vector<std::string>& names() const { return names_; }  ///< [columns]
  const std::vector<ColumnKind>& kinds() const { return kinds_; }   ///< [columns]
  std::size_t columns() const { return names_.size(); }
  /// [columns] the kind of the block that each belongs to.
  std::vector<std::string> block_of_columns() const;

  /// The row [columns] of one text. Throws what chem throws when it cannot read it (chem::TextError, InputError); then
  /// the row may be half written.
  void compute(std::string_view text, float* row) const;
  /// A row for each text; `problems` [texts] tells what is wrong with it (then its row is zeros), or is empty.
  Matrix compute(std::span<const std::string> texts, std::vector<std::string>& problems) const;

  /// The fragment that a column counts in a molecule, as SMILES; empty for other columns.
  std::string fragment(std::size_t column, std::string_view text) const;

 private:
  std::vector<Block> blocks_;
  std::vector<std::size_t> firsts_;  ///< [blocks + 1] where the columns of each begin
  std::vector<std::string> names_;
  std::vector<ColumnKind> kinds_;
};

}  // namespace epitaxy::features
