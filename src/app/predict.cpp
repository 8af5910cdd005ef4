#include "app/predict.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>

#include "app/contributions.h"
#include "app/output_columns.h"
#include "app/row_request.h"
#include "app/text_kind.h"
#include "base/error.h"
#include "base/log.h"
#include "base/table.h"
#include "base/text.h"
#include "data/table_text.h"
#include "train/run_files.h"
#include "transfer/class_calibration.h"

namespace epitaxy::app {

namespace {

/// Texts of another kind than the model reads; its own column of the training may be called as it likes.
void tell_doubt_of_kind(const data::CsvTable& table, std::size_t column, const RowPredictor::Description& model) {
  const bool is_known = model.preparation && model.preparation->column == table.columns()[column];
  const std::string doubt = is_known ? "" : doubt_of_kind(table, column, *model.substance);
  if (!doubt.empty()) {
    log::warning("{}", doubt);
  }
}

/// The class that is told of a row.
std::string answer(const RowPredictor::Output& output, const Numbers& first, std::span<const double> values) {
  return std::isnan(first.is_second) ? output.head.task->answer(output.head, values)
                                     : output.head.classes[first.is_second > 0 ? 1 : 0];
}

/// `inactive|active`; empty for none.
std::string set_of(const RowPredictor::Output& output, const Numbers& first) {
  return std::isnan(first.set) ? "" : transfer::told_set(output.head.classes, static_cast<std::uint32_t>(first.set));
}

bool has_intervals(const RowPredictor::Description& description, const RowPredictor::Output& output) {
  return description.coverage && output.has_intervals && output.head.classes.empty();
}

/// What tells how sure the values of a table are.
std::string told_coverage(const RowPredictor::Description& description) {
  if (!description.coverage) {
    return "";
  }
  const auto sets = std::ranges::count_if(description.outputs, &RowPredictor::Output::has_sets);
  const bool all = sets == static_cast<std::ptrdiff_t>(description.outputs.size());
  return fmt::format("; {} for {:.0f} %",
                     all        ? "sets"
                     : sets > 0 ? "intervals and sets"
                                : "intervals",
                     100 * *description.coverage);
}

void write_table(const PredictOptions& options, const RowRequest& request, const Answers& answers) {
  const data::CsvTable& table = request.table;
  const auto& description = request.description();
  OutputColumns columns(table.columns());
  const std::string suffix = "_predicted";
  std::vector<std::string> units;
  for (const RowPredictor::Output& output : description.outputs) {
    if (!output.head.classes.empty()) {
      const std::string name = columns.add(output.name, suffix);
      if (output.has_sets) {
        columns.add(name + "_set", suffix);
      }
    }
    for (std::size_t k = 0; k < output.head.values(); ++k) {
      const PredictedProperty& property = description.properties[output.first + k];
      const std::string name = columns.add(property.name, suffix);
      if (output.has_sets) {
        units.push_back(fmt::format("{} in {}", name, property.unit));
        continue;
      }
      columns.add(name + "_std", suffix);
      if (has_intervals(description, output)) {
        columns.add(name + "_low", suffix);
        columns.add(name + "_high", suffix);
      }
      units.push_back(fmt::format("{} in {}", name, property.unit));
    }
  }
  if (description.tells_nearest) {
    for (const char* name : {"nearest", "nearest_line", "nearest_similarity"}) {
      columns.add(name, suffix);
    }
  }
  columns.add("warning", suffix);
  train::CsvWriter out(columns.names());
  const Numbers* numbers = answers.numbers.data();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    for (const RowPredictor::Output& output : description.outputs) {
      if (!output.head.classes.empty()) {
        fields.push_back(answer(output, *numbers, answers.values(row, output)));
        if (output.has_sets) {
          fields.push_back(set_of(output, *numbers));
        }
      }
      for (std::size_t k = 0; k < output.head.values(); ++k, ++numbers) {
        fields.push_back(train::csv_number(numbers->value));
        if (output.has_sets) {
          continue;
        }
        fields.push_back(train::csv_number(numbers->deviation));
        if (has_intervals(description, output)) {
          fields.insert(fields.end(), {train::csv_number(numbers->low), train::csv_number(numbers->high)});
        }
      }
    }
    for (std::size_t k = 0; k < kNearestFields && description.tells_nearest; ++k) {
      fields.push_back(answers.nearest[row * kNearestFields + k]);
    }
    fields.push_back(answers.notes[row].told("predicted"));
    out.row(fields);
  }
  out.write(options.output);
  log::info("units: {}{}", text::join(units, ", "), told_coverage(description));
}

/// How sure a number is: its interval; of a class the answer and the set.
std::string told_doubt(const RowPredictor::Description& description, std::size_t property, const Numbers& numbers) {
  const auto output = std::ranges::find_if(
      description.outputs, [&](const RowPredictor::Output& o) { return o.has_sets && o.first == property; });
  if (output != description.outputs.end() && !std::isnan(numbers.value)) {
    return fmt::format("{} (set: {})", answer(*output, numbers, {}), set_of(*output, numbers));
  }
  return std::isnan(numbers.low) ? "" : fmt::format("{:.4g} to {:.4g}", numbers.low, numbers.high);
}

/// For people: a line for each text and property.
void print_table(const RowRequest& request, const Answers& answers) {
  const auto& description = request.description();
  const auto left = text::Align::left;
  text::Table table({{request.table.columns()[request.column], left}, {"", left}, {""}, {"", left}, {"", left}});
  const Numbers* numbers = answers.numbers.data();
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    std::string name(request.table.field(row, request.column));
    for (std::size_t p = 0; p < description.properties.size(); ++p) {
      const PredictedProperty& property = description.properties[p];
      const std::string interval = told_doubt(description, p, *numbers);
      const std::string value = answers.notes[row].readable ? fmt::format("{:.4g}", numbers->value) : "";
      std::string remark = answers.notes[row].told("predicted");
      if (remark.empty() && description.tells_nearest) {
        remark = fmt::format("nearest: {} (line {}, {})", answers.nearest[row * kNearestFields],
                             answers.nearest[row * kNearestFields + 1], answers.nearest[row * kNearestFields + 2]);
      }
      table.row({name, property.name, value, property.unit == "none" ? "" : property.unit, interval}, remark);
      name.clear();
      ++numbers;
    }
  }
  for (const std::string& line : table.lines()) {
    log::line(line);
  }
}

