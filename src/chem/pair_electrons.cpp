#include "chem/pair_electrons.h"

#include <GraphMol/MolOps.h>
#include <GraphMol/new_canon.h>

#include <algorithm>
#include <array>
#include <vector>

namespace epitaxy::chem {

namespace {

using RDKit::Atom;
using RDKit::Bond;

/// Chains with more bonds are not looked for; the number of chains grows with their length.
constexpr std::size_t kLongestChain = 15;

/// Elements that form multiple bonds.
bool can_pair(const Atom& atom) {
  constexpr std::array kElements = {6, 7, 8, 14, 15, 16, 34};
  return std::ranges::find(kElements, atom.getAtomicNum()) != kElements.end();
}

bool can_rise(const Bond& bond) { return bond.getBondType() == Bond::SINGLE || bond.getBondType() == Bond::DOUBLE; }
bool can_fall(const Bond& bond) { return bond.getBondType() == Bond::DOUBLE || bond.getBondType() == Bond::TRIPLE; }

void change(Bond& bond, bool rise) {
  const bool between = bond.getBondType() == Bond::DOUBLE;
  bond.setBondType(rise ? (between ? Bond::TRIPLE : Bond::DOUBLE) : (between ? Bond::SINGLE : Bond::DOUBLE));
  bond.setStereo(Bond::STEREONONE);
}

/// Finds chains of bonds that rise and fall in turn, from one unpaired electron to another.
class ChainSearch {
 public:
  explicit ChainSearch(RDKit::RWMol& molecule) : molecule_(molecule), visited_(molecule.getNumAtoms(), 0) {
    RDKit::Canon::rankMolAtoms(molecule, ranks_);
    order_.assign(molecule.atoms().begin(), molecule.atoms().end());
    std::ranges::sort(order_, {}, [&](const Atom* atom) { return ranks_[atom->getIdx()]; });
  }

  /// The first of the shortest chains; empty when there is none.
  std::vector<Bond*> shortest() {
    for (std::size_t length = 1; length <= kLongestChain; length += 2) {
      for (Atom* atom : order_) {
        if (has_electron(*atom) && extend(*atom, length)) {
          return std::move(chain_);
        }
      }
    }
    return {};
  }

 private:
  static bool has_electron(const Atom& atom) { return atom.getNumRadicalElectrons() > 0 && can_pair(atom); }

  bool extend(Atom& atom, std::size_t left) {
    if (left == 0) {
      return has_electron(atom);
    }
    const bool rise = chain_.size() % 2 == 0;
    visited_[atom.getIdx()] = 1;
    for (Bond* bond : bonds_in_order(atom)) {
      Atom& other = *bond->getOtherAtom(&atom);
      if (visited_[other.getIdx()] == 0 && can_pair(other) && (rise ? can_rise(*bond) : can_fall(*bond))) {
        chain_.push_back(bond);
        if (extend(other, left - 1)) {
          visited_[atom.getIdx()] = 0;
          return true;
        }
        chain_.pop_back();
      }
    }
    visited_[atom.getIdx()] = 0;
    return false;
  }

  std::vector<Bond*> bonds_in_order(const Atom& atom) const {
    std::vector<Bond*> bonds;
    for (Bond* bond : molecule_.atomBonds(&atom)) {
      bonds.push_back(bond);
    }
    std::ranges::sort(bonds, {}, [&](const Bond* bond) { return ranks_[bond->getOtherAtomIdx(atom.getIdx())]; });
    return bonds;
  }

  RDKit::RWMol& molecule_;
  std::vector<unsigned> ranks_;
  std::vector<Atom*> order_;
  std::vector<char> visited_;
  std::vector<Bond*> chain_;
};

/// The two ends of a chain.
std::array<Atom*, 2> ends_of(const std::vector<Bond*>& chain) {
  if (chain.size() == 1) {
    return {chain[0]->getBeginAtom(), chain[0]->getEndAtom()};
  }
  const auto end = [](Bond* last, const Bond* before) {
    Atom* begin = last->getBeginAtom();
    const bool joined = begin == before->getBeginAtom() || begin == before->getEndAtom();
    return joined ? last->getEndAtom() : begin;
  };
  return {end(chain[0], chain[1]), end(chain.back(), chain[chain.size() - 2])};
}

}  // namespace

unsigned unpaired_electrons(const RDKit::ROMol& molecule) {
  unsigned count = 0;
  for (const Atom* atom : molecule.atoms()) {
    count += atom->getNumRadicalElectrons();
  }
  return count;
}

bool pair_electrons(RDKit::RWMol& molecule) {
  if (unpaired_electrons(molecule) < 2) {
    return false;
  }
  // Kekulé structures: aromatic rings may be part of a chain.
  RDKit::MolOps::Kekulize(molecule, true);
  ChainSearch search(molecule);
  bool changed = false;
  for (std::vector<Bond*> chain = search.shortest(); !chain.empty(); chain = search.shortest()) {
    bool rise = true;
    for (Bond* bond : chain) {
      change(*bond, rise);
      rise = !rise;
    }
    for (Atom* end : ends_of(chain)) {
      end->setNumRadicalElectrons(end->getNumRadicalElectrons() - 1);
    }
    changed = true;
  }
  RDKit::MolOps::sanitizeMol(molecule);
  return changed;
}

}  // namespace epitaxy::chem
