#include "sampling/campaign/block_decoder.h"

#include <algorithm>

namespace epitaxy::sampling {

namespace {

/// Points that the model sees at once, always: a smaller rest is filled up. More hardly decode faster, and take memory.
/// The hypotheses of a beam take the places of as many points.
std::size_t rows_at_once(const BlockSource& source) {
  const bool beam = source.decoding.kind == latent::DecodingKind::beam;
  return std::clamp<std::size_t>(std::max(source.block, beam ? source.decoding.width : 1), 1, 1024);
}

std::shared_ptr<latent::Network> network_of(const BlockSource& source) {
  auto network = std::make_shared<latent::Network>(source.model, source.arithmetic, rows_at_once(source));
  network->load(source.weights);
  return network;
}

}  // namespace

BlockDecoder::BlockDecoder(const BlockSource& source)
    : source_(source),
      decoder_(network_of(source), source.decoding),
      judge_(models::representation_of(source.model.description()).name, source.known),
      unit_(decoder_.network().rows() * source.domain.dimensions()),
      latent_(decoder_.network().rows() * source.domain.latent()) {}

const SobolSequence& BlockDecoder::sequence(std::uint32_t scramble) {
  if (!sequence_.contains(scramble)) {
    sequence_.clear();
    sequence_.emplace(scramble, SobolSequence(source_.domain.dimensions(), SobolSequence::Scramble::linear_matrix,
                                              source_.seed, scramble));
  }
  return sequence_.at(scramble);
}

BlockResults BlockDecoder::compute(BlockKey key, std::size_t points) {
  BlockResults block;
  block.key = key;
  block.points = points;
  block.attempts = decoder_.attempts();
  judge_.forget();
  const std::size_t rows = decoder_.network().rows();
  for (std::size_t done = 0; done < points; done += rows) {
    decode_some(key.first + done, std::min(rows, points - done), block);
  }
  return block;
}

void BlockDecoder::decode_some(std::uint64_t first, std::size_t count, BlockResults& block) {
  const std::uint32_t scramble = block.key.scramble;
  sequence(scramble).points(first, count, unit_.data());
  std::ranges::fill(latent_, 0.0f);
  source_.domain.map(unit_.data(), count, latent_.data());
  const auto points = std::span<const float>(latent_).first(count * source_.domain.latent());
  const auto& heads = source_.model.description().heads;
  const std::vector<float> predictions = decoder_.predict(points);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const double value = heads[i % heads.size()].standardizer.backward(predictions[i]);
    block.properties.push_back(static_cast<float>(value));
  }
  decoder_.decode(points, [&](std::size_t row, std::size_t attempt) {
    return RandomStream(source_.seed, Purpose::tokens, scramble, static_cast<std::uint32_t>(first + row),
                        static_cast<std::uint32_t>(attempt));
  });
  for (std::size_t i = 0; i < count * decoder_.attempts(); ++i) {
    block.add(judge_.judge(decoder_.text(i / decoder_.attempts(), i % decoder_.attempts())));
  }
}

}  // namespace epitaxy::sampling
