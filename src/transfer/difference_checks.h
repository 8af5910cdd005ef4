#pragma once
/// \file
/// What data for difference learning and fits must have. All throw InputError.
#include <string>
#include <vector>

#include "transfer/difference_data.h"

namespace epitaxy::transfer {

/// The line's slope beyond which (or below whose inverse) other units are suspected.
inline constexpr double kSuspiciousSlope = 2.5;

/// What a row must have beside its label.
std::vector<std::string> needed_values(const DifferenceSettings& settings);
/// What a row must have: `gap`, or `gap and gap_xtb`.
std::string told_values(const DifferenceSettings& settings);

/// Two classes, each in as many rows as it takes to learn it.
void check_classes(const DifferenceData& data);
/// Columns of which something can be learned. Sets the line from the first cheap value, which alone shows whether its
/// unit is that of the measured values: warns when it seems not.
void check_values(DifferenceData& data);
/// Enough groups for the folds, and in each training part for the inner folds.
void check_counts(const DifferenceData& data, const DifferenceSettings& settings);

}  // namespace epitaxy::transfer
