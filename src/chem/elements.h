#pragma once
/// \file
/// The elements and the 86 of them that composition models use (Jha et al., Sci. Rep. 8, 17593, 2018): H to Pu without
/// He, Ne, Ar, Po, At, Rn, Fr, Ra, in order of atomic number.
#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::chem {

inline constexpr int kLargestAtomicNumber = 118;  ///< Og
inline constexpr int kElementFeatures = 86;

/// A set of them, by atomic number.
using Elements = std::bitset<128>;

/// The atomic number of a symbol (H to Og), nothing for anything else. Case matters.
std::optional<int> atomic_number(std::string_view symbol);
/// The symbol of an atomic number from 1 to 118.
std::string_view symbol(int atomic_number);
/// The column of an element among the 86 features, nothing for an element outside them.
std::optional<int> feature_index(int atomic_number);
/// Symbols of the 86 features, in order.
const std::array<std::string_view, kElementFeatures>& feature_symbols();
/// Their symbols, in order of atomic number.
std::vector<std::string> symbols_of(const Elements& elements);

}  // namespace epitaxy::chem
