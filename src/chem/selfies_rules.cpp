#include "chem/selfies_rules.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "chem/elements.h"
#include "chem/selfies.h"

namespace epitaxy::chem {

namespace {

struct Constraint {
  int element;
  std::array<int, 3> capacities;  ///< With charge -1, 0, +1.
};

/// Of what the constraints do not name.
constexpr int kOtherCapacity = 8;

constexpr std::array<Constraint, 11> kConstraints{{
    {1, {kOtherCapacity, 1, kOtherCapacity}},   // H
    {5, {4, 3, 2}},                             // B
    {6, {3, 4, 5}},                             // C
    {7, {2, 3, 4}},                             // N
    {8, {1, 2, 3}},                             // O
    {9, {kOtherCapacity, 1, kOtherCapacity}},   // F
    {15, {4, 5, 6}},                            // P
    {16, {5, 6, 7}},                            // S
    {17, {kOtherCapacity, 1, kOtherCapacity}},  // Cl
    {35, {kOtherCapacity, 1, kOtherCapacity}},  // Br
    {53, {kOtherCapacity, 1, kOtherCapacity}},  // I
}};

const Constraint* constraint_of(int element) {
  const auto* found = std::ranges::find(kConstraints, element, &Constraint::element);
  return found == kConstraints.end() ? nullptr : found;
}

/// Takes a bond sign off the front; marked bonds are single.
void take_bond(std::string_view& text, SelfiesSymbol& symbol) {
  const std::size_t kind = text.empty() ? std::string_view::npos : std::string_view("/\\=#").find(text.front());
  if (kind == std::string_view::npos) {
    return;
  }
  symbol.order = kind < 2 ? 1 : static_cast<int>(kind);
  symbol.mark = kind < 2 ? text.front() : kNoMark;
  text.remove_prefix(1);
}

/// The element at the front, two letters if they are one; 0 if there is none.
int take_element(std::string_view& text) {
  for (const std::size_t length : {2, 1}) {
    if (length == 2 && (text.size() < 2 || text[1] < 'a' || text[1] > 'z')) {
      continue;
    }
    if (const auto element = atomic_number(text.substr(0, length))) {
      text.remove_prefix(length);
      return *element;
    }
  }
  return 0;
}

/// The number of H1, H2, ..; 0 without.
int take_hydrogens(std::string_view& text) {
  if (text.size() < 2 || text[0] != 'H' || !text::is_digit(text[1])) {
    return 0;
  }
  const int hydrogens = text[1] - '0';
  text.remove_prefix(2);
  return hydrogens;
}

/// +1, -2, ..; 0 without.
int take_charge(std::string_view& text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-') || !text::is_digit(text[1]) || text[1] == '0') {
    return 0;
  }
  const int charge = text[0] == '+' ? text[1] - '0' : '0' - text[1];
  text.remove_prefix(2);
  return charge;
}

/// `text` is what stands between the brackets, after the bond sign.
std::optional<SelfiesAtom> atom_of(std::string_view text) {
  SelfiesAtom atom;
  std::size_t digits = 0;
  for (; digits < text.size() && digits < 3 && text::is_digit(text[digits]); ++digits) {
    atom.isotope = 10 * atom.isotope + text[digits] - '0';
  }
  text.remove_prefix(digits);
  atom.element = take_element(text);
  if (atom.element == 0) {
    return std::nullopt;
  }
  if (digits == 0 && text.empty() && is_organic(atom.element)) {
    return atom;
  }
  atom.chirality = take_chirality(text);
  atom.hydrogens = take_hydrogens(text);
  atom.charge = take_charge(text);
  if (!text.empty() || bonding_capacity(atom) < 0) {
    return std::nullopt;
  }
  return atom;
}

/// `Branch` and `Ring`, with 1 to 3; `text` is what stands between the brackets, after the bond sign.
std::optional<std::size_t> length_after(std::string_view name, std::string_view text) {
  if (text.size() != name.size() + 1 || !text.starts_with(name) || text.back() < '1' || text.back() > '3') {
    return std::nullopt;
  }
  return static_cast<std::size_t>(text.back() - '0');
}

bool is_stereo(char c) { return c == '/' || c == '\\' || c == '-'; }

std::optional<SelfiesSymbol> symbol_between(std::string_view text) {
  using Kind = SelfiesSymbol::Kind;
  SelfiesSymbol symbol;
  if (text == "nop") {
    return symbol;
  }
  if (text == "epsilon") {
    symbol.kind = Kind::epsilon;
    return symbol;
  }
  if (text.size() > 2 && is_stereo(text[0]) && is_stereo(text[1]) && !text.starts_with("--")) {
    if (const auto length = length_after("Ring", text.substr(2))) {
      symbol.kind = Kind::ring;
      symbol.length = *length;
      symbol.first_mark = text[0] == '-' ? kNoMark : text[0];
      symbol.mark = text[1] == '-' ? kNoMark : text[1];
      return symbol;
    }
    return std::nullopt;
  }
  take_bond(text, symbol);
  const bool stereo = symbol.mark != kNoMark;
  if (const auto length = length_after("Branch", text); length && !stereo) {
    symbol.kind = Kind::branch;
    symbol.length = *length;
  } else if (const auto ring_length = length_after("Ring", text); ring_length && !stereo) {
    symbol.kind = Kind::ring;
    symbol.length = *ring_length;
  } else if (const auto atom = atom_of(text)) {
    symbol.kind = Kind::atom;
    symbol.atom = *atom;
  } else {
    return std::nullopt;
  }
  return symbol;
}

}  // namespace