/// Without white space around them; those without anything else are left out.
std::vector<std::string> lines_of_standard_input() {
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (const std::string text(text::trim(line)); !text.empty()) {
      lines.push_back(text);
    }
  }
  if (lines.empty()) {
    fail_input("nothing to predict for: give --input TABLE, formulas or SMILES, or a line for each on standard input");
  }
  return lines;
}

/// Throws InputError: a combination of options that says nothing, or two things.
void check_options(const PredictOptions& options) {
  if (!options.input.empty() && !options.texts.empty()) {
    fail_input("--input {} and '{}': predict for a table, or for what the command line names, not both",
               options.input.string(), options.texts.front());
  }
  for (const std::string& text : options.texts) {
    if (std::filesystem::is_regular_file(text)) {
      fail_input("'{}' is a file: give a table with --input {} --output PREDICTED.csv", text, text);
    }
  }
  if (!options.input.empty() && options.output.empty()) {
    fail_input("--output is missing: the table to write");
  }
  if (!options.output.empty()) {
    check_output(options.output, {options.model, options.input});
    if (options.contributions) {
      check_output(contributions_file(options.output), {options.model, options.input});
    }
  }
}

/// The label of a row in a column of the input; nothing when it has none.
std::optional<double> label_of(const RowRequest& request, std::size_t row, const ValueColumn& column,
                               const models::Head& head) {
  if (head.classes.empty()) {
    return request.value(row, column);
  }
  const auto found = std::ranges::find(head.classes, text::trim(request.table.field(row, column.column)));
  return found == head.classes.end() ? std::nullopt : std::optional<double>(found - head.classes.begin());
}

