#pragma once
/// \file
/// Rows for which a model is asked, as `predict` and `suggest` read them, and what it answers.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/input_columns.h"
#include "app/input_rows.h"
#include "app/predict.h"
#include "app/row_predictor.h"
#include "data/csv.h"
#include "parallel/communicator.h"

namespace epitaxy::app {

/// In place of the name of a table.
inline constexpr const char* kCommandLine = "the command line";

/// What is read before anything is computed.
struct RowRequest {
  std::unique_ptr<RowPredictor> predictor;
  data::CsvTable table;
  std::size_t column;
  std::vector<ValueColumn> inputs;  ///< [inputs of the model]

  /// Throws InputError: no model, no table, a column that is missing.
  explicit RowRequest(const PredictOptions& options);

  const RowPredictor::Description& description() const { return predictor->description(); }
  /// A row's number in a column, as the model knows it; nothing when it is none. Throws std::runtime_error when it
  /// cannot be converted.
  std::optional<double> value(std::size_t row, const ValueColumn& of) const;
  /// A value of each input; throws std::runtime_error when there is none, or a category that the model does not know.
  void read_inputs(std::size_t row, double* values) const;

 private:
  /// Labels of numbers, if the input has them, can be read in one way.
  void check_labels() const;
};

/// The numbers of a value that tables show.
struct Numbers {
  double value = std::nan("");
  double deviation = std::nan("");
  double low = std::nan("");
  double high = std::nan("");
  double is_second = std::nan("");
  double set = std::nan("");

  static Numbers of(const PredictedValue& value) {
    const auto or_none = [](const auto& number) { return number ? static_cast<double>(*number) : std::nan(""); };
    return {value.value,         or_none(value.deviation), or_none(value.low),
            or_none(value.high), or_none(value.is_second), or_none(value.set)};
  }
};

/// Of all rows.
struct Answers {
  std::vector<RowNote> notes;
  std::vector<Numbers> numbers;      ///< [rows, properties]
  std::vector<std::string> nearest;  ///< [rows, 3] of the nearest training row: text, line, similarity; or nothing.

  /// What was predicted for one output of a row.
  std::vector<double> values(std::size_t row, const RowPredictor::Output& output) const {
    const std::size_t properties = numbers.size() / notes.size();
    std::vector<double> values;
    for (std::size_t k = 0; k < output.head.values(); ++k) {
      values.push_back(numbers[row * properties + output.first + k].value);
    }
    return values;
  }
};

/// Text, line and similarity of the nearest training row.
inline constexpr std::size_t kNearestFields = 3;

/// Of all rows, on rank 0. The ranks share the rows. Collective.
Answers predict_all(const parallel::Communicator& communicator, const RowRequest& request);

}  // namespace epitaxy::app
