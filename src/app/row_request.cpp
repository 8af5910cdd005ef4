#include "app/row_request.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "data/table_source.h"

namespace epitaxy::app {

namespace {

/// A table of one column.
data::CsvTable table_of(const std::vector<std::string>& texts, const std::string& name) {
  std::vector<data::CsvTable::Record> records;
  for (const std::string& text : texts) {
    records.push_back({records.size() + 1, {text}, ""});
  }
  return data::CsvTable::of(kCommandLine, {}, {name}, records);
}

}  // namespace

RowRequest::RowRequest(const PredictOptions& options)
    : predictor(open_predictor(options.model, options.head)),
      table(options.input.empty() ? table_of(options.texts, description().substance->text_name())
                                  : data::read_table(options.input)),
      column(options.input.empty() ? 0
                                   : text_column(options.input, table, options.column, description().preparation,
                                                 description().substance->text_name())) {
  if (options.input.empty() && !description().inputs.empty()) {
    std::vector<std::string> names;
    for (const transfer::RowInput& input : description().inputs) {
      names.push_back(input.name);
    }
    fail_input("{} needs {} beside each text: give a table that has them with --input", options.model.string(),
               text::join(names, ", "));
  }
  for (const transfer::RowInput& input : description().inputs) {
    inputs.push_back(value_column(options.input, table, input.name, input.unit, description().preparation));
    if (!inputs.back().told.empty()) {
      log::info("{}", inputs.back().told);
    }
  }
  check_labels();
}

void RowRequest::check_labels() const {
  for (const RowPredictor::Output& output : description().outputs) {
    const models::Head& head = output.head;
    if (head.classes.empty() && find_value_column(table, head.target, head.unit, description().preparation)) {
      value_column("", table, head.target, head.unit, description().preparation);
    }
  }
}

std::optional<double> RowRequest::value(std::size_t row, const ValueColumn& of) const {
  const auto number = text::to_double(table.number_text(row, of.column));
  if (!number || std::isnan(*number)) {
    return std::nullopt;
  }
  return converted(of, *number, table.field(row, column), *description().preparer);
}

void RowRequest::read_inputs(std::size_t row, double* values) const {
  for (std::size_t c = 0; c < inputs.size(); ++c) {
    const transfer::RowInput& input = description().inputs[c];
    const std::string_view field = text::trim(table.field(row, inputs[c].column));
    if (!input.is_number() && !field.empty()) {
      values[c] = input.category(field);
      continue;
    }
    const auto number = value(row, inputs[c]);
    if (!number || !std::isfinite(*number)) {
      fail_input("'{}' is no value of {}", field, input.name);
    }
    values[c] = *number;
  }
}

namespace {

std::vector<std::string> nearest_fields(const RowPrediction::Nearest& nearest) {
  return {nearest.text, std::to_string(nearest.line), fmt::format("{:.3f}", nearest.similarity)};
}

/// This rank's rows.
Answers predict_rows(const RowRequest& request, parallel::RowRange range) {
  const data::CsvTable& table = request.table;
  std::vector<std::string> texts;
  std::vector<std::string> problems(range.size());
  std::vector<double> values(range.size() * request.inputs.size(), std::nan(""));
  for (std::size_t i = 0; i < range.size(); ++i) {
    const std::size_t row = range.first + i;
    texts.emplace_back(table.field(row, request.column));
    try {
      check_fields(table, row);
      request.read_inputs(row, values.data() + i * request.inputs.size());
    } catch (const std::runtime_error& error) {
      problems[i] = error.what();
    }
  }
  Answers answers;
  const std::vector<RowPrediction> predicted = request.predictor->predict(texts, values);
  for (std::size_t i = 0; i < range.size(); ++i) {
    const bool readable = predicted[i].readable() && problems[i].empty();
    answers.notes.push_back({readable, "", problems[i].empty() ? predicted[i].warning : problems[i]});
    if (request.description().tells_nearest) {
      const auto fields = readable ? nearest_fields(*predicted[i].nearest) : std::vector<std::string>(kNearestFields);
      answers.nearest.insert(answers.nearest.end(), fields.begin(), fields.end());
    }
    for (std::size_t p = 0; p < request.description().properties.size(); ++p) {
      Numbers numbers;
      if (readable) {
        numbers = Numbers::of(predicted[i].values[p]);
      }
      answers.numbers.push_back(numbers);
    }
  }
  return answers;
}

}  // namespace

Answers predict_all(const parallel::Communicator& communicator, const RowRequest& request) {
  Answers mine;
  communicator.agree(
      [&] { mine = predict_rows(request, parallel::my_rows(request.table.rows(), kChunkRows, communicator)); });
  return {gather_notes(communicator, mine.notes), communicator.gather(mine.numbers),
          communicator.gather(std::span<const std::string>(mine.nearest))};
}

}  // namespace epitaxy::app
