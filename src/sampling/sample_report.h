#pragma once
/// \file
/// `candidates.csv` and the entries of summary.json that describe a campaign. Not for other layers.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "chem/xtb.h"
#include "sampling/sample_inputs.h"
#include "sampling/search/candidates.h"

namespace epitaxy::sampling {

/// What was sampled, and how.
nlohmann::ordered_json describe_campaign(const SampleSettings& settings, const SampleInputs& inputs);

/// Rank, SMILES, where it was decoded, the predictions from the molecule and at the point and, once there are results,
/// what was computed.
void write_candidates(const std::filesystem::path& path, const CandidateList& list, const SampleSettings& settings,
                      const models::ModelDescription& description, std::span<const chem::XtbResult> results = {});
/// SMILES and what was computed.
void write_untargeted(const std::filesystem::path& path, const std::vector<std::string>& molecules,
                      const SampleSettings& settings, std::span<const chem::XtbResult> results);

/// Entry `objective`; `new_molecules`: distinct ones that the campaign decoded.
nlohmann::ordered_json describe_search(const CandidateList& list, const SampleSettings& settings,
                                       const SampleInputs& inputs, std::size_t new_molecules);

/// A line on the best candidates and how many meet the objective by the model's own prediction.
void log_search(const CandidateList& list, const SampleSettings& settings, const SampleInputs& inputs);

}  // namespace epitaxy::sampling
