#pragma once
/// \file
/// How many learners a fit tries where its work is bounded.
#include <functional>
#include <string>
#include <vector>

#include "transfer/difference.h"

namespace epitaxy::transfer {

/// The units (plan.h) of all jobs with these settings.
using UnitsOf = std::function<double(const DifferenceSettings&)>;

/// Keeps the learners, in their order, that are within the budget together: one that would go beyond it is taken out,
/// and named in what is returned; so are averages that miss a member. No result is looked at, so nothing is chosen on
/// rows that are reported. 0: no bound. Throws InputError when none is within.
std::vector<std::string> keep_within_budget(DifferenceSettings& settings, double budget, const UnitsOf& units_of);

}  // namespace epitaxy::transfer
