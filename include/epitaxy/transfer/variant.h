#pragma once
/// \file
/// The ways in which a pretrained model meets new data, and the weights each of them starts from.
#include <string>
#include <vector>

#include "epitaxy/models/model_file.h"
#include "epitaxy/train/settings.h"

namespace epitaxy::transfer {

/// A learning-rate multiplier for the parameters whose names match a pattern; the last match holds.
struct RatePattern {
  std::string pattern;
  double multiplier = 1;
};

/// One way of transfer. The standard ones: `scratch` (starts from random weights), `direct` (the pretrained model as it
/// is), `frozen_features` (only the head learns), `fine_tune` (everything learns).
struct Variant {
  std::string name;
  bool pretrained = true;  ///< Starts from the pretrained weights.
  bool trains = true;
  std::vector<std::string> freeze;  ///< Patterns of parameters that do not learn.
  std::vector<RatePattern> rates;
  bool keep_best = true;  ///< The weights of the best validation epoch, not of the last.
  train::TrainingSettings training;
};

/// The new head and where its weights come from.
struct NewHead {
  std::string name;
  std::string start_from;  ///< A head of the pretrained model; empty = fresh.
};

/// Learning-rate multipliers by parameter; 0 = frozen. Throws InputError for a pattern that matches nothing or when
/// nothing is left to learn.
std::vector<double> rate_multipliers(const nn::ParameterLayout& layout, const Variant& variant);

/// The model of a variant before training: the pretrained body's shape with the one new head. `labels` are those of
/// the training rows, `seen` the number of training rows that hold each element. Throws InputError when the units of
/// the head that it starts from are others.
models::ModelDescription describe_start(const models::ModelDescription& pretrained, const Variant& variant,
                                        const NewHead& head, const std::string& target, const std::string& unit,
                                        const std::vector<double>& labels, const std::vector<std::int64_t>& seen);

/// Its weights: those of the pretrained model where the variant says so, random ones elsewhere.
linalg::Buffer<float> starting_weights(const models::Model& model, const models::ModelFile& pretrained,
                                       const Variant& variant, const NewHead& head, std::uint64_t seed);

}  // namespace epitaxy::transfer
