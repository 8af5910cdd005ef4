#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>

#include "chem/elements.h"
#include "chem/rdkit_molecule.h"
#include "chem/selfies.h"
#include "chem/selfies_graph.h"

#include "base/text.h"

namespace epitaxy::chem {

namespace {

constexpr int kNotGiven = 0;  ///< The order of a bond without a sign.

struct BondSign {
  int order = kNotGiven;
  BondMark mark = kNoMark;
};

/// Builds the graph of a SMILES; bonds of aromatic atoms come out single.
class SmilesReader {
 public:
  explicit SmilesReader(std::string_view text) : text_(text) {}

  SelfiesGraph read();
  bool aromatic() const { return aromatic_; }

 private:
  struct OpenRing {
    int number;
    std::size_t atom;
    std::size_t link;
    BondSign sign;
    std::size_t place;
  };
  struct OpenBranch {
    std::size_t atom;
    std::size_t place;
  };

  [[noreturn]] void fail_at(std::size_t at, std::string_view reason) const;
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c);

  BondSign read_bond();
  void read_atom(BondSign sign);
  SelfiesAtom read_bare_atom();
  SelfiesAtom read_bracket_atom();
  int read_element(bool in_brackets);
  int read_charge();
  int read_number(std::size_t most_digits);
  int read_ring_number();
  void read_ring(BondSign sign);
  void open_branch();
  void close_branch();
  void end_fragment();
  void finish() const;

