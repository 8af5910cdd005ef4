#include "app/predict_difference.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/input_rows.h"
#include "app/output_columns.h"
#include "base/error.h"
#include "base/log.h"
#include "base/regression_metrics.h"
#include "base/text.h"
#include "chem/formula.h"
#include "chem/molecule_standard.h"
#include "train/run_files.h"
#include "transfer/difference_model.h"

namespace epitaxy::app {

namespace {

using transfer::DifferenceModel;

/// What is read before anything is computed.
struct Request {
  DifferenceModel model;
  data::CsvTable table;
  std::size_t column;
  std::vector<std::size_t> cheap;  ///< Columns of the table, in the model's order; none when it needs none.

  explicit Request(const PredictOptions& options)
      : model(transfer::read_difference_model(options.model)), table(data::CsvTable::read(options.input)) {
    const std::string usual = model.features.of_molecules() ? "smiles" : "formula";
    column = table.column(options.column.empty() ? usual : options.column);
    if (!options.head.empty() && options.head != model.measured) {
      fail_input("{} predicts {} alone, not '{}'", options.model.string(), model.measured, options.head);
    }
    for (std::size_t c = 0; c < model.cheap.size() && model.needs_cheap(); ++c) {
      cheap.push_back(table.column(model.cheap[c]));
    }
  }
};

/// The rows of one rank.
struct Inputs {
  parallel::RowRange range;
  std::vector<std::string> texts;
  std::vector<double> cheap;  ///< [range, cheap columns of the model]
  std::vector<RowNote> notes;
};

/// A molecule as the import writes it, or a formula that can be read.
std::string standard_text(const Request& request, std::string_view text) {
  if (request.model.features.of_molecules()) {
    return chem::standardize_molecule(text).smiles;
  }
  chem::parse_formula(text);
  return std::string(text);
}

/// The cheap values of a row; a note tells when one is unusual.
std::vector<double> read_cheap(const Request& request, std::size_t row, std::string& warning) {
  const DifferenceModel& model = request.model;
  std::vector<double> values(model.cheap.size(), 0);
  for (std::size_t c = 0; c < request.cheap.size(); ++c) {
    const auto value = text::to_double(request.table.field(row, request.cheap[c]));
    if (!value || !std::isfinite(*value)) {
      fail_input("'{}' is no value of {}", request.table.field(row, request.cheap[c]), model.cheap[c]);
    }
    values[c] = *value;
    if (*value < model.cheap_low[c] || *value > model.cheap_high[c]) {
      warning = fmt::format("{} is outside of the training's {:.4g} to {:.4g} {}", model.cheap[c], model.cheap_low[c],
                            model.cheap_high[c], model.cheap_units[c]);
    }
  }
  return values;
}

Inputs read_inputs(const parallel::Communicator& communicator, const Request& request) {
  Inputs inputs;
  inputs.range = parallel::my_rows(request.table.rows(), kChunkRows, communicator);
  for (std::size_t row = inputs.range.first; row < inputs.range.last; ++row) {
    RowNote note{true, "", ""};
    std::string text = "C";  // methane or carbon in place of what cannot be read; its prediction is not told
    std::vector<double> cheap(request.model.cheap.size(), 0);
    try {
      note.text = standard_text(request, request.table.field(row, request.column));
      cheap = read_cheap(request, row, note.warning);
      text = note.text;
    } catch (const std::runtime_error& error) {
      note = {false, "", error.what()};
    }
    inputs.texts.push_back(std::move(text));
    inputs.cheap.insert(inputs.cheap.end(), cheap.begin(), cheap.end());
    inputs.notes.push_back(std::move(note));
  }
  return inputs;
}

constexpr std::size_t kNumbers = 4;  // value, deviation, low, high

/// [range, kNumbers]
std::vector<double> predict_rows(const Request& request, Inputs& inputs) {
  std::vector<double> numbers;
  const std::size_t columns = request.model.cheap.size();
  for (std::size_t first = 0; first < inputs.range.size(); first += kChunkRows) {
    const auto begin = static_cast<std::ptrdiff_t>(first);
    const auto end = static_cast<std::ptrdiff_t>(std::min(first + kChunkRows, inputs.range.size()));
    const std::vector<std::string> texts(inputs.texts.begin() + begin, inputs.texts.begin() + end);
    const auto cheap_columns = static_cast<std::ptrdiff_t>(columns);
    const std::vector<double> cheap(inputs.cheap.begin() + begin * cheap_columns,
                                    inputs.cheap.begin() + end * cheap_columns);
    std::vector<std::string> problems;
    const auto prediction = request.model.predict(request.model.features.compute(texts, problems), cheap);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      numbers.insert(numbers.end(),
                     {prediction.value[i], prediction.deviation.empty() ? std::nan("") : prediction.deviation[i],
                      prediction.low[i], prediction.high[i]});
      RowNote& note = inputs.notes[first + i];
      if (note.readable && !problems[i].empty()) {
        note = {false, "", problems[i]};
      }
    }
  }
  return numbers;
}

void write_table(const PredictOptions& options, const Request& request, const std::vector<RowNote>& notes,
                 const std::vector<double>& numbers) {
  const data::CsvTable& table = request.table;
  OutputColumns columns(table.columns());
  const std::string suffix = "_predicted";
  const std::string name = columns.add(request.model.measured, suffix);
  for (const char* what : {"_std", "_low", "_high"}) {
    columns.add(name + what, suffix);
  }
  columns.add("warning", suffix);
  train::CsvWriter out(columns.names());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    for (std::size_t n = 0; n < kNumbers; ++n) {
      fields.push_back(notes[row].readable ? train::csv_number(numbers[row * kNumbers + n]) : "");
    }
    fields.push_back(notes[row].told("predicted"));
    out.row(fields);
  }
  out.write(options.output);
  log::info("units: {} in {}; intervals for {:.0f} %", name, request.model.unit, 100 * request.model.coverage);
}

