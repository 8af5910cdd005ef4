#include "app/predict.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/input_rows.h"
#include "app/output_columns.h"
#include "app/predict_difference.h"
#include "base/error.h"
#include "base/log.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "base/text.h"
#include "models/model_file.h"
#include "train/rows.h"
#include "train/run_files.h"
#include "transfer/difference_model.h"

namespace epitaxy::app {

namespace {

static_assert(kChunkRows == train::kPredictionRows, "a rank's rows are whole chunks of the predictor");

/// What is read before anything is computed.
struct Request {
  models::ModelFile file;
  data::CsvTable table;
  std::size_t column;
  std::vector<std::size_t> heads;  ///< Those that are wanted.

  explicit Request(const PredictOptions& options)
      : file(models::read_model(options.model)),
        table(data::CsvTable::read(options.input)),
        column(table.column(options.column.empty() ? default_column(file.description) : options.column)),
        heads(choose_heads(file.description, options.head)) {
    if (heads.empty()) {
      fail_input("{} predicts nothing: it has no property heads", options.model.string());
    }
  }
};

/// Physical predictions of all members, mean and standard deviation by row, for one head.
struct HeadPrediction {
  std::vector<double> mean;
  std::vector<double> deviation;
};

/// The ranks share the rows; the result is complete on rank 0, empty elsewhere. Collective.
std::vector<HeadPrediction> predict_heads(const parallel::Communicator& communicator, const Request& request,
                                          const InputRows& rows) {
  const auto& heads = request.file.description.heads;
  const auto model = models::make_model(request.file.description);
  train::Predictor predictor(*model, {});
  std::vector<float> mine(rows.range.size() * heads.size());
  std::vector<std::vector<float>> members;
  for (const auto& weights : request.file.members) {
    predictor.predict(weights.data(), rows.features.data(), rows.range.size(), mine.data());
    members.push_back(communicator.gather(mine));
  }
  std::vector<HeadPrediction> result(communicator.is_root() ? heads.size() : 0);
  std::vector<double> values(members.size());
  for (std::size_t h = 0; h < result.size(); ++h) {
    for (std::size_t row = 0; row < request.table.rows(); ++row) {
      for (std::size_t m = 0; m < members.size(); ++m) {
        values[m] = heads[h].standardizer.backward(members[m][row * heads.size() + h]);
      }
      const statistics::Spread spread = statistics::spread(values);
      result[h].mean.push_back(spread.mean);
      result[h].deviation.push_back(spread.deviation);
    }
  }
  return result;
}

/// When the input has the target already, the user gets the error too.
void report_error(const data::CsvTable& table, const models::Head& head, const std::vector<RowNote>& notes,
                  const HeadPrediction& prediction) {
  const auto& columns = table.columns();
  const auto found = std::ranges::find(columns, head.target);
  if (found == columns.end()) {
    return;
  }
  std::vector<double> truth;
  std::vector<double> predicted;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = text::to_double(table.field(row, static_cast<std::size_t>(found - columns.begin())));
    if (value && notes[row].readable) {
      truth.push_back(*value);
      predicted.push_back(prediction.mean[row]);
    }
  }
  const auto m = statistics::regression_metrics(truth, predicted);
  if (m.count > 0) {
    log::info("head {} against the input's column {}: MAE {:.5f}, RMSE {:.5f} {}, R2 {:.4f} on {} rows", head.name,
              head.target, m.mae, m.rmse, head.unit, m.r2, m.count);
  }
}

void write_table(const PredictOptions& options, const Request& request, const std::vector<RowNote>& notes,
                 const std::vector<HeadPrediction>& predictions) {
  const data::CsvTable& table = request.table;
  OutputColumns columns(table.columns());
  const std::string suffix = "_predicted";
  std::vector<std::string> properties;
  for (const std::size_t h : request.heads) {
    properties.push_back(columns.add(property_name(request.file.description, request.heads, h), suffix));
    columns.add(properties.back() + "_std", suffix);
  }
  columns.add("warning", suffix);
  train::CsvWriter out(columns.names());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    for (const std::size_t h : request.heads) {
      const bool readable = notes[row].readable;
      fields.push_back(readable ? train::csv_number(predictions[h].mean[row]) : "");
      fields.push_back(readable ? train::csv_number(predictions[h].deviation[row]) : "");
    }
    fields.push_back(notes[row].told("predicted"));
    out.row(fields);
  }
  out.write(options.output);
  log_units(request.file.description, request.heads, properties);
}

void report(const PredictOptions& options, const Request& request, const std::vector<RowNote>& notes) {
  const std::size_t members = request.file.members.size();
  const auto readable = static_cast<std::size_t>(std::ranges::count_if(notes, &RowNote::readable));
  const auto doubtful = std::ranges::count_if(notes, [](const RowNote& n) { return n.readable && !n.warning.empty(); });
  log::info("{} of {} rows predicted by {} model{} into {}", readable, notes.size(), members, members == 1 ? "" : "s",
            options.output.string());
  if (readable < notes.size() || doubtful > 0) {
    log::warning("{} rows not predicted, {} hold {} that the model never saw: see the column 'warning'{}",
                 notes.size() - readable, doubtful, is_molecular(request.file.description) ? "tokens" : "elements",
                 unreadable_rows(request.table, request.column, notes));
  }
}

}  // namespace

void predict(const parallel::Communicator& communicator, const PredictOptions& options) {
  bool is_difference = false;
  communicator.agree([&] { is_difference = transfer::is_difference_model(options.model); });
  if (is_difference) {
    predict_difference(communicator, options);
    return;
  }
  std::optional<Request> request;
  InputRows rows;
  communicator.agree([&] {
    request.emplace(options);
    rows = read_rows(communicator, request->table, request->column, request->file.description);
  });
  communicator.on_root([&] { make_folder_of(options.output); });
  const std::vector<RowNote> notes = gather_notes(communicator, rows.notes);
  const std::string what = is_molecular(request->file.description) ? "SMILES" : "formulas";
  communicator.on_root(
      [&] { check_readable(options.input, request->table, request->column, notes, what, "predicted"); });
  const auto predictions = predict_heads(communicator, *request, rows);
  communicator.on_root([&] {
    write_table(options, *request, notes, predictions);
    report(options, *request, notes);
    for (const std::size_t h : request->heads) {
      report_error(request->table, request->file.description.heads[h], notes, predictions[h]);
    }
  });
}

}  // namespace epitaxy::app
