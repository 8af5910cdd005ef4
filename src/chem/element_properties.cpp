#include "chem/element_properties.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/error.h"
#include "chem/element_table.h"
#include "chem/periodic_table.h"

namespace epitaxy::chem {

namespace {

using Names = std::array<std::string_view, kElementProperties>;
using Values = std::array<double, kElementProperties>;

/// One place has the order of names and values: `add(name, value)` for each property of an element.
template <typename Add>
void for_all(int atomic_number, int feature, Add add) {
  const MeasuredProperties& measured = kMeasuredProperties[feature];
  add("atomic_number", atomic_number);
  add("period", period(atomic_number));
  add("group", group(atomic_number));
  add("pettifor_number", measured.pettifor_number);
  add("atomic_mass", measured.atomic_mass);
  add("electronegativity_pauling", measured.electronegativity_pauling);
  add("covalent_radius", measured.covalent_radius);
  add("vdw_radius", measured.vdw_radius);
  add("ionization_energy", measured.ionization_energy);
  add("electron_affinity", measured.electron_affinity);
  add("polarizability", measured.polarizability);
  add("melting_point", measured.melting_point);
  add("atomization_enthalpy", measured.atomization_enthalpy);
  add("oxidation_lowest", oxidation_states(feature).front());
  add("oxidation_highest", oxidation_states(feature).back());
  const auto [filled, unfilled] = valence_electrons(atomic_number);
  const auto sum = [](const ElectronsBySubshell& n) { return std::accumulate(n.begin(), n.end(), 0); };
  constexpr std::array<std::array<std::string_view, 2>, 4> kSubshells = {{{"s_electrons", "s_unfilled"},
                                                                          {"p_electrons", "p_unfilled"},
                                                                          {"d_electrons", "d_unfilled"},
                                                                          {"f_electrons", "f_unfilled"}}};
  for (std::size_t l = 0; l < kSubshells.size(); ++l) {
    add(kSubshells[l][0], filled[l]);
    add(kSubshells[l][1], unfilled[l]);
  }
  add("valence_electrons", sum(filled));
  add("unfilled", sum(unfilled));
}

std::array<Values, kElementFeatures> make_table() {
  std::array<Values, kElementFeatures> table{};
  for (int number = 1; number <= kLargestAtomicNumber; ++number) {
    if (const auto feature = feature_index(number)) {
      std::size_t next = 0;
      for_all(number, *feature, [&](std::string_view, double value) { table[*feature].at(next++) = value; });
      check(next == kElementProperties, "as many properties as kElementProperties says");
    }
  }
  return table;
}

}  // namespace

const Names& element_property_names() {
  static const Names names = [] {
    Names list{};
    std::size_t next = 0;
    for_all(1, 0, [&](std::string_view name, double) { list.at(next++) = name; });
    return list;
  }();
  return names;
}

std::size_t element_property_index(std::string_view name) {
  const auto& names = element_property_names();
  const auto* const found = std::ranges::find(names, name);
  check(found != names.end(), "a property of elements has this name");
  return static_cast<std::size_t>(found - names.begin());
}

std::span<const double, kElementProperties> element_properties(int feature) {
  static const auto table = make_table();
  return table.at(static_cast<std::size_t>(feature));
}

std::span<const int> oxidation_states(int feature) {
  const OxidationStates& known = kOxidationStates.at(static_cast<std::size_t>(feature));
  return std::span(known.states).first(static_cast<std::size_t>(known.count));
}

}  // namespace epitaxy::chem
