#pragma once
/// \file
/// From the number of a block to its molecules: Sobol points, latent vectors, predicted properties, decoded strings.
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae.h"
#include "sampling/campaign/block.h"
#include "sampling/campaign/known_molecules.h"
#include "sampling/points/domain.h"
#include "sampling/points/sobol.h"

namespace epitaxy::sampling {

enum class DecodingKind {
  greedy,   ///< The most probable token at each step.
  sampled,  ///< Tokens drawn, several molecules a point.
  beam      ///< The most probable string that a beam search finds.
};

struct DecodingSettings {
  DecodingKind kind = DecodingKind::greedy;
  std::size_t attempts = 1;  ///< sampled: molecules of a point.
  double temperature = 1;    ///< sampled
  std::size_t width = 5;     ///< beam: hypotheses of a point.
};

/// Everything that a block depends on besides its number. What it refers to outlives the decoder.
struct BlockSource {
  const models::MoleculeModel& model;
  const float* weights;
  nn::Arithmetic arithmetic;
  const Domain& domain;
  std::uint64_t seed;  ///< Of the scrambles and of drawn tokens.
  DecodingSettings decoding;
  const KnownMolecules& known;
  std::size_t block = 256;  ///< Points of a block.
};

/// A block's results have the same bits whoever computes it, and when.
class BlockDecoder {
 public:
  explicit BlockDecoder(const BlockSource& source);
  BlockResults compute(BlockKey key, std::size_t points);

 private:
  void decode_chunk(BlockKey key, std::size_t done, std::size_t count, BlockResults& block);
  void decode_tokens(BlockKey key, std::size_t done, std::size_t attempt);
  const SobolSequence& sequence(std::uint32_t scramble);

  BlockSource source_;
  std::size_t chunk_;  ///< Points that the model sees at once, always: a smaller rest is filled up.
  models::MoleculeText text_;
  BlockJudge judge_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
  std::map<std::uint32_t, SobolSequence> sequence_;  ///< The scramble that was used last.
  std::vector<double> unit_;
  std::vector<float> latent_;
  std::vector<float> predictions_;
  std::vector<std::vector<std::int32_t>> tokens_;  ///< By attempt.
};

}  // namespace epitaxy::sampling
