#include "sampling/campaign/random_strings.h"

#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "models/molecule_vae/molecule_text.h"

namespace epitaxy::sampling {

RandomStrings::RandomStrings(const models::ModelDescription& description, const data::DatasetIndex& training,
                             const KnownMolecules& known, std::uint64_t seed)
    : symbols_(description.features),
      heads_(description.heads.size()),
      judge_(description.representation, known),
      seed_(seed) {
  const models::MoleculeText text(description);
  for (const std::string& molecule : data::texts(training, description.representation)) {
    if (!molecule.empty() && text.can_encode(molecule)) {
      lengths_.push_back(chem::split(models::tokenizer_of(description.representation), molecule).size());
    }
  }
  if (lengths_.empty()) {
    fail_input("{}: the model can read none of its molecules, so random strings have no lengths to follow",
               training.path.string());
  }
}

BlockResults RandomStrings::compute(BlockKey key, std::size_t points) {
  BlockResults block;
  block.key = key;
  block.points = points;
  block.properties.assign(points * heads_, std::numeric_limits<float>::quiet_NaN());
  judge_.forget();
  std::string text;
  for (std::size_t i = 0; i < points; ++i) {
    RandomStream stream(seed_, Purpose::points, key.scramble, static_cast<std::uint32_t>(key.first + i));
    text.clear();
    for (std::size_t left = lengths_[stream.below(lengths_.size())]; left > 0; --left) {
      text += symbols_[stream.below(symbols_.size())];
    }
    judge_.add(text, block);
  }
  return block;
}

}  // namespace epitaxy::sampling
