#include "epitaxy/app/predict.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/log.h"
#include "epitaxy/base/text.h"
#include "epitaxy/chem/formula.h"
#include "epitaxy/chem/fractions.h"
#include "epitaxy/data/csv.h"
#include "epitaxy/models/model_file.h"
#include "epitaxy/train/metrics.h"
#include "epitaxy/train/rows.h"
#include "epitaxy/train/run_files.h"

namespace epitaxy::app {

namespace {

/// The rows of the input that can be predicted, and what is to be said of the others.
struct Compositions {
  std::vector<float> features;        ///< [rows that can be predicted, features]
  std::vector<std::ptrdiff_t> place;  ///< By input row: its row in `features`, or -1.
  std::vector<std::string> warnings;  ///< By input row.
};

/// Elements of a composition that no training row held.
std::string unseen_elements(const models::ModelDescription& d, const float* features) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < d.features.size(); ++i) {
    if (features[i] > 0 && d.seen[i] == 0) {
      names.push_back(d.features[i]);
    }
  }
  return names.empty() ? "" : "never seen in training: " + text::join(names, " ");
}

Compositions read_compositions(const data::CsvTable& table, std::size_t column, const models::ModelDescription& d) {
  Compositions result;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    try {
      if (table.fields(row) != table.columns().size()) {
        fail_input("has {} fields, the header has {}", table.fields(row), table.columns().size());
      }
      const auto fractions = chem::element_fractions(chem::parse_formula(table.field(row, column)));
      result.place.push_back(static_cast<std::ptrdiff_t>(result.features.size() / d.features.size()));
      result.warnings.push_back(unseen_elements(d, fractions.data()));
      result.features.insert(result.features.end(), fractions.begin(), fractions.end());
    } catch (const std::runtime_error& error) {
      result.place.push_back(-1);
      result.warnings.push_back(std::string("not predicted: ") + error.what());
    }
  }
  return result;
}

/// Physical predictions of all members, mean and standard deviation by row, for one head.
struct HeadPrediction {
  std::vector<double> mean;
  std::vector<double> deviation;
};

/// The ranks share the rows; the result is complete on all of them. Collective.
std::vector<HeadPrediction> predict_heads(const parallel::Communicator& communicator, const models::ModelFile& file,
                                          const Compositions& compositions) {
  const auto model = models::make_model(file.description);
  const auto& heads = file.description.heads;
  const std::size_t rows = compositions.features.size() / file.description.features.size();
  std::vector<int> counts;
  for (int r = 0; r < communicator.size(); ++r) {
    const auto [first, last] = train::rows_of_rank(rows, r, communicator.size());
    counts.push_back(static_cast<int>((last - first) * heads.size()));
  }
  const auto [first, last] = train::rows_of_rank(rows, communicator.rank(), communicator.size());
  const float* mine = compositions.features.data() + first * file.description.features.size();
  train::Predictor predictor(*model, {});
  std::vector<std::vector<float>> members;
  for (const auto& weights : file.members) {
    auto& values = members.emplace_back(rows * heads.size());
    predictor.predict(weights.data(), mine, last - first, values.data() + first * heads.size());
    communicator.gather_all_in_place(values.data(), counts);
  }
  std::vector<HeadPrediction> result(heads.size());
  std::vector<double> values(members.size());
  for (std::size_t h = 0; h < heads.size(); ++h) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t m = 0; m < members.size(); ++m) {
        values[m] = heads[h].standardizer.backward(members[m][row * heads.size() + h]);
      }
      const train::Spread spread = train::spread(values);
      result[h].mean.push_back(spread.mean);
      result[h].deviation.push_back(members.size() > 1 ? spread.deviation : std::nan(""));
    }
  }
  return result;
}

/// A name that no column has yet.
std::string free_name(std::set<std::string>& taken, std::string name) {
  while (!taken.insert(name).second) {
    name += "_predicted";
  }
  return name;
}

