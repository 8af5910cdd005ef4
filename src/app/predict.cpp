#include "app/predict.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/input_columns.h"
#include "app/input_rows.h"
#include "app/output_columns.h"
#include "app/row_predictor.h"
#include "base/error.h"
#include "base/log.h"
#include "base/regression_metrics.h"
#include "base/text.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

/// What is read before anything is computed.
struct Request {
  std::unique_ptr<RowPredictor> predictor;
  data::CsvTable table;
  std::size_t column;
  std::vector<ValueColumn> cheap;

  explicit Request(const PredictOptions& options)
      : predictor(open_predictor(options.model, options.head)),
        table(data::CsvTable::read(options.input)),
        column(text_column(options.input, table, options.column, description().preparation, description().reads)) {
    for (std::size_t c = 0; c < description().cheap_values.size(); ++c) {
      cheap.push_back(value_column(options.input, table, description().cheap_values[c], description().cheap_units[c],
                                   description().preparation));
      if (!cheap.back().told.empty()) {
        log::info("{}", cheap.back().told);
      }
    }
  }

  const RowPredictor::Description& description() const { return predictor->description(); }
  /// A row's number in a column, as the model knows it; nothing when it is none. Throws std::runtime_error when it
  /// cannot be converted.
  std::optional<double> value(std::size_t row, const ValueColumn& of) const {
    const auto number = text::to_double(table.field(row, of.column));
    if (!number) {
      return std::nullopt;
    }
    return converted(of, *number, description().reads, table.field(row, column), description().preparation);
  }
};

/// The numbers of a value that tables show.
struct Numbers {
  double value = std::nan("");
  double deviation = std::nan("");
  double low = std::nan("");
  double high = std::nan("");
};

/// Of all rows.
struct Answers {
  std::vector<RowNote> notes;
  std::vector<Numbers> numbers;  ///< [rows, properties]
};

/// A number of the table for each cheap column; throws InputError when one is none.
void read_cheap(const Request& request, std::size_t row, double* values) {
  for (std::size_t c = 0; c < request.cheap.size(); ++c) {
    const auto value = request.value(row, request.cheap[c]);
    if (!value || !std::isfinite(*value)) {
      fail_input("'{}' is no value of {}", request.table.field(row, request.cheap[c].column),
                 request.description().cheap_values[c]);
    }
    values[c] = *value;
  }
}

/// This rank's rows.
Answers predict_rows(const Request& request, parallel::RowRange range) {
  const data::CsvTable& table = request.table;
  std::vector<std::string> texts;
  std::vector<std::string> problems(range.size());
  std::vector<double> cheap(range.size() * request.cheap.size(), std::nan(""));
  for (std::size_t i = 0; i < range.size(); ++i) {
    const std::size_t row = range.first + i;
    texts.emplace_back(table.field(row, request.column));
    try {
      check_fields(table, row);
      read_cheap(request, row, cheap.data() + i * request.cheap.size());
    } catch (const std::runtime_error& error) {
      problems[i] = error.what();
    }
  }
  Answers answers;
  const std::vector<RowPrediction> predicted = request.predictor->predict(texts, cheap);
  for (std::size_t i = 0; i < range.size(); ++i) {
    const bool readable = predicted[i].readable() && problems[i].empty();
    answers.notes.push_back({readable, "", problems[i].empty() ? predicted[i].warning : problems[i]});
    for (std::size_t p = 0; p < request.description().properties.size(); ++p) {
      Numbers numbers;
      if (readable) {
        const PredictedValue& value = predicted[i].values[p];
        numbers = {value.value, value.deviation.value_or(std::nan("")), value.low.value_or(std::nan("")),
                   value.high.value_or(std::nan(""))};
      }
      answers.numbers.push_back(numbers);
    }
  }
  return answers;
}

