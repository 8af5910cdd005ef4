#pragma once
/// \file
/// What the command line of `fit` says of folds and test rows, as lines of its stage file.
#include <string>
#include <vector>

#include "app/fit.h"
#include "data/import.h"
#include "transfer/portfolio.h"

namespace epitaxy::app {

/// A column of the table that the split goes by.
struct SplitColumn {
  std::string name;
  data::Values values;
};
std::vector<SplitColumn> split_columns(const FitOptions& options);

/// The key `split`; empty for a random one. Throws InputError for another that is not known.
std::string split_line(const FitOptions& options);

/// The key `test`; empty without test rows. Throws InputError: no such file, a number that is no fraction.
std::string test_line(const FitOptions& options);

}  // namespace epitaxy::app
