#include <fmt/format.h>

#include "chem/elements.h"
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
void append_counted(std::string& text, std::string_view name, int order, std::size_t index) {
  text += '[';
  text += bond_sign(order);
  text += name;
  text += static_cast<char>('0' + index_length(index));
  text += ']';
  append_index(text, index);
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
          append_counted(text, "Ring", link.order, i - link.to - 1);
        }
        continue;
      }
      if (next_link < links.size()) {
        append_counted(text, "Branch", link.order, sizes_[link.to] - 1);
      }
      text += symbol_of(graph_.nodes[link.to].atom, link.order);
      open.emplace_back(link.to, 0);
    }
  }

  const SelfiesGraph& graph_;
  std::vector<std::size_t> sizes_;
};

}  // namespace

std::string selfies_of(std::string_view smiles) {
  const SelfiesGraph graph = read_smiles(smiles);
  check_constraints(graph, smiles);
  return Encoder(graph, smiles).encode();
}

}  // namespace epitaxy::chem
