#include "models/molecule_vae/molecule_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace epitaxy::models {

chem::Tokenizer tokenizer_of(const std::string& representation) {
  return chem::tokenizer(representation == "selfies" ? "tokens" : representation);
}

MoleculeText::MoleculeText(const ModelDescription& description)
    : table_(tokenizer_of(description.representation), description.features), length_(description.vae.length) {}

void MoleculeText::encode(std::string_view text, float* ids) const {
  const auto tokens = table_.encode(text);
  if (tokens.size() >= length_) {
    throw chem::TokenError(
        fmt::format("{} tokens are too many: the model reads at most {}", tokens.size(), length_ - 1));
  }
  std::fill_n(ids, length_, 0.0f);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    ids[i] = static_cast<float>(tokens[i] - chem::TokenTable::end);
  }
}

bool MoleculeText::can_encode(std::string_view text) const {
  try {
    return table_.encode(text).size() < length_;
  } catch (const chem::TokenError&) {
    return false;
  }
}

std::string MoleculeText::decode(const std::int32_t* ids) const {
  std::string text;
  for (std::size_t i = 0; i < length_ && ids[i] > 0; ++i) {
    text += table_.symbols()[static_cast<std::size_t>(ids[i]) - 1];
  }
  return text;
}

}  // namespace epitaxy::models
