#pragma once
/// \file
/// What points of a latent space decode to, with verdicts and predicted properties.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "epitaxy/latent_space.h"
#include "latent/decoder.h"
#include "latent/judge.h"
#include "latent/latent_model.h"
#include "parallel/row_blocks.h"

namespace epitaxy::app {

/// By decoded molecule, points in their order; nothing is said of points that are absent.
struct DecodedPoints {
  std::vector<std::string> smiles;     ///< As decoded.
  std::vector<std::string> canonical;  ///< Empty unless RDKit reads it.
  std::vector<latent::Finding> findings;
  std::vector<float> properties;  ///< [points, heads], standardized.
};

inline constexpr std::size_t kMostSamples = 1000000;
inline constexpr std::size_t kLargestBeam = 256;

/// Throws InputError for settings that cannot be.
latent::DecodingSettings decoding_settings(const Decoding& decoding);

/// Of a range of `points` [all points, latent]. Draws depend on `seed` and the number of the point. `present` [all
/// points], or empty when all are.
DecodedPoints decode_points(const latent::LatentModel& model, const latent::DecodingSettings& settings,
                            std::uint64_t seed, std::span<const float> points, const std::vector<bool>& present,
                            parallel::RowRange range);

/// Of invalidity; empty when valid.
std::string cause_of(const latent::Finding& finding);

}  // namespace epitaxy::app
