#pragma once
/// \file
/// The jobs of learning from a table, farmed over the ranks: every learner in every way on every part.
#include <string>
#include <vector>

#include "transfer/difference_job.h"
#include "transfer/job_folder.h"
#include "transfer/table_model.h"

namespace epitaxy::transfer {

/// What job files are marked with: results of other settings, data or models are done again.
std::string signature_of(const DifferenceSettings& settings, const DifferenceData& data);

/// Tells what the jobs will learn from.
void describe(const DifferenceSettings& settings, const DifferenceData& data, std::size_t jobs);

/// What a job wrote that learned from all rows.
Member read_learned(const data::Hdf5File& file);
/// The positions of all rows.
std::vector<std::size_t> all_rows(const DifferenceData& data);

/// Those without a result, shared by the ranks; false when some were left undone. Collective.
bool do_way_jobs(const parallel::Communicator& communicator, const DifferenceSettings& settings,
                 const DifferenceData& data, const std::vector<DifferenceJob>& jobs, const JobFolder& files,
                 parallel::StopHandler& stop);

}  // namespace epitaxy::transfer
