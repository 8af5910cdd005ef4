#include "chem/periodic_table.h"

#include <algorithm>
#include <stdexcept>

namespace epitaxy::chem {

namespace {

constexpr int kS = 0;
constexpr int kP = 1;
constexpr int kD = 2;
constexpr int kF = 3;
constexpr ElectronsBySubshell kPlaces = {2, 6, 10, 14};
constexpr int kLastElement = 94;  // Pu

/// What follows each core, in Madelung's order. A core is the atomic number of its noble gas.
struct Period {
  int core;
  std::array<int, 4> subshells;
  int count;
};
constexpr std::array<Period, 7> kPeriods = {{{0, {kS}, 1},
                                             {2, {kS, kP}, 2},
                                             {10, {kS, kP}, 2},
                                             {18, {kS, kD, kP}, 3},
                                             {36, {kS, kD, kP}, 3},
                                             {54, {kS, kF, kD, kP}, 4},
                                             {86, {kS, kF, kD, kP}, 4}}};

/// Electrons that are in another subshell than Madelung's order has them in.
struct Exception {
  int atomic_number;
  int from;
  int to;
  int electrons;
};
constexpr std::array<Exception, 18> kExceptions = {{
    {24, kS, kD, 1},  // Cr
    {29, kS, kD, 1},  // Cu
    {41, kS, kD, 1},  // Nb
    {42, kS, kD, 1},  // Mo
    {44, kS, kD, 1},  // Ru
    {45, kS, kD, 1},  // Rh
    {46, kS, kD, 2},  // Pd
    {47, kS, kD, 1},  // Ag
    {57, kF, kD, 1},  // La
    {58, kF, kD, 1},  // Ce
    {64, kF, kD, 1},  // Gd
    {78, kS, kD, 1},  // Pt
    {79, kS, kD, 1},  // Au
    {89, kF, kD, 1},  // Ac
    {90, kF, kD, 2},  // Th
    {91, kF, kD, 1},  // Pa
    {92, kF, kD, 1},  // U
    {93, kF, kD, 1},  // Np
}};

/// Its index in kPeriods.
std::size_t period_index(int atomic_number) {
  if (atomic_number < 1 || atomic_number > kLastElement) {
    throw std::out_of_range("places in the periodic table are known from H to Pu");
  }
  const auto* const next = std::ranges::find_if(kPeriods, [&](const Period& p) { return p.core >= atomic_number; });
  return static_cast<std::size_t>(next - kPeriods.begin()) - 1;
}

}  // namespace

int period(int atomic_number) { return static_cast<int>(period_index(atomic_number)) + 1; }

int group(int atomic_number) {
  const std::size_t index = period_index(atomic_number);
  const int place = atomic_number - kPeriods[index].core;
  if (place <= 2) {
    return atomic_number == 2 ? 18 : place;
  }
  if (index < 3) {
    return place + 10;  // no d block
  }
  return index < 5 ? place : std::max(3, place - 14);  // the f block and one of the d block share group 3
}

ValenceElectrons valence_electrons(int atomic_number) {
  const Period& period = kPeriods[period_index(atomic_number)];
  ValenceElectrons electrons;
  int left = atomic_number - period.core;
  for (int i = 0; i < period.count; ++i) {
    const int subshell = period.subshells[i];
    electrons.filled[subshell] = std::min(left, kPlaces[subshell]);
    left -= electrons.filled[subshell];
  }
  for (const Exception& e : kExceptions) {
    if (e.atomic_number == atomic_number) {
      electrons.filled[e.from] -= e.electrons;
      electrons.filled[e.to] += e.electrons;
    }
  }
  for (std::size_t l = 0; l < kPlaces.size(); ++l) {
    electrons.unfilled[l] = electrons.filled[l] > 0 ? kPlaces[l] - electrons.filled[l] : 0;
  }
  return electrons;
}

}  // namespace epitaxy::chem
