#pragma once
/// \file
/// Pretrained models that learners go on from.
#include <string>
#include <vector>

#include "transfer/difference.h"
#include "transfer/difference_data.h"

namespace epitaxy::transfer {

/// Of all learners, in their order.
std::vector<const learners::StartModel*> start_models(const DifferenceSettings& settings);

/// Throws InputError for one that reads other substances than the data set, or texts prepared by other rules.
void check_start_models(const DifferenceSettings& settings, const data::DatasetIndex& index);

/// Adds to `problems` [texts] those that a start model cannot read.
void add_start_problems(const DifferenceSettings& settings, const std::vector<std::string>& texts,
                        std::vector<std::string>& problems);

/// How many rows a start model was trained on, with labels of its own; empty without a start model. For people.
std::string start_overlap(const DifferenceSettings& settings, const DifferenceData& data);

}  // namespace epitaxy::transfer
