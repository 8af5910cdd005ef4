#pragma once
/// \file
/// From the number of a block to its molecules: Sobol points, latent vectors, predicted properties, decoded strings.
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "latent/decoder.h"
#include "sampling/campaign/block.h"
#include "sampling/points/domain.h"
#include "sampling/points/sobol.h"

namespace epitaxy::sampling {

/// Everything that a block depends on besides its number. What it refers to outlives the decoder.
struct BlockSource {
  const models::MoleculeModel& model;
  const float* weights;
  nn::Arithmetic arithmetic;
  const Domain& domain;
  std::uint64_t seed;  ///< Of the scrambles and of drawn tokens.
  latent::DecodingSettings decoding;
  const latent::KnownMolecules* known = nullptr;  ///< Null: nothing is new.
  std::size_t block = 256;                        ///< Points of a block.
};

/// A block's results have the same bits whoever computes it, and when.
class BlockDecoder {
 public:
  explicit BlockDecoder(const BlockSource& source);
  BlockResults compute(BlockKey key, std::size_t points);

 private:
  void decode_some(std::uint64_t first, std::size_t count, BlockResults& block);
  const SobolSequence& sequence(std::uint32_t scramble);

  BlockSource source_;
  latent::Decoder decoder_;
  latent::Judge judge_;  ///< A string that was decoded before in the same block is not checked again.
  std::map<std::uint32_t, SobolSequence> sequence_;  ///< The scramble that was used last.
  std::vector<double> unit_;
  std::vector<float> latent_;
};

}  // namespace epitaxy::sampling
