#include "sampling/metrics/molecule_metrics.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::sampling {

namespace {

/// A bijection of 64-bit numbers without visible order (the finalizer of SplitMix64, Steele et al., OOPSLA 2014).
std::uint64_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

bool before(const SampledMolecule& a, const SampledMolecule& b) { return a.order < b.order; }

void check_sizes(const BlockResults& block) {
  const std::size_t decodes = block.points * block.attempts;
  check(block.causes.size() == decodes && block.rdkit_valid.size() == decodes && block.identity.size() == decodes &&
            block.novel.size() == decodes && block.smiles.size() == decodes,
        "a block holds as many results as decodes");
}

}  // namespace

void keys(config::Keys& k, MetricsSettings& s) {
  k.integer(s.sample,
            config::Key("sample",
                        "molecules of each scramble, and of the training data, whose diversity and distributions are "
                        "measured; 0: none")
                .output(),
            {.low = 0, .high = 100000});
}

latent::MoleculeCounts count_molecules(const BlockResults& block) {
  ReplicateMetrics metrics({.sample = 0});
  metrics.add(block);
  return metrics.counts();
}

bool MoleculeSample::wants(std::uint64_t identity) const {
  return heap_.size() < most_ || (most_ > 0 && scrambled(identity) < heap_.front().order);
}

void MoleculeSample::add(std::uint64_t identity, SampledMolecule molecule) {
  if (!wants(identity)) {
    return;
  }
  if (heap_.size() == most_) {
    std::ranges::pop_heap(heap_, before);
    heap_.pop_back();
  }
  molecule.order = scrambled(identity);
  heap_.push_back(std::move(molecule));
  std::ranges::push_heap(heap_, before);
}

std::vector<SampledMolecule> MoleculeSample::take() {
  std::ranges::sort(heap_, before);
  return std::exchange(heap_, {});
}

void ReplicateMetrics::add(const BlockResults& block) {
  check_sizes(block);
  for (std::size_t i = 0; i < block.causes.size(); ++i) {
    if (i % block.attempts == 0) {
      counter_.begin_point();
    }
    if (counter_.add(block.finding(i)) && sample_.wants(block.identity[i])) {
      sample(block, i);
    }
  }
}

void ReplicateMetrics::sample(const BlockResults& block, std::size_t decode) {
  const std::size_t heads = block.points > 0 ? block.properties.size() / block.points : 0;
  const float* properties = block.properties.data() + decode / block.attempts * heads;
  sample_.add(block.identity[decode], {.smiles = block.smiles[decode],
                                       .novel = block.novel[decode] != 0,
                                       .properties = {properties, properties + heads}});
}

void ReplicateMetrics::restart() {
  counter_.restart();
  sample_.take();
}

void CampaignMetrics::add(const BlockResults& block) {
  check(!started_ || last_ < block.key, "blocks come in the order of their keys");
  if (started_ && last_.scramble != block.key.scramble) {
    finish();
  }
  started_ = true;
  last_ = block.key;
  current_.add(block);
  all_.add(block);
}

void CampaignMetrics::finish() {
  if (started_) {
    replicates_.push_back({last_.scramble, current_.counts(), current_.take_sample()});
    current_.restart();
    started_ = false;
  }
}

}  // namespace epitaxy::sampling
