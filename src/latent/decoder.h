#pragma once
/// \file
/// From points of the latent space to strings.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/random.h"
#include "latent/network.h"

namespace epitaxy::latent {

enum class DecodingKind {
  greedy,   ///< The most probable token at each step.
  sampled,  ///< Tokens drawn, several molecules a point.
  beam      ///< The most probable string that a beam search finds.
};
inline constexpr Named<DecodingKind> kDecodingKinds[] = {
    {DecodingKind::greedy, "greedy"}, {DecodingKind::sampled, "sampled"}, {DecodingKind::beam, "beam"}};
constexpr std::span<const Named<DecodingKind>> names(DecodingKind) { return kDecodingKinds; }

struct DecodingSettings {
  DecodingKind kind = DecodingKind::greedy;
  std::size_t attempts = 1;  ///< sampled: molecules of a point.
  double temperature = 1;    ///< sampled
  std::size_t width = 5;     ///< beam: hypotheses of a point.
};

/// The random numbers of an attempt at a row of a block. Keyed by the number of the point, they make drawn strings
/// independent of blocks and ranks.
using StreamSource = std::function<RandomStream(std::size_t row, std::size_t attempt)>;

/// Decodes a block of points at a time; strings that have ended cost nothing while others go on.
class Decoder {
 public:
  explicit Decoder(std::shared_ptr<Network> network, const DecodingSettings& settings = {});
  const Network& network() const { return *network_; }
  std::size_t attempts() const { return attempts_; }

  /// points [count, latent], at most network().rows() of them. Streams are needed, also for rows that no point fills,
  /// when tokens are drawn.
  void decode(std::span<const float> points, const StreamSource& streams = {});
  /// Of a row of the last block: token ids [length], zeros from the end on, and the string in the model's
  /// representation.
  std::span<const std::int32_t> tokens(std::size_t row, std::size_t attempt = 0) const;
  std::string text(std::size_t row, std::size_t attempt = 0) const;

  /// What the heads predict for points [count, latent] of a block: [count, heads], standardized.
  std::vector<float> predict(std::span<const float> points);

 private:
  std::size_t take(std::span<const float> points);
  void decode_attempt(std::size_t attempt, const StreamSource& streams);

  std::shared_ptr<Network> network_;
  DecodingSettings settings_;
  std::size_t attempts_;
  std::vector<float> points_;         ///< [rows, latent], the rest is zero.
  std::size_t count_ = 0;             ///< Of the points that were decoded last.
  std::vector<std::int32_t> block_;   ///< [rows, length], of one attempt.
  std::vector<std::int32_t> tokens_;  ///< [attempts, count, length]: many attempts at few points take little memory.
};

}  // namespace epitaxy::latent
