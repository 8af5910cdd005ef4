#pragma once
/// \file
/// A small molecule autoencoder with weights and a batch of token sequences.
#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/molecule_vae/molecule_vae.h"
#include "models/row_blocks.h"
#include "numbers.h"

namespace epitaxy::test {

using Numbers = std::vector<float>;
/// A row: the ids of a molecule with the end.
using Sequence = std::vector<models::TokenId>;

inline models::MoleculeVaeSettings small_settings() {
  models::MoleculeVaeSettings s;
  s.tokens = 7;
  s.length = 12;
  s.convolutions = {{5, 3}, {4, 2}, {6, 4}};
  s.dense = 10;
  s.latent = 4;
  s.cells = 6;
  s.layers = 2;
  s.heads = {"gap", "dipole"};
  s.head_weights = {0.5, 2.0};
  return s;
}

/// Sequences of 1 to length tokens.
inline std::vector<Sequence> random_sequences(const models::MoleculeVaeSettings& s, std::size_t rows,
                                              std::uint32_t seed) {
  RandomStream stream(seed, Purpose::synthetic);
  std::vector<Sequence> sequences(rows);
  for (Sequence& sequence : sequences) {
    const std::size_t size = 1 + stream.below(s.length);
    for (std::size_t t = 0; t < size; ++t) {
      sequence.push_back(static_cast<models::TokenId>(1 + stream.below(s.tokens - 1)));
    }
    sequence.push_back(0);
  }
  return sequences;
}

/// A decoded row, which has no end where it fills the length.
inline Sequence sequence_of(std::span<const std::int32_t> tokens) {
  Sequence sequence(tokens.begin(), std::ranges::find(tokens, 0));
  sequence.push_back(0);
  return sequence;
}

struct VaeCase {
  models::MoleculeVae net;
  std::size_t rows;
  Numbers weights;
  std::vector<Sequence> molecules;
  Numbers targets;
  double beta = 0.7;
  nn::Loss loss{nn::LossKind::mse, 1.0};
  models::StreamPosition position{1, 2, 3, 0, 0};

  explicit VaeCase(const models::MoleculeVaeSettings& settings, std::size_t row_count = 9)
      : net(settings),
        rows(row_count),
        weights(net.layout().size()),
        molecules(random_sequences(settings, rows, 31)),
        targets(random_numbers(rows * settings.heads.size(), 32)) {
    net.layout().initialize(weights.data(), 5);
    for (const auto& parameter : net.layout().parameters()) {
      if (parameter.init_bound == 0) {
        const auto seed = static_cast<std::uint32_t>(33 + parameter.offset);
        const Numbers bias = random_numbers(parameter.size, seed, -0.2, 0.4);
        std::copy(bias.begin(), bias.end(), weights.data() + parameter.offset);
      }
    }
    for (std::size_t i = 0; i < targets.size(); i += 5) {
      targets[i] = std::nanf("");
    }
  }

  models::RowBlock block() const { return rows_of(molecules); }

  std::unique_ptr<models::MoleculeVaeExecutor> executor(nn::Arithmetic arithmetic = {},
                                                        const std::vector<bool>& trainable = {}) const {
    return net.executor({.rows = rows,
                         .arithmetic = arithmetic,
                         .training = true,
                         .trainable = trainable,
                         .of_kind = models::BetaSchedule{.start = beta, .end = beta}});
  }

  models::BatchLoss gradient(models::MoleculeVaeExecutor& executor, const Numbers& at, Numbers& out) const {
    executor.load(at.data());
    return executor.gradient(block(), targets.data(), loss, position, out.data());
  }

  Numbers gradient(models::MoleculeVaeExecutor& executor) const {
    Numbers out(weights.size(), 0.0f);
    gradient(executor, weights, out);
    return out;
  }

  void set(const std::string& name, float value) {
    const auto& parameter = net.layout().find(name);
    std::fill_n(weights.data() + parameter.offset, parameter.size, value);
  }
};

}  // namespace epitaxy::test
