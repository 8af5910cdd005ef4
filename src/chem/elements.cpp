#include "chem/elements.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace epitaxy::chem {

namespace {

constexpr int kLastFeature = 94;  // Pu
constexpr std::array<int, 8> kNoFeature = {2, 10, 18, 84, 85, 86, 87, 88};

constexpr std::array<std::string_view, kLargestAtomicNumber> kSymbols = {
    "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si", "P",  "S",  "Cl",
    "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se",
    "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb",
    "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er",
    "Tm", "Yb", "Lu", "Hf", "Ta", "W",  "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At",
    "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No",
    "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og"};

/// Symbols as numbers: the capital letter and the small one (0 for none) in base 27.
constexpr std::size_t kSlots = 26 * 27;

constexpr std::size_t slot(std::string_view symbol) {
  const auto letter = static_cast<std::size_t>(symbol[0] - 'A');
  return letter * 27 + (symbol.size() == 2 ? static_cast<std::size_t>(symbol[1] - 'a') + 1 : 0);
}

constexpr std::array<std::uint8_t, kSlots> make_numbers() {
  std::array<std::uint8_t, kSlots> numbers{};
  for (std::size_t i = 0; i < kSymbols.size(); ++i) {
    numbers[slot(kSymbols[i])] = static_cast<std::uint8_t>(i + 1);
  }
  return numbers;
}

constexpr std::array<int, kLargestAtomicNumber + 1> make_features() {
  std::array<int, kLargestAtomicNumber + 1> features{};
  int next = 0;
  for (int number = 0; number <= kLargestAtomicNumber; ++number) {
    const bool used = number >= 1 && number <= kLastFeature &&
                      std::find(kNoFeature.begin(), kNoFeature.end(), number) == kNoFeature.end();
    features[static_cast<std::size_t>(number)] = used ? next++ : -1;
  }
  return features;
}

constexpr auto kNumbers = make_numbers();
constexpr auto kFeatures = make_features();
static_assert(kFeatures[kLastFeature] == kElementFeatures - 1);

}  // namespace

std::optional<int> atomic_number(std::string_view symbol) {
  const bool shaped = (symbol.size() == 1 || symbol.size() == 2) && symbol[0] >= 'A' && symbol[0] <= 'Z' &&
                      (symbol.size() == 1 || (symbol[1] >= 'a' && symbol[1] <= 'z'));
  const int number = shaped ? kNumbers[slot(symbol)] : 0;
  return number == 0 ? std::nullopt : std::optional<int>(number);
}

std::string_view symbol(int atomic_number) {
  if (atomic_number < 1 || atomic_number > kLargestAtomicNumber) {
    throw std::out_of_range("an atomic number lies between 1 and 118");
  }
  return kSymbols[static_cast<std::size_t>(atomic_number - 1)];
}

std::optional<int> feature_index(int atomic_number) {
  const bool known = atomic_number >= 1 && atomic_number <= kLargestAtomicNumber;
  const int index = known ? kFeatures[static_cast<std::size_t>(atomic_number)] : -1;
  return index < 0 ? std::nullopt : std::optional<int>(index);
}

const std::array<std::string_view, kElementFeatures>& feature_symbols() {
  static const auto symbols = [] {
    std::array<std::string_view, kElementFeatures> features;
    for (int number = 1; number <= kLargestAtomicNumber; ++number) {
      if (const auto index = feature_index(number)) {
        features[static_cast<std::size_t>(*index)] = symbol(number);
      }
    }
    return features;
  }();
  return symbols;
}

std::vector<std::string> symbols_of(const Elements& elements) {
  std::vector<std::string> symbols;
  for (int number = 1; number <= 118; ++number) {
    if (elements[static_cast<std::size_t>(number)]) {
      symbols.emplace_back(symbol(number));
    }
  }
  return symbols;
}

}  // namespace epitaxy::chem
