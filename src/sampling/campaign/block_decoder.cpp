#include "sampling/campaign/block_decoder.h"

#include <algorithm>

#include "base/random.h"

namespace epitaxy::sampling {

namespace {

/// More points at once hardly decode faster, and take memory.
constexpr std::size_t kLargestChunk = 1024;

}  // namespace

BlockDecoder::BlockDecoder(const BlockSource& source)
    : source_(source),
      chunk_(std::clamp<std::size_t>(source.block, 1, kLargestChunk)),
      text_(source.model.description()),
      judge_(source.model.description().representation, source.known),
      executor_(source.model.net().executor(
          {.rows = chunk_, .arithmetic = source.arithmetic, .training = false, .trainable = {}})),
      unit_(chunk_ * source.domain.dimensions()),
      latent_(chunk_ * source.domain.latent()),
      predictions_(chunk_ * source.model.description().heads.size()),
      tokens_(source.decoding.attempts, std::vector<std::int32_t>(chunk_ * source.model.description().vae.length)) {
  executor_->load(source.weights);
}

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
  block.attempts = source_.decoding.attempts;
  judge_.forget();
  for (std::size_t done = 0; done < points; done += chunk_) {
    decode_chunk(key, done, std::min(chunk_, points - done), block);
  }
  return block;
}

void BlockDecoder::decode_chunk(BlockKey key, std::size_t done, std::size_t count, BlockResults& block) {
  const auto& description = source_.model.description();
  sequence(key.scramble).points(key.first + done, count, unit_.data());
  std::ranges::fill(latent_, 0.0f);
  source_.domain.map(unit_.data(), count, latent_.data());
  executor_->predict_latent(latent_.data(), predictions_.data());
  const std::size_t heads = description.heads.size();
  for (std::size_t i = 0; i < count * heads; ++i) {
    const double value = description.heads[i % heads].standardizer.backward(predictions_[i]);
    block.properties.push_back(static_cast<float>(value));
  }
  for (std::size_t attempt = 0; attempt < tokens_.size(); ++attempt) {
    decode_tokens(key, done, attempt);
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& tokens : tokens_) {
      judge_.add(text_.decode(tokens.data() + i * description.vae.length), block);
    }
  }
}

void BlockDecoder::decode_tokens(BlockKey key, std::size_t done, std::size_t attempt) {
  std::int32_t* tokens = tokens_[attempt].data();
  switch (source_.decoding.kind) {
    case DecodingKind::greedy:
      executor_->decode(latent_.data(), tokens);
      return;
    case DecodingKind::beam:
      executor_->beam(latent_.data(), source_.decoding.width, tokens);
      return;
    case DecodingKind::sampled:
      break;
  }
  std::vector<RandomStream> streams;
  streams.reserve(chunk_);
  for (std::size_t i = 0; i < chunk_; ++i) {
    const auto point = static_cast<std::uint32_t>(key.first + done + i);
    streams.emplace_back(source_.seed, Purpose::tokens, key.scramble, point, static_cast<std::uint32_t>(attempt));
  }
  executor_->sample(latent_.data(), streams, source_.decoding.temperature, tokens);
}

}  // namespace epitaxy::sampling
