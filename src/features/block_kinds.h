#pragma once
/// \file
/// The kinds of blocks behind TextFeatures. Of this layer alone.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "features/block.h"
#include "features/columns.h"

namespace epitaxy::features {

/// What a kind of block can do. The last four are null where a kind has no fragments or no settings.
struct BlockKind {
  Block::Kind kind;
  const chem::Substance& (*substance)();
  ColumnKind columns;                               ///< What each of them holds.
  std::vector<std::string> (*names)(const Block&);  ///< [columns]
  /// Fills all columns. Throws what chem throws when it cannot read the text.
  void (*compute)(const Block&, std::string_view text, float* values);
  /// The fragment that a column counts in a molecule, as SMILES.
  std::string (*fragment)(const Block&, std::size_t column, std::string_view text) = nullptr;
  void (*keys)(config::Keys&, Block&) = nullptr;
  void (*write)(const Block&, nlohmann::ordered_json&) = nullptr;
  void (*read)(const nlohmann::ordered_json&, Block&) = nullptr;
};

const BlockKind& entry_of(Block::Kind kind);

}  // namespace epitaxy::features
