#pragma once
/// \file
/// The description from which a model is built again: everything but its weights.
#include <any>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/preparation.h"
#include "models/head.h"

namespace epitaxy::models {

class Kind;

/// Stored as JSON in model files and checkpoints.
struct ModelDescription {
  const Kind* kind = nullptr;
  std::any settings;                  ///< Of the kind, of a type of its own.
  std::vector<std::string> features;  ///< What rows are made of: elements, tokens, columns.
  std::vector<std::int64_t> seen;     ///< [features] training rows that held each of them.
  std::vector<Head> heads;
  std::optional<data::Preparation> preparation;  ///< Of the training data; files of earlier versions do not tell.

  /// The settings of a model whose kind is known.
  template <typename Settings>
  const Settings& as() const {
    const auto* own = std::any_cast<Settings>(&settings);
    check(own != nullptr, "a model has the settings of its kind");
    return *own;
  }
  template <typename Settings>
  Settings& as() {
    auto* own = std::any_cast<Settings>(&settings);
    check(own != nullptr, "a model has the settings of its kind");
    return *own;
  }

  std::string to_json() const;
  /// Throws InputError when the text is no description, or of a kind that is not among `kinds` (empty: those of this
  /// program).
  static ModelDescription from_json(const std::string& text, std::span<const Kind* const> kinds = {});
  std::vector<std::string> head_names() const;
  /// Index of a head; throws InputError with the nearest name.
  std::size_t head_index(const std::string& name) const;
};

/// A description at the defaults of a kind.
ModelDescription describe(const Kind& kind);
/// With these settings.
template <typename Settings>
ModelDescription describe(const Kind& kind, Settings settings) {
  ModelDescription description;
  description.kind = &kind;
  description.settings = std::move(settings);
  return description;
}

}  // namespace epitaxy::models
