#pragma once
/// \file
/// Strings of molecules as the token ids of a molecule model, and back.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chem/substance.h"
#include "models/description.h"

namespace epitaxy::models {

/// Token ids of a row of a molecule model. Each spelling of the molecule ends with 0.
using TokenId = std::uint16_t;

/// How a molecule_vae writes molecules. Throws InputError for an unknown representation.
const chem::Representation& representation_of(const ModelDescription& description);

class MoleculeText {
 public:
  /// Of a molecule_vae. Throws InputError for an unknown representation.
  explicit MoleculeText(const ModelDescription& description);

  const chem::Representation& representation() const { return representation_; }
  /// Appends the ids of a string in the model's representation, and the end. Throws chem::TokenError, and appends
  /// nothing: tokens that the model does not know, or more of them than it reads.
  void encode(std::string_view text, std::vector<TokenId>& ids) const;
  bool can_encode(std::string_view text) const;
  /// Ids [length] up to the first 0 -> the string in the model's representation.
  std::string decode(const std::int32_t* ids) const;

 private:
  const chem::Representation& representation_;
  chem::TokenTable table_;
  std::size_t length_;
};

}  // namespace epitaxy::models
