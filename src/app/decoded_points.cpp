#include "app/decoded_points.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace epitaxy::app {

latent::DecodingSettings decoding_settings(const Decoding& decoding) {
  if (!(decoding.temperature > 0) || !std::isfinite(decoding.temperature)) {
    fail_input("temperature {}: has to be above 0", decoding.temperature);
  }
  if (decoding.beam > 0 && decoding.samples > 0) {
    fail_input("either {} samples or a beam of {}: not both", decoding.samples, decoding.beam);
  }
  if (decoding.beam > kLargestBeam || decoding.samples > kMostSamples) {
    fail_input("{} samples, a beam of {}: at most {} and {}", decoding.samples, decoding.beam, kMostSamples,
               kLargestBeam);
  }
  if (decoding.beam > 0) {
    return {.kind = latent::DecodingKind::beam, .width = decoding.beam};
  }
  if (decoding.samples > 0) {
    return {.kind = latent::DecodingKind::sampled, .attempts = decoding.samples, .temperature = decoding.temperature};
  }
  return {};
}

DecodedPoints decode_points(const latent::LatentModel& model, const latent::DecodingSettings& settings,
                            std::uint64_t seed, std::span<const float> points, const std::vector<bool>& present,
                            parallel::RowRange range) {
  latent::Decoder decoder(model.network(), settings);
  latent::Judge judge(models::representation_of(model.description()).name);
  DecodedPoints result;
  for (std::size_t first = range.first; first < range.last; first += decoder.network().rows()) {
    const std::size_t count = std::min(decoder.network().rows(), range.last - first);
    const auto block = points.subspan(first * model.latent(), count * model.latent());
    const std::vector<float> predicted = decoder.predict(block);
    result.properties.insert(result.properties.end(), predicted.begin(), predicted.end());
    decoder.decode(block, [&](std::size_t row, std::size_t attempt) {
      return RandomStream(seed, Purpose::tokens, static_cast<std::uint32_t>(first + row),
                          static_cast<std::uint32_t>(attempt));
    });
    judge.forget();
    for (std::size_t i = 0; i < count * decoder.attempts(); ++i) {
      const std::size_t row = i / decoder.attempts();
      const bool is_there = present.empty() || present[first + row];
      const latent::Verdict verdict =
          is_there ? judge.judge(decoder.text(row, i % decoder.attempts())) : latent::Verdict{};
      result.smiles.push_back(verdict.smiles);
      result.canonical.push_back(verdict.canonical);
      result.findings.push_back(verdict);
    }
  }
  return result;
}

std::string cause_of(const latent::Finding& finding) { return finding.valid() ? "" : chem::name_of(finding.cause); }

}  // namespace epitaxy::app
