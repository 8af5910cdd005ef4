#pragma once
/// \file
/// Properties of new compositions or molecules from a model file, in memory.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace epitaxy {

/// What a model predicts.
struct PredictedProperty {
  std::string name;    ///< As the column that `epitaxy predict` writes.
  std::string target;  ///< As the model learned it; `name` adds the head where several share a target.
  std::string unit;
};

/// What a row needs besides its text.
struct NeededValue {
  std::string name;
  std::string unit;                     ///< Of the training data; `none` where none was told.
  std::vector<std::string> categories;  ///< A value is the index of one of these; empty: a number.
};

struct PredictedValue {
  double value = 0;
  std::optional<double> deviation;  ///< Standard deviation over the members of an ensemble, or the trees of a forest.
  std::optional<double> low;        ///< Of the interval, where the model gives one ...
  std::optional<double> high;       ///< ... which holds the share Predictor::coverage() of new rows.
  /// Of a class: whether the row is one of its class, where the model has a threshold of its own ...
  std::optional<bool> is_second = {};
  /// ... and the classes that hold the true one with Predictor::coverage(): bit 0 the first, bit 1 the second.
  std::optional<std::uint32_t> set = {};
};

/// Of one row.
struct RowPrediction {
  std::vector<PredictedValue> values;  ///< By property; none when the row cannot be read.
  std::string warning;                 ///< Why it cannot be read, or why its prediction is doubtful.
  /// The training row that is most similar to it, where the model keeps these.
  struct Nearest {
    std::string text;       ///< As prepared.
    std::int64_t line = 0;  ///< In the training data's source.
    double similarity = 0;  ///< Between 0 and 1.
  };
  std::optional<Nearest> nearest = {};

  bool readable() const { return !values.empty(); }
};

class Predictor {
 public:
  /// Reads a model, best or checkpoint file, or a model of difference learning. Throws InputError: no such file, no
  /// model, damaged, without properties, a model of molecules that does not say how these were prepared.
  explicit Predictor(const std::filesystem::path& model);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// `formula` or `smiles`.
  std::string reads() const;
  const std::vector<PredictedProperty>& properties() const;
  /// The values that a row needs besides its text, in this order: those of a cheap model, and those given to the
  /// training (a temperature, a solvent). Mostly none.
  const std::vector<NeededValue>& needed_values() const;
  /// Share of new rows that the intervals hold; absent where the model gives none.
  std::optional<double> coverage() const;

  /// `values` [texts, needed_values]. The same numbers as those of `epitaxy predict`. Throws InputError when there are
  /// not as many values.
  std::vector<RowPrediction> predict(std::span<const std::string> texts, std::span<const double> values = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace epitaxy
