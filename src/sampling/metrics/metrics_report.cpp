#include "sampling/metrics/metrics_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/statistics.h"
#include "base/text.h"
#include "chem/descriptors.h"
#include "parallel/row_blocks.h"
#include "sampling/metrics/diversity.h"
#include "sampling/metrics/training_sample.h"

namespace epitaxy::sampling {

namespace {

constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kDescriptorCount = chem::kDescriptors.size();

/// Values of one number over a sample.
using Values = std::vector<double>;
using Texts = std::vector<std::string>;

/// Rank 0's molecules, by replicate, on all ranks.
std::vector<Texts> broadcast_samples(const parallel::Communicator& communicator, const CampaignMetrics& campaign) {
  Texts all;
  std::vector<std::size_t> sizes;
  if (communicator.is_root()) {
    for (const ReplicateResults& replicate : campaign.replicates()) {
      sizes.push_back(replicate.sample.size());
      for (const SampledMolecule& molecule : replicate.sample) {
        all.push_back(molecule.smiles);
      }
    }
  }
  sizes = communicator.broadcast(std::move(sizes));
  all = communicator.broadcast(all);
  std::vector<Texts> samples;
  auto next = std::make_move_iterator(all.begin());
  for (const std::size_t size : sizes) {
    const auto end = next + static_cast<std::ptrdiff_t>(size);
    samples.emplace_back(next, end);
    next = end;
  }
  return samples;
}

/// By descriptor, the values of all molecules on all ranks. Collective.
std::vector<Values> gather_descriptors(const parallel::Communicator& communicator, const Texts& smiles) {
  const auto [first, last] = parallel::my_rows(smiles.size(), 1, communicator);
  Values mine((last - first) * kDescriptorCount);
  communicator.agree([&, first = first, last = last] {
    for (std::size_t i = first; i < last; ++i) {
      std::ranges::copy(chem::descriptors_of(smiles[i]), mine.data() + (i - first) * kDescriptorCount);
    }
  });
  const Values table = communicator.all_gather(mine);
  std::vector<Values> columns(kDescriptorCount);
  for (std::size_t i = 0; i < table.size(); ++i) {
    columns[i % kDescriptorCount].push_back(table[i]);
  }
  return columns;
}

/// A number's distribution in each replicate's sample against all of `training`; `chance` is another sample of it.
DistributionReport compare(const std::vector<Values>& replicates, const Values& training, const Values& chance) {
  DistributionReport report;
  Values means;
  Values spreads;
  Values distances;
  for (const Values& values : replicates) {
    means.push_back(statistics::mean(values));
    spreads.push_back(statistics::spread(values).deviation);
    distances.push_back(statistics::wasserstein_distance(values, training));
  }
  report.mean = statistics::estimate(means);
  report.spread = statistics::estimate(spreads);
  report.distance = statistics::estimate(distances);
  report.training_mean = statistics::mean(training);
  report.training_spread = statistics::spread(training).deviation;
  report.training_distance = statistics::wasserstein_distance(chance, training);
  return report;
}

Texts pick(const Texts& molecules, const std::vector<std::size_t>& numbers) {
  Texts picked;
  std::ranges::transform(numbers, std::back_inserter(picked), [&](std::size_t i) { return molecules[i]; });
  return picked;
}

std::vector<DistributionReport> compare_descriptors(const parallel::Communicator& communicator,
                                                    const std::vector<Texts>& samples, const TrainingSample& training) {
  const auto first = gather_descriptors(communicator, pick(training.molecules, training.first));
  const auto second = gather_descriptors(communicator, pick(training.molecules, training.second));
  std::vector<std::vector<Values>> by_descriptor(kDescriptorCount);
  for (const Texts& sample : samples) {
    const auto columns = gather_descriptors(communicator, sample);
    for (std::size_t d = 0; d < kDescriptorCount; ++d) {
      by_descriptor[d].push_back(columns[d]);
    }
  }
  std::vector<DistributionReport> reports;
  for (std::size_t d = 0; d < kDescriptorCount; ++d) {
    DistributionReport& report = reports.emplace_back(compare(by_descriptor[d], first[d], second[d]));
    report.key = chem::kDescriptors[d].key;
    report.name = chem::kDescriptors[d].name;
    report.unit = chem::kDescriptors[d].unit;
  }
  return reports;
}

void add_known(Values& values, double value) {
  if (!std::isnan(value)) {
    values.push_back(value);
  }
}

/// Heads whose target the data set does not hold in their unit are left out.
std::vector<DistributionReport> compare_predictions(const CampaignMetrics& campaign, const data::DatasetIndex& training,
                                                    const TrainingSample& sample,
                                                    const std::vector<models::Head>& heads) {
  std::vector<DistributionReport> reports;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    const auto target = std::ranges::find_if(
        training.targets, [&](const data::Target& t) { return t.name == heads[h].target && t.unit == heads[h].unit; });
    if (target == training.targets.end()) {
      continue;
    }
    Values labels;
    std::ranges::for_each(target->values, [&](double value) { add_known(labels, value); });
    Values chance;
    for (const std::size_t i : sample.first) {
      add_known(chance, target->values[sample.rows[i]]);
    }
    std::vector<Values> replicates;
    for (const ReplicateResults& replicate : campaign.replicates()) {
      Values& values = replicates.emplace_back();
      for (const SampledMolecule& molecule : replicate.sample) {
        values.push_back(static_cast<double>(molecule.properties.at(h)));
      }
    }
    DistributionReport& report = reports.emplace_back(compare(replicates, labels, chance));
    report.key = heads[h].name;
    report.name = heads[h].name;
    report.unit = heads[h].unit;
  }
  return reports;
}

DiversityReport measure_diversity(const parallel::Communicator& communicator, const CampaignMetrics& campaign,
                                  const std::vector<Texts>& samples, const TrainingSample& training) {
  const ReferencePart references = reference_part(communicator, training.molecules);
  DiversityReport report;
  const auto own = gather_fingerprints(communicator, pick(training.molecules, training.first));
  const InternalDiversity of_training = internal_diversity(communicator, own);
  report.training_first = of_training.first;
  report.training_second = of_training.second;
  report.training_nearest = statistics::mean(nearest_similarities(communicator, own, references, training.first));
  Values first;
  Values second;
  Values nearest;
  Values nearest_novel;
  for (std::size_t r = 0; r < samples.size(); ++r) {
    const auto fingerprints = gather_fingerprints(communicator, samples[r]);
    const InternalDiversity diversity = internal_diversity(communicator, fingerprints);
    first.push_back(diversity.first);
    second.push_back(diversity.second);
    const Values similarities = nearest_similarities(communicator, fingerprints, references);
    nearest.push_back(statistics::mean(similarities));
    Values novel;
    for (std::size_t i = 0; communicator.is_root() && i < similarities.size(); ++i) {
      if (campaign.replicates()[r].sample[i].novel) {
        novel.push_back(similarities[i]);
      }
    }
    nearest_novel.push_back(statistics::mean(novel));
  }
  report.first = statistics::estimate(first);
  report.second = statistics::estimate(second);
  report.nearest = statistics::estimate(nearest);
  report.nearest_novel = statistics::estimate(nearest_novel);
  return report;
}

}  // namespace

MetricsReport evaluate_campaign(const parallel::Communicator& communicator, const CampaignMetrics& campaign,
                                const data::DatasetIndex& training, const std::vector<models::Head>& heads,
                                const MetricsSettings& settings) {
  MetricsReport report;
  report.all = campaign.all();
  for (const ReplicateResults& replicate : campaign.replicates()) {
    report.replicates.push_back(replicate.counts);
  }
  const std::vector<Texts> samples = broadcast_samples(communicator, campaign);
  if (settings.sample == 0 || samples.empty()) {
    return report;
  }
  report.sampled = std::ranges::min(samples, {}, &Texts::size).size();
  const TrainingSample sample = sample_training(training, settings.sample);
  report.training_sampled = sample.first.size();
  report.diversity = measure_diversity(communicator, campaign, samples, sample);
  report.descriptors = compare_descriptors(communicator, samples, sample);
  communicator.on_root([&] { report.predictions = compare_predictions(campaign, training, sample, heads); });
  return report;
}

}  // namespace epitaxy::sampling
