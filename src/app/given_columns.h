#pragma once
/// \file
/// Columns of the user's own that `epitaxy fit` reads beside the text: features and weights.
#include <string>

#include "app/fit.h"
#include "app/table_columns.h"

namespace epitaxy::app {

/// Their part of a stage file.
struct GivenColumns {
  std::string targets;  ///< Lines of `table.targets`.
  std::string keys;     ///< `given` and `weights`.
};

/// Tells what each feature is taken for: numbers where most fields are, by their logarithm where positive ones span two
/// orders of magnitude, else categories. Throws InputError: no such column, or one that has another use.
GivenColumns given_columns(const FitOptions& options, const data::CsvTable& table, const TextColumn& text);

}  // namespace epitaxy::app
