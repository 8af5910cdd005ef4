#pragma once
/// \file
/// The keys of the `sample` stage.
#include <cstdint>
#include <optional>
#include <string>

#include "config/keys.h"
#include "latent/decoder.h"
#include "nn/dense.h"
#include "sampling/map/latent_map.h"
#include "sampling/metrics/molecule_metrics.h"
#include "sampling/points/domain.h"
#include "sampling/search/verify.h"

namespace epitaxy::sampling {

/// What validity is measured against: as many points of the domain by a decoder that never learned, and as many random
/// strings of the model's tokens. Rounded up to whole blocks; 0: not.
struct ControlSettings {
  std::size_t untrained_decoder = 0;
  std::size_t random_strings = 0;
};

/// A search: points lie only where a head predicts the property below (above) the limit.
struct ObjectiveSettings {
  std::string property;  ///< Name of a head or of its target.
  bool below = true;
  double limit = 0;               ///< In the target's unit.
  std::size_t candidates = 3000;  ///< New molecules that are kept at most.

  bool met_by(double value) const { return below ? value < limit : value > limit; }
};

/// What GFN2-xTB computes of a candidate, in eV.
enum class XtbQuantity { gap, homo, lumo };
inline constexpr Named<XtbQuantity> kXtbQuantities[] = {
    {XtbQuantity::gap, "gap"}, {XtbQuantity::homo, "homo"}, {XtbQuantity::lumo, "lumo"}};
constexpr std::span<const Named<XtbQuantity>> names(XtbQuantity) { return kXtbQuantities; }

/// How a search is proved.
struct ProofSettings {
  VerifySettings verify;
  XtbQuantity quantity = XtbQuantity::gap;  ///< That the objective is about.
  /// As many new molecules of the same domain without the objective: what one would find without a search.
  std::size_t untargeted = 0;
};

struct SampleSettings {
  std::string model;
  std::string training_data;   ///< Empty: what is new is not asked.
  std::size_t points = 65536;  ///< Of each scramble.
  std::uint32_t scrambles = 4;
  std::size_t block = 1024;
  std::uint64_t seed = 1;
  DomainSettings domain;
  latent::DecodingSettings decoding;
  nn::Arithmetic arithmetic;
  MetricsSettings metrics;
  ControlSettings controls;
  std::optional<ObjectiveSettings> objective;
  std::optional<MapSettings> map;
  std::optional<ProofSettings> proof;
  std::string signature;  ///< What decides the bits of a block, see config::KeyReader; without model and data.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, SampleSettings& settings);

}  // namespace epitaxy::sampling
