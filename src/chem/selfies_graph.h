#pragma once
/// \file
/// A molecule as SMILES and SELFIES write it: a tree of atoms in the order of the string, and ring bonds.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chem/selfies_rules.h"

namespace epitaxy::chem {

/// A bond seen from one of its atoms. Bonds of the tree are listed at the atom that comes first, ring bonds at both.
struct SelfiesLink {
  static constexpr int tree = -1;

  std::size_t to = 0;
  int order = 1;
  int ring = tree;          ///< Number of the ring bond.
  BondMark mark = kNoMark;  ///< As the string has it at this atom.
};

struct SelfiesNode {
  SelfiesAtom atom;
  std::size_t place = 0;  ///< In the string.
  int bonds = 0;          ///< Sum of their orders.
  std::vector<SelfiesLink> links{};
};

struct SelfiesGraph {
  std::vector<SelfiesNode> nodes;
  std::vector<std::size_t> roots;  ///< The first atom of every fragment.
  int rings = 0;                   ///< How many ring bonds there are.

  /// Appends an atom.
  std::size_t add(const SelfiesAtom& atom, std::size_t place);
  /// Appends a bond of the tree; `from` comes first.
  void bind(std::size_t from, std::size_t to, int order, BondMark mark = kNoMark);
  /// The bond between two atoms as listed at the first of them; null if there is none.
  SelfiesLink* link(std::size_t a, std::size_t b);
};

/// Reads a SMILES; aromatic rings are kekulized. Throws SelfiesError.
SelfiesGraph read_smiles(std::string_view smiles);
/// Atoms in their order, nothing aromatic.
std::string write_smiles(const SelfiesGraph& graph);

}  // namespace epitaxy::chem
