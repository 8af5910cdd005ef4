#pragma once
/// \file
/// The end of a search: of all new molecules that a campaign decoded, those that the model itself expects to meet the
/// objective best. A decoded molecule need not lie where its point was, so each is encoded and predicted again.
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "models/model.h"
#include "models/molecule_vae/molecule_vae.h"
#include "parallel/communicator.h"
#include "sampling/campaign/campaign.h"
#include "sampling/sample_settings.h"

namespace epitaxy::sampling {

struct Candidate {
  std::string smiles;                ///< Canonical.
  BlockKey point;                    ///< Scramble and number of the first point that decodes to it ...
  std::size_t attempt = 0;           ///< ... from 0.
  std::vector<float> at_point;       ///< [heads] predicted at that point, in the targets' units.
  std::vector<float> from_molecule;  ///< [heads] predicted from the molecule's own encoding.
};

struct CandidateList {
  std::vector<Candidate> best;  ///< By the objective's property as predicted from the molecule; equal ones by SMILES.
  std::size_t unreadable = 0;   ///< New molecules that the model cannot encode: too long, tokens it does not know.
};

/// What a search needs of a model; it outlives the search.
struct CandidateSource {
  const models::MoleculeModel& model;
  const float* weights;
  nn::Arithmetic arithmetic;
  ObjectiveSettings objective;
  std::size_t head = 0;  ///< Of the objective.
};

/// The best `objective.candidates` new molecules of a finished list, each once, complete on rank 0. The ranks share the
/// parts and hold no more candidates than that. Collective.
CandidateList find_candidates(const parallel::Communicator& communicator, const CandidateSource& source,
                              const BlockList& list, const std::string& campaign);

/// The first `count` new molecules of a finished list, each once, as read by one rank.
std::vector<std::string> first_new_molecules(const BlockList& list, const std::string& campaign, std::size_t count);

}  // namespace epitaxy::sampling
