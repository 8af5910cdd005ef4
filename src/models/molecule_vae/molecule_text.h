#pragma once
/// \file
/// Strings of molecules as the token ids of a molecule model, and back.
#include <cstdint>
#include <string>
#include <string_view>

#include "chem/tokens.h"
#include "models/model.h"

namespace epitaxy::models {

class MoleculeText {
 public:
  /// Of a molecule_vae. Throws Error for an unknown representation.
  explicit MoleculeText(const ModelDescription& description);

  /// A string in the model's representation -> ids [length], 0 from its end on. Throws chem::TokenError: a token that
  /// the model does not know, or more than length - 1 tokens.
  void encode(std::string_view text, float* ids) const;
  bool can_encode(std::string_view text) const;
  /// Ids [length] up to the first 0 -> the string in the model's representation.
  std::string decode(const std::int32_t* ids) const;

 private:
  chem::TokenTable table_;
  std::size_t length_;
};

/// How the strings of a representation (`characters`, `tokens`, `selfies`) are cut.
chem::Tokenizer tokenizer_of(const std::string& representation);

}  // namespace epitaxy::models
