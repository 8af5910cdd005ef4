#pragma once
/// \file
/// The control without which validity means nothing, of SELFIES above all: random strings of a model's tokens.
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "models/molecule_vae/molecule_text.h"

namespace epitaxy::latent {

/// Strings with as many tokens as a random one of some molecules has, each token any of the model's with equal
/// probability.
class RandomStrings {
 public:
  explicit RandomStrings(const models::ModelDescription& description);

  /// One of these molecules, in the model's representation; left out if the model cannot read it.
  void follow(std::string_view molecule);
  bool empty() const { return lengths_.empty(); }
  /// Not before a molecule was followed.
  std::string draw(RandomStream& stream) const;

 private:
  std::vector<std::string> symbols_;
  models::MoleculeText text_;
  std::vector<std::size_t> lengths_;  ///< In tokens.
};

}  // namespace epitaxy::latent
