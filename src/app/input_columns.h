#pragma once
/// \file
/// Which columns of a table a model reads: tables may have the names and units of the source of its training data.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "data/csv.h"
#include "data/preparation.h"
#include "data/units.h"

namespace epitaxy::app {

/// The column with formulas or SMILES: the one that the user names, else the source's if the table has it, else the
/// usual one (`formula`, `smiles`). Throws InputError when it is not there.
std::size_t text_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& named,
                        const std::optional<data::Preparation>& preparation, const std::string& usual);

/// A column with values of a target.
struct ValueColumn {
  std::size_t column;
  data::UnitConversion conversion;  ///< Into the unit that the model knows.
  std::string told;                 ///< For the log when it is not just the target: `gap_eV is the column 'calc' ...`.
};

/// The column that is called like the target (but for capitals, where only one is), else the source's; a column that
/// has this name in the source, too, is in the source's unit. Nothing when the table has none of them.
std::optional<ValueColumn> find_value_column(const data::CsvTable& table, const std::string& target,
                                             const std::string& unit,
                                             const std::optional<data::Preparation>& preparation);
/// The same; throws InputError that names them all.
ValueColumn value_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& target,
                         const std::string& unit, const std::optional<data::Preparation>& preparation);

/// A row's value as the model knows it. The row's text is prepared only where numbers of atoms are needed. Throws
/// chem::TextError when it cannot be.
double converted(const ValueColumn& column, double value, std::string_view text, const chem::Preparer& preparer);

}  // namespace epitaxy::app
