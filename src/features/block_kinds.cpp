#include "features/block_kinds.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "chem/descriptor_list.h"
#include "chem/fractions.h"
#include "chem/functional_groups.h"
#include "chem/maccs.h"
#include "chem/more_descriptors.h"
#include "chem/path_counts.h"
#include "features/element_map.h"
#include "features/element_statistics.h"

namespace epitaxy::features {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

// Counts of fragments

Names morgan_names(const Block& block) {
  Names names;
  names.reserve(block.morgan.bits);
  const bool of_atoms = block.morgan.invariants == chem::MorganInvariants::atoms;
  for (unsigned bit = 0; bit < block.morgan.bits; ++bit) {
    names.push_back(fmt::format("morgan{}{}_{}", of_atoms ? "" : "_features", block.morgan.radius, bit));
  }
  return names;
}

void compute_morgan(const Block& block, std::string_view smiles, float* counts) {
  chem::morgan_counts(smiles, block.morgan, counts);
}

std::string morgan_fragment(const Block& block, std::size_t column, std::string_view smiles) {
  return chem::morgan_fragments(smiles, block.morgan)[column];
}

void morgan_keys(config::Keys& k, Block& block) {
  chem::MorganSettings& s = block.morgan;
  k.integer(s.radius, config::Key("radius", "of the fragments around each atom").in("bonds"), {0, 10});
  k.integer(s.bits, {"bits", "columns that the fragments share; a multiple of 64"}, {64, 65536});
  k.flag(s.counts, {"counts", "how often a fragment occurs; false: whether"});
  k.choice(s.invariants, {"invariants",
                          "by what atoms differ: atoms, by element, neighbors, charge (ECFP); features, only by donor, "
                          "acceptor, aromatic, halogen, base, acid (FCFP)"});
  if (s.bits % 64 != 0) {
    k.problem("bits", "must be a multiple of 64");
  }
}

void write_morgan(const Block& block, Json& json) {
  json["radius"] = block.morgan.radius;
  json["bits"] = block.morgan.bits;
  json["counts"] = block.morgan.counts;
  if (block.morgan.invariants != chem::MorganInvariants::atoms) {  // so that other files stay the same
    json["invariants"] = name_of(block.morgan.invariants);
  }
}

void read_morgan(const Json& json, Block& block) {
  const std::string invariants = json.value("invariants", "atoms");
  const auto known = all_names<chem::MorganInvariants>();
  if (std::ranges::find(known, invariants) == known.end()) {
    fail_input("a Morgan fingerprint with invariants '{}', which this version does not know", invariants);
  }
  block.morgan = {json.at("radius"), json.at("bits"), json.at("counts"), value_of<chem::MorganInvariants>(invariants)};
}

// Counts of pairs, torsions, paths

constexpr chem::PathKind path_kind_of(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::atom_pairs:
      return chem::PathKind::atom_pairs;
    case Block::Kind::torsions:
      return chem::PathKind::torsions;
    default:
      return chem::PathKind::paths;
  }
}

Names path_names(const Block& block) {
  Names names;
  names.reserve(block.morgan.bits);
  for (unsigned bit = 0; bit < block.morgan.bits; ++bit) {
    names.push_back(fmt::format("{}_{}", name_of(block.kind), bit));
  }
  return names;
}

void compute_paths(const Block& block, std::string_view smiles, float* counts) {
  chem::path_counts(smiles, path_kind_of(block.kind), block.morgan.bits, counts);
}

void path_keys(config::Keys& k, Block& block) {
  k.integer(block.morgan.bits, {"bits", "columns that they share"}, {64, 65536});
}

void write_paths(const Block& block, Json& json) { json["bits"] = block.morgan.bits; }

void read_paths(const Json& json, Block& block) { block.morgan.bits = json.at("bits"); }

// Descriptors of molecules

Names descriptor_names(const Block& /*block*/) { return chem::descriptor_list_names(); }

void compute_descriptors(const Block& /*block*/, std::string_view smiles, float* values) {
  std::ranges::copy(chem::descriptor_list(smiles), values);
}

Names more_descriptor_names(const Block& /*block*/) {
  return {chem::kMoreDescriptors.begin(), chem::kMoreDescriptors.end()};
}

void compute_more_descriptors(const Block& /*block*/, std::string_view smiles, float* values) {
  std::ranges::copy(chem::more_descriptors(smiles), values);
}

// Keys and groups of molecules

Names maccs_names(const Block& /*block*/) {
  Names names;
  for (unsigned key = 1; key <= chem::kMaccsKeys; ++key) {
    names.push_back(fmt::format("maccs_{}", key));
  }
  return names;
}

void compute_maccs(const Block& /*block*/, std::string_view smiles, float* values) { chem::maccs_keys(smiles, values); }

Names group_names(const Block& /*block*/) { return chem::functional_group_names(); }

void compute_groups(const Block& /*block*/, std::string_view smiles, float* values) {
  chem::functional_group_counts(smiles, values);
}

// Element fractions

Names element_names(const Block& /*block*/) {
  const auto& symbols = chem::feature_symbols();
  return {symbols.begin(), symbols.end()};
}

void compute_fractions(const Block& /*block*/, std::string_view formula, float* fractions) {
  std::ranges::copy(chem::element_fractions(chem::parse_formula(formula)), fractions);
}

// Statistics of properties of elements

Names statistics_names(const Block& /*block*/) { return element_statistics_names(); }

void compute_statistics(const Block& /*block*/, std::string_view formula, float* values) {
  element_statistics(chem::fractions_of(chem::parse_formula(formula)), values);
}

// A map of similar elements

Names map_names(const Block& /*block*/) { return element_map_names(); }

void compute_map(const Block& /*block*/, std::string_view formula, float* values) {
  element_map(chem::fractions_of(chem::parse_formula(formula)), values);
}

constexpr BlockKind kEntries[] = {
    {Block::Kind::morgan, chem::molecules, ColumnKind::count, morgan_names, compute_morgan, morgan_fragment,
     morgan_keys, write_morgan, read_morgan},
    {Block::Kind::atom_pairs, chem::molecules, ColumnKind::count, path_names, compute_paths, nullptr, path_keys,
     write_paths, read_paths},
    {Block::Kind::torsions, chem::molecules, ColumnKind::count, path_names, compute_paths, nullptr, path_keys,
     write_paths, read_paths},
    {Block::Kind::paths, chem::molecules, ColumnKind::count, path_names, compute_paths, nullptr, path_keys, write_paths,
     read_paths},
    {Block::Kind::descriptors, chem::molecules, ColumnKind::number, descriptor_names, compute_descriptors},
    {Block::Kind::more_descriptors, chem::molecules, ColumnKind::number, more_descriptor_names,
     compute_more_descriptors},
    {Block::Kind::maccs, chem::molecules, ColumnKind::number, maccs_names, compute_maccs},
    {Block::Kind::functional_groups, chem::molecules, ColumnKind::number, group_names, compute_groups},
    {Block::Kind::composition, chem::compositions, ColumnKind::number, element_names, compute_fractions},
    {Block::Kind::element_statistics, chem::compositions, ColumnKind::number, statistics_names, compute_statistics},
    {Block::Kind::element_map, chem::compositions, ColumnKind::coordinate, map_names, compute_map},
};
static_assert(std::size(kEntries) == std::size(kBlockKinds), "an entry for each name");

}  // namespace

const BlockKind& entry_of(Block::Kind kind) {
  const auto* const found = std::ranges::find(kEntries, kind, &BlockKind::kind);
  check(found != std::end(kEntries), "every kind of block has an entry");
  return *found;
}

}  // namespace epitaxy::features
