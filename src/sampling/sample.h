#pragma once
/// \file
/// The `sample` stage: a resumable campaign over Sobol points of a latent space, its metrics, controls and search.
#include <filesystem>

#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "sampling/sample_settings.h"

namespace epitaxy::sampling {

/// What `check` prints: model, data, domain, blocks, time and space from one real block.
void check_sample(const parallel::Communicator& communicator, const SampleSettings& settings);

/// Runs the stage in `folder`, or goes on with what is there; other jobs may do so at the same time. Returns false when
/// it was stopped; what was computed is kept. Collective.
bool run_sample(const parallel::Communicator& communicator, const SampleSettings& settings,
                const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::sampling