  std::string_view text_;
  std::size_t at_ = 0;
  SelfiesGraph graph_;
  std::size_t previous_ = 0;
  bool fragment_starts_ = true;  ///< There is no previous atom.
  bool needs_atom_ = true;       ///< At the start and after an opening parenthesis.
  bool aromatic_ = false;
  std::vector<OpenBranch> branches_;
  std::vector<OpenRing> rings_;
};

void SmilesReader::fail_at(std::size_t at, std::string_view reason) const {
  throw SelfiesError(fmt::format("character {} of '{}': {}", at + 1, text_, reason));
}

bool SmilesReader::take(char c) {
  const bool taken = next() == c && at_ < text_.size();
  at_ += taken ? 1 : 0;
  return taken;
}

SelfiesGraph SmilesReader::read() {
  while (at_ < text_.size()) {
    if (text_[at_] == '(') {
      open_branch();
    } else if (text_[at_] == ')') {
      close_branch();
    } else if (text_[at_] == '.') {
      end_fragment();
    } else {
      const BondSign sign = read_bond();
      if (text::is_digit(next()) || next() == '%') {
        read_ring(sign);
      } else {
        read_atom(sign);
      }
    }
  }
  finish();
  return std::move(graph_);
}

BondSign SmilesReader::read_bond() {
  const std::size_t kind = std::string_view("-/\\=#:$").find(next());
  if (at_ == text_.size() || kind == std::string_view::npos) {
    return {};
  }
  if (fragment_starts_) {
    fail_at(at_, "a bond without an atom before it");
  }
  if (text_[at_] == '$') {
    fail_at(at_, "quadruple bonds have no SELFIES");
  }
  aromatic_ = aromatic_ || text_[at_] == ':';
  const char sign = text_[at_++];
  return {kind == 3 ? 2 : kind == 4 ? 3 : 1, sign == '/' || sign == '\\' ? sign : kNoMark};
}

void SmilesReader::read_atom(BondSign sign) {
  const std::size_t place = at_;
  const std::size_t atom = graph_.add(next() == '[' ? read_bracket_atom() : read_bare_atom(), place);
  if (fragment_starts_) {
    graph_.roots.push_back(atom);
  } else {
    graph_.bind(previous_, atom, std::max(sign.order, 1), sign.mark);
  }
  previous_ = atom;
  fragment_starts_ = needs_atom_ = false;
}

SelfiesAtom SmilesReader::read_bare_atom() { return {.element = read_element(false)}; }

int SmilesReader::read_element(bool in_brackets) {
  const std::size_t place = at_;
  if (next() == '*') {
    fail_at(place, "wildcards have no SELFIES");
  }
  if (text::is_lower(next())) {
    aromatic_ = true;
    for (const std::string_view symbol : {"se", "as", "te", "si", "b", "c", "n", "o", "p", "s"}) {
      if (text_.substr(at_).starts_with(symbol) && (in_brackets || symbol.size() == 1)) {
        at_ += symbol.size();
        std::string name(symbol);
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        return *atomic_number(name);
      }
    }
    fail_at(place, "not an aromatic atom");
  }
  for (const std::size_t length : {2, 1}) {
    const auto element = atomic_number(text_.substr(at_, length));
    const bool whole = length == 1 || (at_ + 1 < text_.size() && text::is_lower(text_[at_ + 1]));
    if (element && whole && (in_brackets || is_organic(*element))) {
      at_ += length;
      return *element;
    }
  }
  fail_at(place, "not an atom");
}

SelfiesAtom SmilesReader::read_bracket_atom() {
  const std::size_t place = at_++;
  SelfiesAtom atom{.hydrogens = 0};
  atom.isotope = read_number(3);
  atom.element = read_element(true);
  std::string_view rest = text_.substr(at_);
  atom.chirality = take_chirality(rest);
  at_ = text_.size() - rest.size();
  if (take('H')) {
    atom.hydrogens = text::is_digit(next()) ? read_number(1) : 1;
  }
  atom.charge = read_charge();
  const bool mapped = take(':');
  const bool complete = !mapped || text::is_digit(next());
  read_number(mapped ? 9 : 0);
  if (!complete || !take(']')) {
    fail_at(place, "a bracket that does not hold an atom: isotope, element, @, hydrogens, charge");
  }
  return atom;
}

int SmilesReader::read_charge() {
  const char sign = next();
  int charge = 0;
  if (sign != '+' && sign != '-') {
    return charge;
  }
  while (charge < 9 && take(sign)) {
    ++charge;
  }
  if (charge == 1 && text::is_digit(next())) {
    charge = read_number(1);
  }
  return sign == '+' ? charge : -charge;
}

/// 0 without digits.
int SmilesReader::read_number(std::size_t most_digits) {
  int number = 0;
  for (std::size_t i = 0; i < most_digits && text::is_digit(next()); ++i) {
    number = 10 * number + text_[at_++] - '0';
  }
  return number;
}

int SmilesReader::read_ring_number() {
  const std::size_t place = at_;
  if (!take('%')) {
    return read_number(1);
  }
  const bool in_parentheses = take('(');
  const std::size_t digits_at = at_;
  const int number = read_number(in_parentheses ? 5 : 2);
  const std::size_t digits = at_ - digits_at;
  if (in_parentheses ? digits == 0 || !take(')') : digits != 2) {
    fail_at(place, "'%' without a ring number");
  }
  return number;
}

void SmilesReader::read_ring(BondSign sign) {
  const std::size_t place = at_;
  if (needs_atom_) {
    fail_at(place, "a ring number without an atom before it");
  }
  const int number = read_ring_number();
  auto& links = graph_.nodes[previous_].links;
  const auto open = std::ranges::find(rings_, number, &OpenRing::number);
  if (open == rings_.end()) {
    // Its place among the bonds of the atom; the other end is not known yet.
    rings_.push_back({number, previous_, links.size(), sign, place});
    links.push_back({.to = previous_, .ring = graph_.rings++, .mark = sign.mark});
    return;
  }
  if (open->atom == previous_ || graph_.link(open->atom, previous_) != nullptr) {
    fail_at(place, "a ring bond between atoms that are the same or bound already");
  }
  const int other = open->sign.order;
  if (sign.order != kNotGiven && other != kNotGiven && sign.order != other) {
    fail_at(place, "a ring bond of two orders");
  }
  SelfiesLink& first = graph_.nodes[open->atom].links[open->link];
  first.to = previous_;
  first.order = std::max({sign.order, other, 1});
  links.push_back({.to = open->atom, .order = first.order, .ring = first.ring, .mark = sign.mark});
  graph_.nodes[open->atom].bonds += first.order;
  graph_.nodes[previous_].bonds += first.order;
  rings_.erase(open);
}

void SmilesReader::open_branch() {
  if (needs_atom_) {
    fail_at(at_, "a branch without an atom before it");
  }
  branches_.push_back({previous_, at_++});
  needs_atom_ = true;
}

void SmilesReader::close_branch() {
  if (needs_atom_ || branches_.empty()) {
    fail_at(at_, branches_.empty() ? "a parenthesis that is not open" : "an empty branch");
  }
  previous_ = branches_.back().atom;
  branches_.pop_back();
  ++at_;
}

void SmilesReader::end_fragment() {
  if (needs_atom_ || !branches_.empty()) {
    fail_at(at_, "a dot inside a branch or without an atom before it");
  }
  fragment_starts_ = needs_atom_ = true;
  ++at_;
}

void SmilesReader::finish() const {
  if (!branches_.empty()) {
    fail_at(branches_.back().place, "a parenthesis that is not closed");
  }
  if (needs_atom_) {
    fail_at(text_.size(), text_.empty() ? "the string is empty" : "an atom is missing");
  }
  if (!rings_.empty()) {
    fail_at(rings_.back().place, "a ring that is not closed");
  }
}

/// Double bonds for the aromatic atoms, as RDKit draws them.
std::unique_ptr<RDKit::RWMol> kekulized(std::string_view smiles) {
  RDKit::SmilesParserParams settings;
  settings.parseName = false;
  settings.allowCXSMILES = false;
  settings.sanitize = false;
  settings.removeHs = false;  // as atoms are looked up by their number
  std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(std::string(smiles), settings));
  if (molecule) {
    molecule->updatePropertyCache(false);
    RDKit::MolOps::Kekulize(*molecule);
  }
  return molecule;
}

