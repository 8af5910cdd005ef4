#pragma once
/// \file
/// Columns of a table as targets in the stage file that `fit` writes.
#include <string>

#include "transfer/portfolio.h"

namespace epitaxy::app {

using transfer::quoted;

/// What a column is called in results, which may not hold a `/`: `E_atom` for `E/atom`.
std::string target_name(const std::string& column);

/// The first keys of its entry: `column: "T"`, and its name where that is another.
std::string column_entry(const std::string& column);

}  // namespace epitaxy::app
