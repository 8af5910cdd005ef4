#include "latent/decoder.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::latent {

Decoder::Decoder(std::shared_ptr<Network> network, const DecodingSettings& settings)
    : network_(std::move(network)),
      settings_(settings),
      attempts_(settings.kind == DecodingKind::sampled ? settings.attempts : 1),
      points_(network_->rows() * network_->latent()),
      block_(network_->rows() * network_->length()) {}

/// Fills the block; returns the number of points.
std::size_t Decoder::take(std::span<const float> points) {
  check(points.size() % network_->latent() == 0 && points.size() <= points_.size(), "a block holds so many points");
  const auto rest = std::ranges::copy(points, points_.begin()).out;
  std::fill(rest, points_.end(), 0.0F);
  return points.size() / network_->latent();
}

void Decoder::decode(std::span<const float> points, const StreamSource& streams) {
  count_ = take(points);
  const std::size_t size = count_ * network_->length();
  tokens_.resize(attempts_ * size);
  for (std::size_t attempt = 0; attempt < attempts_; ++attempt) {
    decode_attempt(attempt, streams);
    std::copy_n(block_.data(), size, tokens_.data() + attempt * size);
  }
}

void Decoder::decode_attempt(std::size_t attempt, const StreamSource& streams) {
  switch (settings_.kind) {
    case DecodingKind::greedy:
      network_->executor().decode(points_.data(), block_.data());
      return;
    case DecodingKind::beam:
      network_->executor().beam(points_.data(), settings_.width, block_.data());
      return;
    case DecodingKind::sampled:
      break;
  }
  check(static_cast<bool>(streams), "tokens are drawn from streams");
  std::vector<RandomStream> own;
  own.reserve(network_->rows());
  for (std::size_t row = 0; row < network_->rows(); ++row) {
    own.push_back(streams(row, attempt));
  }
  network_->executor().sample(points_.data(), own, settings_.temperature, block_.data());
}

std::span<const std::int32_t> Decoder::tokens(std::size_t row, std::size_t attempt) const {
  check(row < count_ && attempt < attempts_, "tokens are of a point that was decoded");
  return std::span(tokens_).subspan((attempt * count_ + row) * network_->length(), network_->length());
}

std::string Decoder::text(std::size_t row, std::size_t attempt) const {
  return network_->text().decode(tokens(row, attempt).data());
}

std::vector<float> Decoder::predict(std::span<const float> points) {
  const std::size_t count = take(points);
  std::vector<float> predictions(network_->rows() * network_->heads());
  network_->executor().predict_latent(points_.data(), predictions.data());
  predictions.resize(count * network_->heads());
  return predictions;
}

}  // namespace epitaxy::latent