int order_of(const RDKit::Bond* bond) {
  switch (bond == nullptr ? RDKit::Bond::OTHER : bond->getBondType()) {
    case RDKit::Bond::SINGLE:
      return 1;
    case RDKit::Bond::DOUBLE:
      return 2;
    case RDKit::Bond::TRIPLE:
      return 3;
    default:
      return kNotGiven;  // aromatic outside of rings
  }
}

/// False if a bond is not single, double or triple.
bool take_bond_orders(SelfiesGraph& graph, const RDKit::ROMol& molecule) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    SelfiesNode& node = graph.nodes[i];
    for (SelfiesLink& link : node.links) {
      const auto* bond = molecule.getBondBetweenAtoms(static_cast<unsigned>(i), static_cast<unsigned>(link.to));
      const int order = order_of(bond);
      if (order == kNotGiven) {
        return false;
      }
      node.bonds += order - link.order;
      if (link.ring == SelfiesLink::tree) {
        graph.nodes[link.to].bonds += order - link.order;
      }
      link.order = order;
    }
  }
  return true;
}

void kekulize(SelfiesGraph& graph, std::string_view smiles) {
  silence_rdkit();
  try {
    const auto molecule = kekulized(smiles);
    if (molecule && take_bond_orders(graph, *molecule)) {
      return;
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
  }
  throw SelfiesError(fmt::format("the aromatic bonds of '{}' cannot be drawn as single and double bonds", smiles));
}

}  // namespace

SelfiesGraph read_smiles(std::string_view smiles) {
  SmilesReader reader(smiles);
  SelfiesGraph graph = reader.read();
  if (reader.aromatic()) {
    kekulize(graph, smiles);
  }
  return graph;
}

}  // namespace epitaxy::chem
