#pragma once
/// \file
/// SDF: molfiles (V2000, V3000), each with properties.
#include <filesystem>

#include "data/csv.h"

namespace epitaxy::data {

/// The molecules of a file as a table: the columns `smiles` (with stereo) and `name` (the first line of the molfile),
/// and one for each property (`smiles_property` for one of the name `smiles`, `name_property` alike); a property that a
/// molecule lacks is empty. A molecule that cannot be read is a row with a
/// problem. Lines are those at which a molfile starts. Throws InputError for a file that holds no molecule, or ends
/// inside one.
CsvTable read_sdf(const std::filesystem::path& path);

}  // namespace epitaxy::data