/// When the input has the target already, the user gets the error too.
void report_error(const RowRequest& request, const Answers& answers, const RowPredictor::Output& output) {
  const auto& description = request.description();
  const models::Head& head = output.head;
  const auto found = find_value_column(request.table, head.target, head.unit, description.preparation);
  if (!found) {
    return;
  }
  std::vector<double> truth;
  std::vector<double> predicted;
  std::size_t covered = 0;
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    const auto label = answers.notes[row].readable ? label_of(request, row, *found, head) : std::nullopt;
    if (label) {
      const auto values = answers.values(row, output);
      const Numbers& first = answers.numbers[row * description.properties.size() + output.first];
      truth.push_back(*label);
      predicted.insert(predicted.end(), values.begin(), values.end());
      covered += *label >= first.low && *label <= first.high ? 1 : 0;
    }
  }
  const models::Figures figures = head.task->measure(head, truth, predicted);
  if (figures.count == 0) {
    return;
  }
  if (!found->told.empty()) {
    log::info("{}", found->told);
  }
  std::string line = head.name.empty() ? "" : fmt::format("head {} ", head.name);
  line += fmt::format("against the input's column {}: {} on {} rows", request.table.columns()[found->column],
                      models::told(head, figures), figures.count);
  if (has_intervals(description, output)) {
    line += fmt::format("; {:.1f} % in intervals",
                        100.0 * static_cast<double>(covered) / static_cast<double>(figures.count));
  }
  log::line(line);
}

void report(const PredictOptions& options, const RowRequest& request, const Answers& answers) {
  const auto& description = request.description();
  const auto& notes = answers.notes;
  const auto readable = static_cast<std::size_t>(std::ranges::count_if(notes, &RowNote::readable));
  const auto doubtful = std::ranges::count_if(notes, [](const RowNote& n) { return n.readable && !n.warning.empty(); });
  log::info("{} of {} rows predicted {} into {}", readable, notes.size(), description.model, options.output.string());
  if (readable < notes.size() || doubtful > 0) {
    log::warning("{} rows not predicted, {} {}: see the column 'warning'{}", notes.size() - readable, doubtful,
                 description.doubt, unreadable_rows(request.table, request.column, notes));
  }
  for (const RowPredictor::Output& output : description.outputs) {
    report_error(request, answers, output);
  }
}

}  // namespace

void predict(const parallel::Communicator& communicator, const PredictOptions& given) {
  PredictOptions options = given;
  std::optional<RowRequest> request;
  communicator.on_root([&] {
    check_options(options);
    if (options.input.empty() && options.texts.empty()) {
      options.texts = lines_of_standard_input();
    }
  });
  options.texts = communicator.broadcast(options.texts);
  communicator.agree([&] { request.emplace(options); });
  communicator.on_root([&] {
    tell_doubt_of_kind(request->table, request->column, request->description());
    if (!options.output.empty()) {
      make_folder_of(options.output);
    }
  });
  const Answers all = predict_all(communicator, *request);
  const auto contributions =
      options.contributions ? contributions_of(communicator, *request) : std::vector<Contribution>{};
  communicator.on_root([&] {
    check_readable(options.input.empty() ? std::filesystem::path(kCommandLine) : options.input, request->table,
                   request->column, all.notes, request->description().substance->texts(), "predicted");
    if (options.output.empty()) {
      print_table(*request, all);
      if (options.contributions) {
        print_contributions(*request, contributions);
      }
      return;
    }
    write_table(options, *request, all);
    report(options, *request, all);
    if (options.contributions) {
      write_contributions(contributions_file(options.output), *request, contributions);
    }
  });
}

}  // namespace epitaxy::app
