#pragma once
/// \file
/// A pretraining of a small fingerprint_net on made-up properties of molecules.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/key_reader.h"
#include "train/molecule_set.h"
#include "train/pretrain.h"

namespace epitaxy::test {

/// Eighty molecules with two temperatures: atoms add to the boiling point, and the flash point is a part of it, but for
/// a shift by each nitrogen.
inline data::Dataset boiling_points() {
  const std::vector<std::string> texts = chains_of_carbon();
  std::vector<data::Target> targets{{"boiling_K", "K", {}, {}}, {"flash_K", "K", {}, {}}};
  for (const std::string& text : texts) {
    const auto atoms = [&](char atom) { return static_cast<double>(std::ranges::count(text, atom)); };
    const double boiling = 200 + 15 * atoms('C') + 80 * atoms('O') + 50 * atoms('N');
    targets[0].values.push_back(boiling);
    targets[1].values.push_back(0.7 * boiling - 10 * atoms('N'));
  }
  return molecule_set(texts, targets);
}

inline constexpr const char* kFingerprintNet =
    "{kind: fingerprint_net, features: [{kind: morgan, radius: 1, bits: 64}, {kind: descriptors}], widths: [24, 12]}";

/// Settings as an input gives them.
inline train::PretrainSettings pretraining(const std::string& file, int epochs,
                                           const std::string& model = kFingerprintNet) {
  const auto document = config::Document::from_text(
      fmt::format("model: {}\n"
                  "data: [{{file: {}, head: boiling, target: boiling_K}}]\n"
                  "validation: {{fraction: 0.2}}\ntest: {{fraction: 0.1}}\n"
                  "training: {{epochs: {}, batch: 16, shards: 4, kernels: openblas, learning_rate: {{peak: 0.01}}}}\n",
                  model, file, epochs),
      "x.yaml");
  auto settings = config::read<train::PretrainSettings>(document.root());
  document.finish();
  return settings;
}

}  // namespace epitaxy::test
