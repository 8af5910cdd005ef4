#pragma once
/// \file
/// Blocks of random strings, as a control of a campaign.
#include <cstdint>

#include "data/dataset.h"
#include "latent/judge.h"
#include "latent/random_strings.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

class RandomBlocks {
 public:
  /// Strings as long as the training molecules that the model can read. `known` outlives the blocks. Throws InputError
  /// when it can read none.
  RandomBlocks(const models::ModelDescription& description, const data::DatasetIndex& training,
               const latent::KnownMolecules& known, std::uint64_t seed);
  /// A block with one string a point and no properties (NaN).
  BlockResults compute(BlockKey key, std::size_t points);

 private:
  latent::RandomStrings strings_;
  std::size_t heads_;
  latent::Judge judge_;
  std::uint64_t seed_;
};

}  // namespace epitaxy::sampling
