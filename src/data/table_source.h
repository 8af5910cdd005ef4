#pragma once
/// \file
/// Which reader a table needs.
#include <filesystem>

#include "data/csv.h"

namespace epitaxy::data {

/// Reads a table in the format that the name of its file promises, plain or with `.gz` behind it: SMILES (`.smi`), SDF
/// (`.sdf`, `.sd`), separated by tabs (`.tsv`, `.tab`), CSV otherwise. Logs the notes of the table
/// if it is to tell them.
CsvTable read_table(const std::filesystem::path& path, bool tell = true);

}  // namespace epitaxy::data
