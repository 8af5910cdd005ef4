#include "app/fit.h"

#include <algorithm>
#include <optional>
#include <set>

#include "app/column_entry.h"
#include "app/fit_split.h"
#include "app/given_columns.h"
#include "app/table_columns.h"
#include "app/workflow.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "data/table_source.h"
#include "data/target_values.h"
#include "learners/two_part.h"
#include "models/kind.h"
#include "models/model_file.h"
#include "transfer/portfolio.h"

namespace epitaxy::app {

namespace fs = std::filesystem;

namespace {

/// What columns are called in results.
std::string list_of(const std::vector<std::string>& columns) {
  std::vector<std::string> items;
  std::ranges::transform(columns, std::back_inserter(items),
                         [](const std::string& column) { return quoted(target_name(column)); });
  return "[" + text::join(items, ", ") + "]";
}

TextColumn text_column(const FitOptions& options, const data::CsvTable& table) {
  std::optional<TextColumn> named;
  for (const chem::Substance* substance : chem::substances()) {
    const auto found = options.columns.find(substance->text_name());
    if (found == options.columns.end() || found->second.empty()) {
      continue;
    }
    if (named) {
      fail_input("--{} and --{} exclude each other", named->substance->text_name(), substance->text_name());
    }
    table.column(found->second);
    named = {substance, found->second, "named by the command line"};
  }
  return named ? *named : guess_text_column(options.input, table);
}

std::vector<std::string> target_columns(const FitOptions& options, const data::CsvTable& table) {
  if (options.targets.empty()) {
    fail_input("{}: say what to learn: --target COLUMN (columns of numbers: {})", options.input,
               text::join(number_columns(table), ", "));
  }
  for (const auto& list : {options.targets, options.cheap}) {
    for (const std::string& name : list) {
      table.column(name);
    }
  }
  for (const SplitColumn& column : split_columns(options)) {
    table.column(column.name);
  }
  for (const std::string& name : options.targets) {
    if (target_name(name) != name) {
      log::info("{} is called {} in the results", name, target_name(name));
    }
  }
  return options.targets;
}

/// Whether a target names two classes. Tells what was guessed.
bool is_class(const FitOptions& options, const data::CsvTable& table, const std::string& target) {
  if (!options.task.empty()) {
    return options.task == "classification";
  }
  const data::MissingMarkers markers({});
  const std::size_t column = table.column(target);
  std::set<std::string, std::less<>> values;
  for (std::size_t row = 0; row < table.rows() && values.size() <= 2; ++row) {
    const std::string_view field = text::trim(table.field(row, column));
    if (!field.empty() && !markers.holds(field)) {
      values.emplace(field);
    }
  }
  if (values.size() != 2) {
    return false;
  }
  log::info("{}: {} and {} are its only values: two classes (--task regression learns them as numbers)", target,
            *values.begin(), *values.rbegin());
  return true;
}

std::string target_line(const FitOptions& options, const std::string& column, bool is_cheap, bool is_class) {
  std::string line = fmt::format("    - {{{}", column_entry(column));
  if (is_class) {
    return line + ", values: classes}\n";
  }
  if (!options.unit.empty()) {
    line += fmt::format(", unit: {}", quoted(options.unit));
  }
  if (!options.to.empty()) {
    line += fmt::format(", to: {}", quoted(options.to));
  }
  if (!options.transform.empty() && !is_cheap) {
    line += fmt::format(", transform: {}", quoted(options.transform));
  }
  return line + "}\n";
}

std::string table_section(const FitOptions& options, const data::CsvTable& table, const TextColumn& column,
                          const std::vector<std::string>& targets, const std::string& given) {
  std::string text = "table:                  # the keys of import\n";
  text += fmt::format("  source: {}\n  kind: {}\n  {}_column: {}\n", quoted(options.input), column.substance->plural(),
                      column.substance->text_name(), quoted(column.name));
  text += "  targets:\n";
  for (const auto& target : targets) {
    const bool classes = is_class(options, table, target);
    if (classes && !(options.cheap.empty() && options.transform.empty())) {
      fail_input(
          "{} names two classes, for which --cheap and --transform have no meaning: leave these out, or say --task "
          "regression",
          target);
    }
    text += target_line(options, target, false, classes);
  }
  for (const auto& cheap : options.cheap) {
    text += target_line(options, cheap, true, false);
  }
  text += given;
  for (const SplitColumn& of_split : split_columns(options)) {
    if (std::ranges::find(options.features, of_split.name) == options.features.end()) {
      text += fmt::format("    - {{{}, values: {}}}\n", column_entry(of_split.name), name_of(of_split.values));
    }
  }
  text += "  duplicates: keep      # rows of one substance are in one fold\n";
  text += "  missing: allow        # a row need not have every target\n";
  return text;
}

/// Whether the lowest value of a target is so frequent that it may be learned apart; tells it.
bool has_frequent_lowest(const data::CsvTable& table, const std::string& target) {
  std::vector<double> values;
  const std::size_t column = table.column(target);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (const auto value = text::to_double(table.number_text(row, column))) {
      values.push_back(*value);
    }
  }
  const std::set<double> distinct(values.begin(), values.end());
  if (distinct.size() <= 2 || !learners::has_two_parts(values)) {
    return false;
  }
  log::info("{}: {} of {} values are {:.4g}, the lowest: learners try these apart from the rest", target,
            std::ranges::count(values, *distinct.begin()), values.size(), *distinct.begin());
  return true;
}

/// The portfolio with those learners alone that the user named.
std::string keep_learners(const std::string& yaml, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  std::string result;
  bool inside = false;
  for (const std::string& line : text::split(yaml, '\n')) {
    const bool is_entry = line.starts_with("  ");
    inside = line.starts_with("learners:") || (inside && is_entry);
    const std::string name = inside && is_entry ? std::string(text::trim(line.substr(0, line.find(':')))) : "";
    if (!name.empty()) {
      known.push_back(name);
    }
    if (!line.empty() && (name.empty() || names.empty() || std::ranges::find(names, name) != names.end())) {
      result += line + "\n";
    }
  }
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      const auto hint = text::nearest(name, known);
      fail_input("--learners {}: there are {}{}", name, text::join(known, ", "),
                 hint ? fmt::format(" (did you mean '{}'?)", *hint) : "");
    }
  }
  return result;
}

}  // namespace

