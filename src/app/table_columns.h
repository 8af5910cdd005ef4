#pragma once
/// \file
/// Which column of a table holds its substances, and what a column holds.
#include <filesystem>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "data/csv.h"

namespace epitaxy::app {

/// A column of texts of a substance.
struct TextColumn {
  const chem::Substance* substance = nullptr;
  std::string name;
  std::string why;  ///< For people: `198 of 200 fields are SMILES`.
};

/// The only column whose fields are texts of a substance; of several the one that is called like it (`smiles`,
/// `formula`). Among the columns of one substance where `substance` is given. Throws InputError when there is none, or
/// when several may be meant, with their names.
TextColumn guess_text_column(const std::filesystem::path& file, const data::CsvTable& table,
                             const chem::Substance* substance = nullptr);

/// The columns that mostly hold numbers, in order.
std::vector<std::string> number_columns(const data::CsvTable& table);

}  // namespace epitaxy::app
