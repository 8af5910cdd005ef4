#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "chem/elements.h"
#include "chem/rdkit_molecule.h"
#include "chem/selfies.h"
#include "chem/selfies_graph.h"

namespace epitaxy::chem {

namespace {

void check_constraints(const SelfiesGraph& graph, std::string_view smiles) {
  for (const SelfiesNode& node : graph.nodes) {
    const int capacity = bonding_capacity(node.atom);
    if (capacity < 0) {
      throw SelfiesError(fmt::format("the {} at character {} of '{}' has more hydrogens than SELFIES allow",
                                     symbol(node.atom.element), node.place + 1, smiles));
    }
    if (node.bonds > capacity) {
      throw SelfiesError(fmt::format("the {} at character {} of '{}' has {} bonds, SELFIES allow it {}",
                                     symbol(node.atom.element), node.place + 1, smiles, node.bonds, capacity));
    }
  }
}

/// The index that says how long a branch or ring is, in symbols.
void append_index(std::string& text, std::size_t index) {
  const std::size_t length = index_length(index);
  for (std::size_t shift = 4 * (length - 1), i = 0; i < length; ++i, shift -= 4) {
    text += kIndexSymbols[(index >> shift) % kIndexBase];
  }
}

/// E.g. `[=Branch1]` and its index.
void append_counted(std::string& text, std::string_view name, std::string_view sign, std::size_t index) {
  text += '[';
  text += sign;
  text += name;
  text += static_cast<char>('0' + index_length(index));
  text += ']';
  append_index(text, index);
}

/// Of a ring bond seen from its last atom: `=`, or the marks at its first and at its last atom, as in `[-/Ring1]`.
std::string ring_sign(const SelfiesGraph& graph, const SelfiesLink& last) {
  const auto& links = graph.nodes[last.to].links;
  const BondMark first = std::ranges::find(links, last.ring, &SelfiesLink::ring)->mark;
  if (last.order != 1 || (first == kNoMark && last.mark == kNoMark)) {
    return std::string(bond_sign(last.order));
  }
  return {first == kNoMark ? '-' : first, last.mark == kNoMark ? '-' : last.mark};
}

/// Ring bonds of a SELFIES come first among the bonds of an atom, those from atoms before it before those from atoms
/// behind it. True when that order is an odd permutation of the one in the SMILES, which turns `@` into `@@`.
bool changes_chirality(std::size_t atom, const SelfiesNode& node) {
  const auto place = [atom](const SelfiesLink& link) {
    const bool behind = link.to > atom;
    return link.ring == SelfiesLink::tree ? std::pair(2, std::size_t{0})
                                          : std::pair(behind ? 1 : 0, behind ? link.to : 0);
  };
  bool odd = false;
  for (std::size_t i = 0; i < node.links.size(); ++i) {
    for (std::size_t j = i + 1; j < node.links.size(); ++j) {
      odd ^= place(node.links[j]) < place(node.links[i]);
    }
  }
  return odd;
}

/// True when there is any stereo.
bool turn_chiral_atoms(SelfiesGraph& graph) {
  bool any = false;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    SelfiesNode& node = graph.nodes[i];
    Chirality& chirality = node.atom.chirality;
    any = any || chirality != Chirality::none ||
          std::ranges::any_of(node.links, [](const SelfiesLink& link) { return link.mark != kNoMark; });
    if (chirality != Chirality::none && changes_chirality(i, node)) {
      chirality = chirality == Chirality::clockwise ? Chirality::counterclockwise : Chirality::clockwise;
    }
  }
  return any;
}

/// The format has no way to write some stereo; a molecule without it would be another one.
void check_stereo(std::string_view smiles, std::string_view selfies) {
  const std::string back = smiles_of(selfies);
  try {
    if (canonical_smiles(*molecule_of(back), true) == canonical_smiles(*molecule_of(smiles), true)) {
      return;
    }
  } catch (const InputError& error) {
    throw SelfiesError(error.what());
  }
  throw SelfiesError(fmt::format("the stereo of '{}' has no SELFIES: read again it would be '{}'", smiles, back));
}

void check_length(std::size_t index, const SelfiesNode& node, std::string_view smiles) {
  if (index >= kIndexLimit) {
    throw SelfiesError(
        fmt::format("the branch or ring at the atom at character {} of '{}' is too long for SELFIES ({})",
                    node.place + 1, smiles, kIndexLimit));
  }
}

class Encoder {
 public:
  Encoder(const SelfiesGraph& graph, std::string_view smiles) : graph_(graph), sizes_(graph.nodes.size()) {
    // What hangs at an atom comes after it, so it is measured before it.
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
      sizes_[i] = size_of(i, smiles);
    }
  }

  std::string encode() const {
    std::string text;
    for (const std::size_t root : graph_.roots) {
      if (!text.empty()) {
        text += '.';
      }
      append_fragment(text, root);
    }
    return text;
  }

 private:
  /// The symbols of an atom and of all that hangs at it.
  std::size_t size_of(std::size_t i, std::string_view smiles) const {
    const SelfiesNode& node = graph_.nodes[i];
    std::size_t size = 1;
    for (const SelfiesLink& link : node.links) {
      if (link.ring != SelfiesLink::tree) {
        if (link.to < i) {
          check_length(i - link.to - 1, node, smiles);
          size += 1 + index_length(i - link.to - 1);
        }
        continue;
      }
      size += sizes_[link.to];
      if (&link != &node.links.back()) {
        check_length(sizes_[link.to] - 1, node, smiles);
        size += 1 + index_length(sizes_[link.to] - 1);
      }
    }
    return size;
  }

  void append_fragment(std::string& text, std::size_t root) const {
    std::vector<std::pair<std::size_t, std::size_t>> open{{root, 0}};  // atoms and their next link
    text += symbol_of(graph_.nodes[root].atom, 1);
    while (!open.empty()) {
      auto& [i, next_link] = open.back();
      const auto& links = graph_.nodes[i].links;
      if (next_link == links.size()) {
        open.pop_back();
        continue;
      }
      const SelfiesLink& link = links[next_link++];
      if (link.ring != SelfiesLink::tree) {
        if (link.to < i) {
          append_counted(text, "Ring", ring_sign(graph_, link), i - link.to - 1);
        }
        continue;
      }
      if (next_link < links.size()) {
        append_counted(text, "Branch", bond_sign(link.order), sizes_[link.to] - 1);
      }
      text += symbol_of(graph_.nodes[link.to].atom, link.order, link.mark);
      open.emplace_back(link.to, 0);
    }
  }

  const SelfiesGraph& graph_;
  std::vector<std::size_t> sizes_;
};

}  // namespace

std::string selfies_of(std::string_view smiles) {
  SelfiesGraph graph = read_smiles(smiles);
  check_constraints(graph, smiles);
  const bool stereo = turn_chiral_atoms(graph);
  std::string selfies = Encoder(graph, smiles).encode();
  if (stereo) {
    check_stereo(smiles, selfies);
  }
  return selfies;
}

}  // namespace epitaxy::chem
