#pragma once
/// \file
/// Counts over decoded molecules: valid, unique, novel. Defined as in MOSES (Polykovskiy et al., Front. Pharmacol. 11,
/// 565644, 2020) and GuacaMol (Brown et al., J. Chem. Inf. Model. 59, 1096, 2019); docs/user_guide.md has the words.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/section.h"
#include "sampling/campaign/block.h"
#include "sampling/metrics/identity_set.h"

namespace epitaxy::sampling {

/// What is measured besides the counts.
struct MetricsSettings {
  /// Molecules of each replicate, and of the training set, whose diversity and distributions are measured; 0: not.
  std::size_t sample = 5000;
};

/// Keys of `metrics:`.
MetricsSettings read_metrics(config::Section section);

inline constexpr std::size_t kCauses = static_cast<std::size_t>(chem::MoleculeCause::other) + 1;
/// Uniqueness is reported among the first so many valid molecules.
inline constexpr std::array<std::size_t, 2> kUniqueFirst{1000, 10000};

/// What molecules are, by number of decodes. They add up over blocks.
struct DecodeCounts {
  std::size_t points = 0;
  std::size_t points_valid = 0;  ///< With at least one valid decode.
  std::size_t decodes = 0;
  std::size_t rdkit_valid = 0;
  std::size_t valid = 0;
  std::array<std::size_t, kCauses> causes{};  ///< By chem::MoleculeCause.

  void add(const BlockResults& block);
  double share(std::size_t count) const;  ///< Of the decodes; NaN of none.
  double valid_point_share() const;       ///< Points with a valid decode, of all points.
};

/// With the distinct molecules among the valid ones.
struct MoleculeCounts : DecodeCounts {
  std::size_t unique = 0;
  std::size_t novel = 0;  ///< Distinct molecules that are not in the training set.
  /// Distinct ones among the first valid ones, by kUniqueFirst; 0 where there are fewer valid ones.
  std::array<std::size_t, kUniqueFirst.size()> unique_first{};

  double unique_share() const;                   ///< Of the valid.
  double unique_first_share(std::size_t) const;  ///< By index of kUniqueFirst; NaN where there are fewer valid ones.
  double novel_share() const;                    ///< Of the distinct.
};

/// Of a block by itself.
MoleculeCounts count_molecules(const BlockResults& block);

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
  MoleculeCounts counts;
  std::vector<SampledMolecule> sample;
};

/// Takes the blocks of one replicate in the order of their points. Memory: up to 22 bytes a distinct molecule, and the
/// sample.
class ReplicateMetrics {
 public:
  explicit ReplicateMetrics(const MetricsSettings& settings = {}) : sample_(settings.sample) {}
  void add(const BlockResults& block);
  const MoleculeCounts& counts() const { return counts_; }
  std::vector<SampledMolecule> take_sample() { return sample_.take(); }
  /// Forgets everything.
  void restart();

 private:
  void add_molecule(const BlockResults& block, std::size_t decode);

  MoleculeCounts counts_;
  IdentitySet distinct_;
  MoleculeSample sample_;
};

/// Takes all blocks of a campaign, ordered by their keys.
class CampaignMetrics {
 public:
  explicit CampaignMetrics(const MetricsSettings& settings) : current_(settings) {}
  void add(const BlockResults& block);
  /// Ends the last replicate. Nothing may be added afterwards.
  void finish();

  const std::vector<ReplicateResults>& replicates() const { return replicates_; }
  /// Of all replicates as one: molecules that several of them found are one molecule.
  const MoleculeCounts& all() const { return all_.counts(); }

 private:
  bool started_ = false;
  BlockKey last_;
  ReplicateMetrics current_;
  std::vector<ReplicateResults> replicates_;
  ReplicateMetrics all_{{.sample = 0}};
};

}  // namespace epitaxy::sampling