void write_table(const PredictOptions& options, const Request& request, const Answers& answers) {
  const data::CsvTable& table = request.table;
  const auto& description = request.description();
  const bool intervals = description.coverage.has_value();
  OutputColumns columns(table.columns());
  const std::string suffix = "_predicted";
  std::vector<std::string> units;
  for (const PredictedProperty& property : description.properties) {
    const std::string name = columns.add(property.name, suffix);
    columns.add(name + "_std", suffix);
    if (intervals) {
      columns.add(name + "_low", suffix);
      columns.add(name + "_high", suffix);
    }
    units.push_back(fmt::format("{} in {}", name, property.unit));
  }
  columns.add("warning", suffix);
  train::CsvWriter out(columns.names());
  const Numbers* numbers = answers.numbers.data();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    for (std::size_t p = 0; p < description.properties.size(); ++p, ++numbers) {
      fields.insert(fields.end(), {train::csv_number(numbers->value), train::csv_number(numbers->deviation)});
      if (intervals) {
        fields.insert(fields.end(), {train::csv_number(numbers->low), train::csv_number(numbers->high)});
      }
    }
    fields.push_back(answers.notes[row].told("predicted"));
    out.row(fields);
  }
  out.write(options.output);
  log::info("units: {}{}", text::join(units, ", "),
            intervals ? fmt::format("; intervals for {:.0f} %", 100 * *description.coverage) : "");
}

/// When the input has the target already, the user gets the error too.
void report_error(const Request& request, const Answers& answers, std::size_t property) {
  const auto& description = request.description();
  const PredictedProperty& own = description.properties[property];
  const auto found = find_value_column(request.table, own.target, own.unit, description.preparation);
  if (!found) {
    return;
  }
  std::vector<double> truth;
  std::vector<double> predicted;
  std::size_t covered = 0;
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    if (!answers.notes[row].readable) {
      continue;
    }
    if (const auto value = request.value(row, *found)) {
      const Numbers& numbers = answers.numbers[row * description.properties.size() + property];
      truth.push_back(*value);
      predicted.push_back(numbers.value);
      covered += *value >= numbers.low && *value <= numbers.high ? 1 : 0;
    }
  }
  const auto m = statistics::regression_metrics(truth, predicted);
  if (m.count == 0) {
    return;
  }
  if (!found->told.empty()) {
    log::info("{}", found->told);
  }
  const std::string head = description.heads[property];
  std::string line = head.empty() ? "" : fmt::format("head {} ", head);
  line += fmt::format("against the input's column {}: MAE {:.5f}, RMSE {:.5f} {}, R2 {:.4f} on {} rows",
                      request.table.columns()[found->column], m.mae, m.rmse, own.unit, m.r2, m.count);
  if (description.coverage) {
    line += fmt::format("; {:.1f} % in intervals", 100.0 * static_cast<double>(covered) / static_cast<double>(m.count));
  }
  log::line(line);
}

void report(const PredictOptions& options, const Request& request, const Answers& answers) {
  const auto& description = request.description();
  const auto& notes = answers.notes;
  const auto readable = static_cast<std::size_t>(std::ranges::count_if(notes, &RowNote::readable));
  const auto doubtful = std::ranges::count_if(notes, [](const RowNote& n) { return n.readable && !n.warning.empty(); });
  log::info("{} of {} rows predicted {} into {}", readable, notes.size(), description.model, options.output.string());
  if (readable < notes.size() || doubtful > 0) {
    log::warning("{} rows not predicted, {} {}: see the column 'warning'{}", notes.size() - readable, doubtful,
                 description.doubt, unreadable_rows(request.table, request.column, notes));
  }
  for (std::size_t p = 0; p < description.properties.size(); ++p) {
    report_error(request, answers, p);
  }
}

}  // namespace

void predict(const parallel::Communicator& communicator, const PredictOptions& options) {
  std::optional<Request> request;
  Answers mine;
  communicator.agree([&] { request.emplace(options); });
  communicator.on_root([&] { make_folder_of(options.output); });
  communicator.agree(
      [&] { mine = predict_rows(*request, parallel::my_rows(request->table.rows(), kChunkRows, communicator)); });
  const Answers all{gather_notes(communicator, mine.notes), communicator.gather(mine.numbers)};
  communicator.on_root([&] {
    check_readable(options.input, request->table, request->column, all.notes, request->description().texts(),
                   "predicted");
    write_table(options, *request, all);
    report(options, *request, all);
  });
}

}  // namespace epitaxy::app