const std::array<std::string_view, kIndexBase> kIndexSymbols{
    "[C]",        "[Ring1]", "[Ring2]", "[Branch1]", "[=Branch1]", "[#Branch1]", "[Branch2]", "[=Branch2]",
    "[#Branch2]", "[O]",     "[N]",     "[=N]",      "[=C]",       "[#C]",       "[S]",       "[P]"};

bool is_organic(int element) { return element != 1 && constraint_of(element) != nullptr; }

int bonding_capacity(const SelfiesAtom& atom) {
  const Constraint* constraint = constraint_of(atom.element);
  const bool named = constraint != nullptr && atom.charge >= -1 && atom.charge <= 1;
  const int capacity = named ? constraint->capacities[static_cast<std::size_t>(atom.charge + 1)] : kOtherCapacity;
  return capacity - std::max(atom.hydrogens, 0);
}

std::optional<SelfiesSymbol> selfies_symbol(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') {
    return std::nullopt;
  }
  auto symbol = symbol_between(text.substr(1, text.size() - 2));
  if (symbol) {
    const auto* digit = std::ranges::find(kIndexSymbols, text);
    symbol->index = digit == kIndexSymbols.end() ? 0 : static_cast<std::size_t>(digit - kIndexSymbols.begin());
  }
  return symbol;
}

std::string_view bond_sign(int order) {
  check(order >= 1 && order <= 3, "bonds are single, double or triple");
  return std::string_view("=#").substr(order == 3 ? 1 : 0, order == 1 ? 0 : 1);
}

std::string bond_sign(int order, BondMark mark) {
  return order == 1 && mark != kNoMark ? std::string(1, mark) : std::string(bond_sign(order));
}

std::string_view chirality_sign(Chirality chirality) {
  return std::string_view("@@").substr(0, static_cast<std::size_t>(chirality));
}

Chirality take_chirality(std::string_view& text) {
  const Chirality chirality = text.starts_with("@@")  ? Chirality::clockwise
                              : text.starts_with('@') ? Chirality::counterclockwise
                                                      : Chirality::none;
  text.remove_prefix(chirality_sign(chirality).size());
  return chirality;
}

std::string symbol_of(const SelfiesAtom& atom, int order, BondMark mark) {
  std::string text = "[" + bond_sign(order, mark);
  if (atom.isotope > 0) {
    text += std::to_string(atom.isotope);
  }
  text += symbol(atom.element);
  text += chirality_sign(atom.chirality);
  const bool bare =
      atom.isotope == 0 && atom.charge == 0 && atom.chirality == Chirality::none && is_organic(atom.element);
  if (atom.hydrogens > 0 || (atom.hydrogens == 0 && bare)) {
    // Without H0 this would be the atom with as many hydrogens as fit.
    text += 'H';
    text += std::to_string(atom.hydrogens);
  }
  if (atom.charge != 0) {
    text += atom.charge > 0 ? '+' : '-';
    text += std::to_string(std::abs(atom.charge));
  }
  return text + ']';
}

std::size_t index_length(std::size_t number) {
  check(number < kIndexLimit, "SELFIES indices have at most three symbols");
  return number < kIndexBase ? 1 : number < kIndexBase * kIndexBase ? 2 : 3;
}

std::vector<std::string> robust_selfies_symbols(std::span<const std::string> elements) {
  std::vector<std::string> symbols;
  for (const std::string& name : elements) {
    const auto element = atomic_number(name);
    if (!element || constraint_of(*element) == nullptr) {
      fail("SELFIES have no bond constraints for '{}', only for H, B, C, N, O, F, P, S, Cl, Br and I", name);
    }
    const SelfiesAtom atom{.element = *element};
    for (int order = 1; order <= std::min(bonding_capacity(atom), 3); ++order) {
      symbols.push_back(symbol_of(atom, order));
    }
  }
  for (const std::string length : {"1", "2", "3"}) {
    for (const std::string kind : {"Branch", "=Branch", "#Branch", "Ring", "=Ring"}) {
      symbols.push_back("[" + kind + length + "]");
    }
  }
  return symbols;
}

}  // namespace epitaxy::chem