/// When the input has the measured values already, the user gets the error too.
void report_error(const Request& request, const std::vector<RowNote>& notes, const std::vector<double>& numbers) {
  const auto& columns = request.table.columns();
  const auto found = std::ranges::find(columns, request.model.measured);
  if (found == columns.end()) {
    return;
  }
  std::vector<double> truth;
  std::vector<double> predicted;
  std::size_t covered = 0;
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    const auto value = text::to_double(request.table.field(row, static_cast<std::size_t>(found - columns.begin())));
    if (value && notes[row].readable) {
      const double* number = numbers.data() + row * kNumbers;
      truth.push_back(*value);
      predicted.push_back(number[0]);
      covered += *value >= number[2] && *value <= number[3] ? 1 : 0;
    }
  }
  const auto m = statistics::regression_metrics(truth, predicted);
  if (m.count > 0) {
    log::info("against the input's column {}: MAE {:.5f}, RMSE {:.5f} {}, R2 {:.4f} on {} rows; {:.1f} % in intervals",
              request.model.measured, m.mae, m.rmse, request.model.unit, m.r2, m.count,
              100.0 * static_cast<double>(covered) / static_cast<double>(m.count));
  }
}

}  // namespace

void predict_difference(const parallel::Communicator& communicator, const PredictOptions& options) {
  std::optional<Request> request;
  Inputs inputs;
  std::vector<double> mine;
  communicator.agree([&] {
    request.emplace(options);
    inputs = read_inputs(communicator, *request);
    mine = predict_rows(*request, inputs);
  });
  communicator.on_root([&] { make_folder_of(options.output); });
  const std::vector<RowNote> notes = gather_notes(communicator, inputs.notes);
  communicator.on_root([&] {
    check_readable(options.input, request->table, request->column, notes,
                   request->model.features.of_molecules() ? "SMILES" : "formulas", "predicted");
  });
  const auto numbers = communicator.gather(mine);
  communicator.on_root([&] {
    write_table(options, *request, notes, numbers);
    const auto readable = static_cast<std::size_t>(std::ranges::count_if(notes, &RowNote::readable));
    log::info("{} of {} rows predicted ({}) into {}", readable, notes.size(), request->model.way.name,
              options.output.string());
    if (readable < notes.size()) {
      log::warning("{} rows not predicted: see the column 'warning'{}", notes.size() - readable,
                   unreadable_rows(request->table, request->column, notes));
    }
    report_error(*request, notes, numbers);
  });
}

}  // namespace epitaxy::app