std::string fit_stage(const FitOptions& options) {
  if (!options.to.empty() && options.unit.empty()) {
    fail_input("--to {}: say with --unit what the values of the table are in", options.to);
  }
  const data::CsvTable table = data::read_table(options.input, false);  // the import tells its notes
  const TextColumn column = text_column(options, table);
  const auto targets = target_columns(options, table);
  log::info("{}: {} in column '{}' ({})", options.input, column.substance->texts(), column.name, column.why);
  const GivenColumns given = given_columns(options, table, column);
  std::string yaml = "# What `epitaxy fit` does, as a stage file: epitaxy run fit.yaml --output FOLDER\nstage: fit\n";
  yaml += table_section(options, table, column, targets, given.targets);
  yaml += fmt::format("learn: {}\n", list_of(targets));
  if (!options.cheap.empty()) {
    yaml += fmt::format("cheap: {}            # what is subtracted, or read, in the ways that do so\n",
                        list_of(options.cheap));
  }
  yaml += given.keys;
  yaml += split_line(options);
  yaml += test_line(options);
  transfer::PortfolioSize size{.rows = table.rows(),
                               .quick = options.quick,
                               .given = !options.features.empty(),
                               .folds = options.folds,
                               .inner_folds = options.inner_folds};
  if (!options.start.empty()) {
    const auto description = models::read_model(options.start).description;
    if (&description.kind->substance() != column.substance) {
      fail_input("--start {}: it reads {}, but column '{}' holds {}", options.start,
                 description.kind->substance().plural(), column.name, column.substance->plural());
    }
    size.start = options.start;
    size.latent = description.kind->has_latent();
  }
  for (const std::string& target : targets) {
    size.two_parts |= has_frequent_lowest(table, target);
  }
  yaml += keep_learners(transfer::portfolio(*column.substance, size), options.learners);
  if (!options.seeds.empty()) {
    yaml += fmt::format("seeds: [{}]\n", fmt::join(options.seeds, ", "));
  }
  if (options.budget > 0) {
    yaml += fmt::format("budget: {}            # units of work for each target, see plan.json\n", options.budget);
  }
  if (options.coverage > 0) {
    yaml += fmt::format("coverage: {}           # of the intervals\n", options.coverage);
  }
  return yaml;
}

namespace {

fs::path folder_of(const FitOptions& options) {
  if (!options.output.empty()) {
    return options.output;
  }
  fs::path name = fs::path(options.input).filename();
  while (name.has_extension()) {
    name = name.stem();
  }
  return fs::path("runs") / name;
}

/// Whether a job has been finished there.
bool has_results(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "jobs", none)) {
    if (entry.path().extension() == ".h5") {
      return true;
    }
  }
  return fs::exists(folder / "model.h5");
}

/// What another fit took work for is not replaced unless that was asked for.
void write_stage(const fs::path& file, const std::string& yaml, const FitOptions& options) {
  const fs::path folder = file.parent_path();
  if (!options.fresh && fs::exists(file) && file::read(file) != yaml && has_results(folder)) {
    fail_input("{}{} holds another fit (see fit.yaml there): take another --output, or --fresh to start anew",
               folder.string(), options.output.empty() ? ", the folder for tables of this name without --output," : "");
  }
  file::write_atomically(file, yaml);
}

/// The command line has no option for some keys.
int run_fit_stage(const parallel::Communicator& communicator, const RunOptions& options) {
  try {
    return run(communicator, options);
  } catch (const InputError& error) {
    if (std::string_view(error.what()).find("max_rejected") == std::string_view::npos) {
      throw;
    }
    InputError more(
        fmt::format("{}\nTo allow more, set 'max_rejected' of 'table' in {}, and: epitaxy run {} --output {}",
                    error.what(), options.file, options.file, options.output.string()));
    more.agreed = error.agreed;
    throw more;
  }
}

}  // namespace

int fit(const parallel::Communicator& communicator, const FitOptions& options) {
  const fs::path folder = folder_of(options);
  const fs::path file = folder / "fit.yaml";
  communicator.on_root([&] {
    const std::string yaml = fit_stage(options);
    file::make_writable_folder(folder);
    write_stage(file, yaml, options);
    log::info("wrote {}", file.string());
  });
  RunOptions run_options;
  run_options.file = file.string();
  run_options.output = folder;
  run_options.fresh = options.fresh;
  const int code = run_fit_stage(communicator, run_options);
  if (code == kDone) {
    log::info("predict with: epitaxy predict --model {} --input NEW.csv --output PREDICTED.csv",
              (folder / "model.h5").string());
  }
  return code;
}

}  // namespace epitaxy::app
