#pragma once
/// \file
/// What a campaign found, as figures with error bars from its replicates, beside the same figures of the training set.
#include <string>
#include <vector>

#include "base/statistics.h"
#include "data/dataset.h"
#include "models/model.h"
#include "parallel/communicator.h"
#include "sampling/metrics/molecule_metrics.h"

namespace epitaxy::sampling {

/// Of one descriptor or predicted property over the sampled molecules.
struct DistributionReport {
  std::string key;  ///< Name of the descriptor with its unit, or of the head.
  std::string name;
  std::string unit;
  statistics::Estimate mean;
  statistics::Estimate spread;    ///< Standard deviation.
  statistics::Estimate distance;  ///< Wasserstein-1 from the training set.
  double training_mean = 0;
  double training_spread = 0;
  /// Wasserstein-1 of one sample of the training set from the rest of it: what chance alone gives.
  double training_distance = 0;
};

/// Similarities within a sample and to the training set.
struct DiversityReport {
  statistics::Estimate first;          ///< IntDiv_1
  statistics::Estimate second;         ///< IntDiv_2
  statistics::Estimate nearest;        ///< Mean similarity to the nearest training molecule ...
  statistics::Estimate nearest_novel;  ///< ... of the new ones alone.
  // Of a sample of the training set; the molecule itself does not count as its neighbor.
  double training_first = 0;
  double training_second = 0;
  double training_nearest = 0;
};

struct MetricsReport {
  std::vector<latent::MoleculeCounts> replicates;
  latent::MoleculeCounts all;  ///< Of all replicates as one.
  /// Sampled molecules of the replicate with the fewest; 0: no sample was taken, and what follows is empty.
  std::size_t sampled = 0;
  std::size_t training_sampled = 0;
  DiversityReport diversity;
  std::vector<DistributionReport> descriptors;
  std::vector<DistributionReport> predictions;  ///< Of the heads whose target the training set holds.
};

/// The report, complete on rank 0; only what the campaign holds there counts, the work is shared. The same on any
/// number of ranks. `training` is a molecule data set that RDKit can read. Collective.
MetricsReport evaluate_campaign(const parallel::Communicator& communicator, const CampaignMetrics& campaign,
                                const data::DatasetIndex& training, const std::vector<models::Head>& heads,
                                const MetricsSettings& settings);

}  // namespace epitaxy::sampling
