#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "chem/selfies.h"
#include "chem/selfies_graph.h"

namespace epitaxy::chem {

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

struct RingBond {
  std::size_t left, right;
  int order;
  BondMark left_mark, right_mark;
};

/// A chain of atoms that is being derived: the main one or a branch.
struct Chain {
  std::size_t limit;        ///< So many symbols belong to it.
  int state;                ///< Free bonds of its last atom; 0: there is no atom yet.
  std::size_t previous;     ///< Its last atom, at first the one it branches off from.
  std::size_t derived = 0;  ///< Symbols read.
  bool ended = false;       ///< The last atom has no free bond; what is left is passed over.
};

/// Derives the graph of SELFIES symbols; chains are kept on a stack of our own, since nesting has no limit.
class Derivation {
 public:
  void derive_fragment(std::span<const SelfiesSymbol> symbols);
  /// Rings are formed at the end, with the bonds that are still free.
  void form_rings();
  const SelfiesGraph& graph() const { return graph_; }

 private:
  void add_atom(const SelfiesSymbol& symbol, Chain& chain);
  void begin_branch(const SelfiesSymbol& symbol);
  void note_ring(const SelfiesSymbol& symbol, Chain& chain);
  void end_chain();
  std::size_t read_index(std::size_t length);

  SelfiesGraph graph_;
  std::vector<RingBond> rings_;
  std::vector<Chain> chains_;
  std::span<const SelfiesSymbol> symbols_;
  std::size_t next_ = 0;
};

void Derivation::derive_fragment(std::span<const SelfiesSymbol> symbols) {
  symbols_ = symbols;
  next_ = 0;
  chains_.assign(1, {.limit = kNoLimit, .state = 0, .previous = 0});
  while (!chains_.empty()) {
    Chain& chain = chains_.back();
    if (chain.ended || chain.derived >= chain.limit || next_ == symbols_.size()) {
      end_chain();
      continue;
    }
    const SelfiesSymbol& symbol = symbols_[next_++];
    ++chain.derived;
    switch (symbol.kind) {
      case SelfiesSymbol::Kind::atom:
        add_atom(symbol, chain);
        break;
      case SelfiesSymbol::Kind::branch:
        if (chain.state > 1) {
          begin_branch(symbol);
        }
        break;
      case SelfiesSymbol::Kind::ring:
        if (chain.state > 0) {
          note_ring(symbol, chain);
        }
        break;
      case SelfiesSymbol::Kind::epsilon:
        chain.ended = chain.state > 0;
        break;
      case SelfiesSymbol::Kind::none:
        break;
    }
  }
}

void Derivation::add_atom(const SelfiesSymbol& symbol, Chain& chain) {
  const int capacity = bonding_capacity(symbol.atom);
  const int order = std::min({symbol.order, chain.state, capacity});
  if (order > 0 || chain.state == 0) {
    const std::size_t atom = graph_.add(symbol.atom, 0);
    if (order > 0) {
      graph_.bind(chain.previous, atom, order, symbol.mark);
    } else {
      graph_.roots.push_back(atom);
    }
    chain.previous = atom;
  }
  chain.state = capacity - order;
  chain.ended = chain.state == 0;
}

void Derivation::begin_branch(const SelfiesSymbol& symbol) {
  Chain& chain = chains_.back();
  const std::size_t limit = read_index(symbol.length) + 1;
  const int state = std::min(chain.state - 1, symbol.order);
  chain.derived += symbol.length;
  chain.state -= state;
  const std::size_t root = chain.previous;
  chains_.push_back({.limit = limit, .state = state, .previous = root});
}

void Derivation::note_ring(const SelfiesSymbol& symbol, Chain& chain) {
  const std::size_t distance = read_index(symbol.length) + 1;
  const int order = std::min(symbol.order, chain.state);
  chain.derived += symbol.length;
  chain.state -= order;
  chain.ended = chain.state == 0;
  rings_.push_back(
      {chain.previous - std::min(chain.previous, distance), chain.previous, order, symbol.first_mark, symbol.mark});
}

void Derivation::end_chain() {
  const Chain chain = chains_.back();
  chains_.pop_back();
  const std::size_t rest =
      chain.derived < chain.limit ? std::min(chain.limit - chain.derived, symbols_.size() - next_) : 0;
  next_ += rest;
  if (!chains_.empty()) {
    chains_.back().derived += chain.derived + rest;
  }
}

/// Symbols beyond the end count as 0.
std::size_t Derivation::read_index(std::size_t length) {
  std::size_t index = 0;
  for (std::size_t i = 0; i < length; ++i) {
    index = kIndexBase * index + (next_ < symbols_.size() ? symbols_[next_++].index : 0);
  }
  return index;
}

void Derivation::form_rings() {
  std::vector<std::ptrdiff_t> rings_at(graph_.nodes.size(), 0);
  for (const RingBond& ring : rings_) {
    if (ring.left == ring.right) {
      continue;
    }
    SelfiesNode& left = graph_.nodes[ring.left];
    SelfiesNode& right = graph_.nodes[ring.right];
    const int order =
        std::min({ring.order, bonding_capacity(left.atom) - left.bonds, bonding_capacity(right.atom) - right.bonds});
    if (order <= 0) {
      continue;
    }
    int added = order;
    if (SelfiesLink* bond = graph_.link(ring.left, ring.right)) {
      added = std::min(order + bond->order, 3) - bond->order;
      bond->order += added;
      if (bond->ring != SelfiesLink::tree) {
        std::ranges::find(right.links, bond->ring, &SelfiesLink::ring)->order += added;
      }
    } else {
      const int number = graph_.rings++;
      left.links.insert(left.links.begin() + rings_at[ring.left]++, {ring.right, order, number, ring.left_mark});
      right.links.insert(right.links.begin() + rings_at[ring.right]++, {ring.left, order, number, ring.right_mark});
    }
    left.bonds += added;
    right.bonds += added;
  }
}

/// Reads the symbols from `selfies[at]` up to a dot or the end; leaves out those without meaning.
void read_fragment(std::string_view selfies, std::size_t& at, std::vector<SelfiesSymbol>& symbols) {
  symbols.clear();
  while (at < selfies.size() && selfies[at] != '.') {
    if (selfies[at] != '[') {
      throw SelfiesError(fmt::format("character {} of '{}' is outside of brackets", at + 1, selfies));
    }
    const std::size_t close = selfies.find(']', at);
    if (close == std::string_view::npos) {
      throw SelfiesError(fmt::format("the bracket at character {} of '{}' is not closed", at + 1, selfies));
    }
    const std::string_view text = selfies.substr(at, close + 1 - at);
    const auto symbol = selfies_symbol(text);
    if (!symbol) {
      throw SelfiesError(fmt::format("'{}' at character {} of '{}' is no SELFIES symbol", text, at + 1, selfies));
    }
    if (symbol->kind != SelfiesSymbol::Kind::none) {
      symbols.push_back(*symbol);
    }
    at = close + 1;
  }
}

}  // namespace

std::string smiles_of(std::string_view selfies) {
  Derivation derivation;
  std::vector<SelfiesSymbol> symbols;
  for (std::size_t at = 0; at < selfies.size(); ++at) {
    read_fragment(selfies, at, symbols);
    derivation.derive_fragment(symbols);
  }
  derivation.form_rings();
  return write_smiles(derivation.graph());
}

}  // namespace epitaxy::chem
