#include "latent/random_strings.h"

#include "base/error.h"

namespace epitaxy::latent {

RandomStrings::RandomStrings(const models::ModelDescription& description)
    : symbols_(description.features), text_(description) {}

void RandomStrings::follow(std::string_view molecule) {
  if (!molecule.empty() && text_.can_encode(molecule)) {
    lengths_.push_back(chem::split(text_.representation().tokenizer, molecule).size());
  }
}

std::string RandomStrings::draw(RandomStream& stream) const {
  check(!lengths_.empty(), "random strings follow the lengths of molecules");
  std::string text;
  for (std::size_t left = lengths_[stream.below(lengths_.size())]; left > 0; --left) {
    text += symbols_[stream.below(symbols_.size())];
  }
  return text;
}

}  // namespace epitaxy::latent
