#pragma once
/// \file
/// The symbols of SELFIES and the numbers of bonds that atoms can have.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// How the neighbors of an atom are turned, in the order in which the string has them: `@` or `@@`.
enum class Chirality { none, counterclockwise, clockwise };

/// `@`, `@@` or nothing.
std::string_view chirality_sign(Chirality chirality);
/// Takes the sign off the front.
Chirality take_chirality(std::string_view& text);

/// A single bond beside a double bond: `/`, `\`, or none.
using BondMark = char;
inline constexpr BondMark kNoMark = '\0';

struct SelfiesAtom {
  static constexpr int implicit = -1;

  int element = 0;           ///< Atomic number.
  int isotope = 0;           ///< Mass number, 0: none given.
  int hydrogens = implicit;  ///< As many as there are free bonds, or the number in brackets.
  int charge = 0;
  Chirality chirality = Chirality::none;
};

/// B, C, N, O, F, P, S, Cl, Br, I: what may stand without brackets in SMILES.
bool is_organic(int element);

/// How many bonds an atom can have to other atoms than its hydrogens in brackets; negative if those are too many.
int bonding_capacity(const SelfiesAtom& atom);

struct SelfiesSymbol {
  enum class Kind { atom, branch, ring, epsilon, none };

  Kind kind = Kind::none;
  int order = 1;                  ///< Of the bond to an atom, branch or ring.
  BondMark mark = kNoMark;        ///< Of the bond to an atom, or of a ring bond at its last atom.
  BondMark first_mark = kNoMark;  ///< Of a ring bond at its first atom.
  std::size_t length = 0;         ///< How many index symbols follow a branch or ring.
  std::size_t index = 0;          ///< Its value as an index symbol.
  SelfiesAtom atom;
};

/// Reads a symbol with its brackets; nothing if it is none.
std::optional<SelfiesSymbol> selfies_symbol(std::string_view text);

/// E.g. `[=NH1+1]`, `[/C@@H1]`.
std::string symbol_of(const SelfiesAtom& atom, int order, BondMark mark = kNoMark);
/// `` for single, `=` for double, `#` for triple bonds.
std::string_view bond_sign(int order);
/// The same, and the mark of a single bond.
std::string bond_sign(int order, BondMark mark);

inline constexpr std::size_t kIndexBase = 16;
/// Numbers are written in at most three index symbols, so they stay below this.
inline constexpr std::size_t kIndexLimit = kIndexBase * kIndexBase * kIndexBase;
/// The symbols that stand for the digits 0 to 15.
extern const std::array<std::string_view, kIndexBase> kIndexSymbols;
/// How many index symbols a number takes.
std::size_t index_length(std::size_t number);

}  // namespace epitaxy::chem
