#pragma once
/// \file
/// The ways in which a pretrained model meets new data, and the weights each of them starts from.
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "models/kind.h"
#include "models/model_file.h"
#include "train/settings.h"

namespace epitaxy::train {

/// A learning-rate multiplier for the parameters whose names match a pattern; the last match holds.
struct RatePattern {
  std::string pattern;
  double multiplier = 1;
};

/// As a pattern: every parameter below the heads and their hidden layer, whatever the kind of model.
inline constexpr const char* kFeatures = "features";

/// One way of transfer. The standard ones: `scratch` (starts from random weights), `direct` (the pretrained model as it
/// is), `frozen_features` (only the head learns), `fine_tune` (everything learns), `joint` (everything learns, further
/// targets at the same time).
struct Variant {
  std::string name;
  bool pretrained = true;  ///< Starts from the pretrained weights.
  bool trains = true;
  std::vector<std::string> freeze;  ///< Patterns of parameters that do not learn.
  std::vector<RatePattern> rates;
  std::vector<std::string> also;  ///< Further targets, learned by heads of their own on every training row with one.
  double weight = 1;              ///< Of the target's loss; that of the further ones is 1.
  bool keep_best = true;          ///< The weights of the best validation epoch, not of the last.
  int least_steps = 0;            ///< Small training parts get more epochs, to make at least so many steps.
  TrainingSettings training;
  std::string settings;  ///< What decides the bits, see config::KeyReader.
};

/// The settings of a job that trains on so many rows.
TrainingSettings training_for(const Variant& variant, std::size_t rows);

/// The new head and where its weights come from.
struct NewHead {
  std::string name = "target";
  std::string task = "auto";          ///< See models::HeadTask; auto: as the target is.
  std::string start_from;             ///< A head of the pretrained model; empty = fresh.
  std::optional<std::size_t> hidden;  ///< Width of the heads' hidden layer, where the kind has one; 0 = linear; empty =
                                      ///< as the pretrained model has it. Of another width it starts fresh.
};

/// Learning-rate multipliers by parameter; 0 = frozen. What no label can teach never learns, such as the decoder of a
/// molecule_vae. Throws InputError for a pattern that matches nothing or when nothing is left to learn.
std::vector<double> rate_multipliers(const models::Model& model, const Variant& variant);

/// The model of a variant before training: the pretrained body's shape with the new head, which learns the first of
/// `targets` (with the values of the training rows), and a head for each further one. `seen` is the number of training
/// rows that hold each feature. What a kind
/// learns from the rows alone, such as the scales of columns, a variant that starts from scratch takes from `all_rows`
/// of the data set, so that the members of an ensemble agree. Throws InputError when the units of the head that it
/// starts from are others, or its hidden layer.
models::ModelDescription describe_start(const models::ModelDescription& pretrained, const Variant& variant,
                                        const NewHead& head, const std::vector<data::Target>& targets,
                                        const std::vector<std::int64_t>& seen, const models::RowSums& all_rows = {});

/// Its weights: those of the pretrained model where the variant says so, random ones elsewhere.
linalg::Buffer<float> starting_weights(const models::Model& model, const models::ModelFile& pretrained,
                                       const Variant& variant, const NewHead& head, std::uint64_t seed);

}  // namespace epitaxy::train
