#include "chem/selfies_graph.h"

#include <algorithm>

#include "chem/elements.h"

namespace epitaxy::chem {

std::size_t SelfiesGraph::add(const SelfiesAtom& atom, std::size_t place) {
  nodes.push_back({.atom = atom, .place = place});
  return nodes.size() - 1;
}

void SelfiesGraph::bind(std::size_t from, std::size_t to, int order, BondMark mark) {
  nodes[from].links.push_back({.to = to, .order = order, .mark = mark});
  nodes[from].bonds += order;
  nodes[to].bonds += order;
}

SelfiesLink* SelfiesGraph::link(std::size_t a, std::size_t b) {
  auto& links = nodes[std::min(a, b)].links;
  const auto found = std::ranges::find(links, std::max(a, b), &SelfiesLink::to);
  return found == links.end() ? nullptr : &*found;
}

namespace {

void append_atom(std::string& text, const SelfiesAtom& atom) {
  if (atom.hydrogens == SelfiesAtom::implicit) {
    text += symbol(atom.element);
    return;
  }
  text += '[';
  if (atom.isotope > 0) {
    text += std::to_string(atom.isotope);
  }
  text += symbol(atom.element);
  text += chirality_sign(atom.chirality);
  if (atom.hydrogens > 0) {
    text += 'H';
  }
  if (atom.hydrogens > 1) {
    text += std::to_string(atom.hydrogens);
  }
  if (atom.charge != 0) {
    text += atom.charge > 0 ? '+' : '-';
  }
  if (std::abs(atom.charge) > 1) {
    text += std::to_string(std::abs(atom.charge));
  }
  text += ']';
}

void append_ring_number(std::string& text, int number) {
  const std::string digits = std::to_string(number);
  text += number < 10 ? digits : number < 100 ? "%" + digits : "%(" + digits + ")";
}

}  // namespace

std::string write_smiles(const SelfiesGraph& graph) {
  struct Position {
    std::size_t node;
    std::size_t next_link;
    bool in_parentheses;
  };
  std::string text;
  std::vector<int> ring_numbers(static_cast<std::size_t>(graph.rings), 0);
  int numbers_used = 0;
  std::vector<Position> open;
  for (const std::size_t root : graph.roots) {
    if (!text.empty()) {
      text += '.';
    }
    append_atom(text, graph.nodes[root].atom);
    open.push_back({root, 0, false});
    while (!open.empty()) {
      Position& position = open.back();
      const auto& links = graph.nodes[position.node].links;
      if (position.next_link == links.size()) {
        if (position.in_parentheses) {
          text += ')';
        }
        open.pop_back();
        continue;
      }
      const SelfiesLink& link = links[position.next_link++];
      if (link.ring != SelfiesLink::tree) {
        int& number = ring_numbers[static_cast<std::size_t>(link.ring)];
        if (number == 0) {
          number = ++numbers_used;
        }
        text += bond_sign(link.order, link.mark);
        append_ring_number(text, number);
        continue;
      }
      const bool branch = position.next_link < links.size();
      if (branch) {
        text += '(';
      }
      text += bond_sign(link.order, link.mark);
      append_atom(text, graph.nodes[link.to].atom);
      open.push_back({link.to, 0, branch});
    }
  }
  return text;
}

}  // namespace epitaxy::chem
