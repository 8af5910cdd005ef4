#pragma once
/// \file
/// Columns of a source that tell nothing.
#include "data/csv.h"
#include "data/import.h"

namespace epitaxy::data {

/// Those of a table that are not read as a target and have a name. Time: mostly that of a few rows, as a column is left
/// as soon as it has two values, and values in one row in a hundred.
DullColumns find_dull_columns(const CsvTable& table, const ImportSettings& settings);

}  // namespace epitaxy::data
