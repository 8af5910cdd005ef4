#include "latent/decoder.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::latent {

Decoder::Decoder(std::shared_ptr<Network> network, const DecodingSettings& settings)
    : network_(std::move(network)),
      settings_(settings),
      points_(network_->rows() * network_->latent()),
      tokens_(settings.kind == DecodingKind::sampled ? settings.attempts : 1,
              std::vector<std::int32_t>(network_->rows() * network_->length())) {}

/// Fills the block; returns the number of points.
std::size_t Decoder::take(std::span<const float> points) {
  check(points.size() % network_->latent() == 0 && points.size() <= points_.size(), "a block holds so many points");
  const auto rest = std::ranges::copy(points, points_.begin()).out;
  std::fill(rest, points_.end(), 0.0F);
  return points.size() / network_->latent();
}

void Decoder::decode(std::span<const float> points, const StreamSource& streams) {
  take(points);
  for (std::size_t attempt = 0; attempt < tokens_.size(); ++attempt) {
    decode_attempt(attempt, streams);
  }
}

void Decoder::decode_attempt(std::size_t attempt, const StreamSource& streams) {
  std::int32_t* tokens = tokens_[attempt].data();
  switch (settings_.kind) {
    case DecodingKind::greedy:
      network_->executor().decode(points_.data(), tokens);
      return;
    case DecodingKind::beam:
      network_->executor().beam(points_.data(), settings_.width, tokens);
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
  network_->executor().sample(points_.data(), own, settings_.temperature, tokens);
}

std::span<const std::int32_t> Decoder::tokens(std::size_t row, std::size_t attempt) const {
  return std::span(tokens_.at(attempt)).subspan(row * network_->length(), network_->length());
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