/// When the input has the target already, the user gets the error too.
void report_error(const data::CsvTable& table, const models::Head& head, const Compositions& compositions,
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
    if (value && compositions.place[row] >= 0) {
      truth.push_back(*value);
      predicted.push_back(prediction.mean[compositions.place[row]]);
    }
  }
  const auto m = train::regression_metrics(truth, predicted);
  if (m.count > 0) {
    log::info("head {} against the input's column {}: MAE {:.5f}, RMSE {:.5f} {}, R2 {:.4f} on {} rows", head.name,
              head.target, m.mae, m.rmse, head.unit, m.r2, m.count);
  }
}

/// What is read before anything is computed.
struct Request {
  models::ModelFile file;
  data::CsvTable table;
  std::vector<std::size_t> heads;  ///< Those that are wanted.
  Compositions compositions;

  explicit Request(const PredictOptions& options)
      : file(models::read_model(options.model)), table(data::CsvTable::read(options.input)) {
    const std::size_t column = table.column(options.column);
    if (!options.head.empty()) {
      heads.push_back(file.description.head_index(options.head));
    } else {
      heads.resize(file.description.heads.size());
      std::iota(heads.begin(), heads.end(), std::size_t{0});
    }
    compositions = read_compositions(table, column, file.description);
  }
};

void write_predictions(const PredictOptions& options, const Request& request,
                       const std::vector<HeadPrediction>& predictions) {
  const models::ModelFile& file = request.file;
  const data::CsvTable& table = request.table;
  const std::vector<std::size_t>& chosen = request.heads;
  const Compositions& compositions = request.compositions;
  const auto& heads = file.description.heads;
  std::vector<std::string> columns = table.columns();
  std::set<std::string> taken(columns.begin(), columns.end());
  for (const std::size_t h : chosen) {
    const std::string name = free_name(taken, heads[h].target + (chosen.size() > 1 ? "_" + heads[h].name : ""));
    columns.push_back(name);
    columns.push_back(free_name(taken, name + "_std"));
  }
  columns.push_back(free_name(taken, "warning"));
  train::CsvWriter out(columns);
  std::size_t warned = 0;
  std::size_t skipped = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    const std::ptrdiff_t place = compositions.place[row];
    for (const std::size_t h : chosen) {
      fields.push_back(place < 0 ? "" : train::csv_number(predictions[h].mean[place]));
      fields.push_back(place < 0 ? "" : train::csv_number(predictions[h].deviation[place]));
    }
    fields.push_back(compositions.warnings[row]);
    skipped += place < 0 ? 1 : 0;
    warned += place >= 0 && !compositions.warnings[row].empty() ? 1 : 0;
    out.row(fields);
  }
  if (skipped == table.rows()) {
    fail_input("{}: none of the {} formulas in column '{}' can be predicted; the first: {}", options.input.string(),
               table.rows(), options.column, compositions.warnings.front());
  }
  out.write(options.output);
  log::info("{} of {} rows predicted by {} model{} into {}", table.rows() - skipped, table.rows(), file.members.size(),
            file.members.size() == 1 ? "" : "s", options.output.string());
  if (skipped + warned > 0) {
    log::warning("{} rows not predicted, {} hold elements that the model never saw: see the column 'warning'", skipped,
                 warned);
  }
  for (const std::size_t h : chosen) {
    report_error(table, heads[h], compositions, predictions[h]);
  }
}

}  // namespace

void predict(const parallel::Communicator& communicator, const PredictOptions& options) {
  std::optional<Request> request;
  communicator.agree([&] { request.emplace(options); });
  communicator.on_root([&] {
    if (options.output.has_parent_path()) {
      file::make_writable_folder(options.output.parent_path());
    }
  });
  const auto predictions = predict_heads(communicator, request->file, request->compositions);
  communicator.on_root([&] { write_predictions(options, *request, predictions); });
}

}  // namespace epitaxy::app
