#pragma once
/// \file
/// Columns that belong together because they are computed together.
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "chem/fingerprint.h"
#include "chem/substance.h"
#include "config/keys.h"

namespace epitaxy::features {

/// One block of columns. A new kind is a name here and an entry in block_kinds.cpp.
struct Block {
  enum class Kind {
    morgan,
    atom_pairs,
    torsions,
    paths,
    descriptors,
    more_descriptors,
    maccs,
    functional_groups,
    composition,
    element_statistics,
    element_map
  };
  Kind kind = Kind::morgan;
  chem::MorganSettings morgan{2, 2048, true};  ///< atom_pairs, torsions and paths have its bits alone.
};

inline constexpr Named<Block::Kind> kBlockKinds[] = {{Block::Kind::morgan, "morgan"},
                                                     {Block::Kind::atom_pairs, "atom_pairs"},
                                                     {Block::Kind::torsions, "torsions"},
                                                     {Block::Kind::paths, "paths"},
                                                     {Block::Kind::descriptors, "descriptors"},
                                                     {Block::Kind::more_descriptors, "more_descriptors"},
                                                     {Block::Kind::maccs, "maccs"},
                                                     {Block::Kind::functional_groups, "functional_groups"},
                                                     {Block::Kind::composition, "composition"},
                                                     {Block::Kind::element_statistics, "element_statistics"},
                                                     {Block::Kind::element_map, "element_map"}};
constexpr std::span<const Named<Block::Kind>> names(Block::Kind) { return kBlockKinds; }

/// The keys of a block.
void block_keys(config::Keys& k, Block& block);
/// Those besides `kind`, whose value is the name of a kind or of something that is none of these.
void block_setting_keys(config::Keys& k, std::string_view kind, Block& block);

/// A block as JSON, and back. Reading throws InputError for a kind that this version does not know, and
/// nlohmann::json::exception for what describes no block.
nlohmann::ordered_json json_of(const Block& block);
Block block_of(const nlohmann::ordered_json& json);

/// A list of them as text, and back. Throws InputError when the text describes no blocks.
std::string to_json(const std::vector<Block>& blocks);
std::vector<Block> blocks_from_json(const std::string& text);

/// What the texts are that a kind reads.
const chem::Substance& substance_of(Block::Kind kind);
/// Why columns of these substances cannot stand side by side: `mixes compositions with features of molecules`. Empty
/// when all are the same.
std::string mixture_problem(std::span<const chem::Substance* const> substances);

}  // namespace epitaxy::features
