#pragma once
/// \file
/// The rows of an import become a data set.
#include "data/import.h"

namespace epitaxy::data {

/// With what is left to defaults filled in. Throws InputError for settings that cannot be.
ImportSettings complete(ImportSettings settings);

/// What is wrong with the rule for duplicates; empty: nothing.
std::string problem_of_duplicates(const ImportSettings& settings);

/// An import, without the checks of what came out. The ranks share the work on texts; the result is complete on rank 0,
/// empty elsewhere. `settings` are complete. Collective.
ImportResult collect(const parallel::Communicator& communicator, const ImportSettings& settings);

}  // namespace epitaxy::data
