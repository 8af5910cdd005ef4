#pragma once
/// \file
/// The control without which validity means nothing, of SELFIES above all: random strings of a model's tokens.
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "models/model.h"
#include "sampling/campaign/known_molecules.h"

namespace epitaxy::sampling {

/// Strings with as many tokens as a random training molecule has, each token any of the model's with equal probability.
class RandomStrings {
 public:
  RandomStrings(const models::ModelDescription& description, const data::DatasetIndex& training,
                const KnownMolecules& known, std::uint64_t seed);
  /// A block with one string a point and no properties (NaN).
  BlockResults compute(BlockKey key, std::size_t points);

 private:
  std::vector<std::string> symbols_;
  std::size_t heads_;
  std::vector<std::size_t> lengths_;  ///< In tokens, of the molecules that the model can read.
  BlockJudge judge_;
  std::uint64_t seed_;
};

}  // namespace epitaxy::sampling
