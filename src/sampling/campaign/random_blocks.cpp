#include "sampling/campaign/random_blocks.h"

#include <limits>

#include "base/error.h"

namespace epitaxy::sampling {

RandomBlocks::RandomBlocks(const models::ModelDescription& description, const data::DatasetIndex& training,
                           const latent::KnownMolecules& known, std::uint64_t seed)
    : strings_(description),
      heads_(description.heads.size()),
      judge_(models::representation_of(description).name, &known),
      seed_(seed) {
  for (const std::string& molecule : data::texts(training, models::representation_of(description).notation)) {
    strings_.follow(molecule);
  }
  if (strings_.empty()) {
    fail_input("{}: the model can read none of its molecules, so random strings have no lengths to follow",
               training.path.string());
  }
}

BlockResults RandomBlocks::compute(BlockKey key, std::size_t points) {
  BlockResults block;
  block.key = key;
  block.points = points;
  block.properties.assign(points * heads_, std::numeric_limits<float>::quiet_NaN());
  judge_.forget();
  for (std::size_t i = 0; i < points; ++i) {
    RandomStream stream(seed_, Purpose::points, key.scramble, static_cast<std::uint32_t>(key.first + i));
    block.add(judge_.judge(strings_.draw(stream)));
  }
  return block;
}

}  // namespace epitaxy::sampling
