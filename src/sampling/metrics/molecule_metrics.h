#pragma once
/// \file
/// Blocks counted, by replicate and together, and molecules chosen from them to be looked at closely.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/keys.h"
#include "latent/counts.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

/// What is measured besides the counts.
struct MetricsSettings {
  /// Molecules of each replicate, and of the training set, whose diversity and distributions are measured; 0: not.
  std::size_t sample = 5000;
  bool novelty = true;  ///< There are training molecules to compare with.
};

/// Keys of `metrics:`.
void keys(config::Keys& k, MetricsSettings& settings);

/// Of a block by itself.
latent::MoleculeCounts count_molecules(const BlockResults& block);

/// One of the molecules chosen to be looked at closely.
struct SampledMolecule {
  std::uint64_t order = 0;  ///< Random number of this molecule; the smallest are chosen.
  std::string smiles;       ///< Canonical.
  bool novel = false;
  std::vector<float> properties;  ///< [heads] predicted at the first point that decodes to it.
};

/// A uniform sample of distinct molecules that depends on them alone, not on their order or number of copies: those
/// whose hashes, scrambled, are smallest.
class MoleculeSample {
 public:
  explicit MoleculeSample(std::size_t most) : most_(most) {}
  bool wants(std::uint64_t identity) const;
  /// Each identity once.
  void add(std::uint64_t identity, SampledMolecule molecule);
  /// By rising `order`; the sample is empty afterwards.
  std::vector<SampledMolecule> take();

 private:
  std::size_t most_;
  std::vector<SampledMolecule> heap_;  ///< The largest `order` first.
};

/// Of one replicate.
struct ReplicateResults {
  std::uint32_t scramble = 0;
  latent::MoleculeCounts counts;
  std::vector<SampledMolecule> sample;
};

/// Takes the blocks of one replicate in the order of their points. Memory: that of the counter, and the sample.
class ReplicateMetrics {
 public:
  explicit ReplicateMetrics(const MetricsSettings& settings = {})
      : counter_(settings.novelty), sample_(settings.sample) {}
  void add(const BlockResults& block);
  const latent::MoleculeCounts& counts() const { return counter_.counts(); }
  std::vector<SampledMolecule> take_sample() { return sample_.take(); }
  /// Forgets everything.
  void restart();

 private:
  void sample(const BlockResults& block, std::size_t decode);

  latent::MoleculeCounter counter_;
  MoleculeSample sample_;
};

/// Takes all blocks of a campaign, ordered by their keys.
class CampaignMetrics {
 public:
  explicit CampaignMetrics(const MetricsSettings& settings)
      : current_(settings), all_({.sample = 0, .novelty = settings.novelty}) {}
  void add(const BlockResults& block);
  /// Ends the last replicate. Nothing may be added afterwards.
  void finish();

  const std::vector<ReplicateResults>& replicates() const { return replicates_; }
  /// Of all replicates as one: molecules that several of them found are one molecule.
  const latent::MoleculeCounts& all() const { return all_.counts(); }

 private:
  bool started_ = false;
  BlockKey last_;
  ReplicateMetrics current_;
  std::vector<ReplicateResults> replicates_;
  ReplicateMetrics all_;
};

}  // namespace epitaxy::sampling
