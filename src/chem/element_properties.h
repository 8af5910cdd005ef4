#pragma once
/// \file
/// Physical descriptors of the 86 elements of composition models, all known for each of them: places in the periodic
/// table and valence electrons (periodic_table.h), what was measured, and common oxidation states (element_table.h has
/// units and sources).
#include <array>
#include <span>
#include <string_view>

#include "chem/elements.h"

namespace epitaxy::chem {

inline constexpr std::size_t kElementProperties = 25;

/// `atomic_number`, `period`, ... `unfilled`.
const std::array<std::string_view, kElementProperties>& element_property_names();
/// Where a name stands among them; it must be one.
std::size_t element_property_index(std::string_view name);

/// Those of an element, given by its column among the 86 features.
std::span<const double, kElementProperties> element_properties(int feature);
/// Its common oxidation states, ascending: at least one.
std::span<const int> oxidation_states(int feature);

}  // namespace epitaxy::chem
