#include "models/molecule_vae/molecule_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "models/molecule_vae/molecule_vae_settings.h"

namespace epitaxy::models {

const chem::Representation& representation_of(const ModelDescription& description) {
  return chem::molecules().representation(description.as<MoleculeVaeSettings>().representation);
}

MoleculeText::MoleculeText(const ModelDescription& description)
    : representation_(representation_of(description)),
      table_(representation_.tokenizer, description.features),
      length_(description.as<MoleculeVaeSettings>().length) {}

void MoleculeText::encode(std::string_view text, std::vector<TokenId>& ids) const {
  const auto tokens = chem::split(representation_.tokenizer, text);
  std::vector<std::string> unknown;
  for (const std::string_view token : tokens) {
    if (!table_.id(token) && std::ranges::find(unknown, token) == unknown.end()) {
      unknown.emplace_back(token);
    }
  }
  if (!unknown.empty()) {
    throw chem::TokenError("the model does not know " + text::join(unknown, " "));
  }
  if (tokens.size() >= length_) {
    throw chem::TokenError(
        fmt::format("{} tokens are too many: the model reads at most {}", tokens.size(), length_ - 1));
  }
  for (const std::string_view token : tokens) {
    ids.push_back(static_cast<TokenId>(*table_.id(token)));
  }
  ids.push_back(0);
}

bool MoleculeText::can_encode(std::string_view text) const {
  try {
    std::vector<TokenId> ids;
    encode(text, ids);
    return true;
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
