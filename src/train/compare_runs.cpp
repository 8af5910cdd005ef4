#include "train/compare_runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/table.h"
#include "base/text.h"
#include "train/run_files.h"

namespace epitaxy::train {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

Json read_summary(const fs::path& folder) {
  const fs::path path = folder / "summary.json";
  if (!fs::exists(path)) {
    fail_input("{}: there is no such file: {}", path.string(),
               fs::exists(folder) ? "let the run in this folder end first" : "the run has no such folder");
  }
  const Json summary = Json::parse(file::read(path), nullptr, false);
  if (!summary.is_object()) {
    fail_input("{}: is no summary of a run (JSON)", path.string());
  }
  return summary;
}

std::vector<std::string> keys_of(const Json& node) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : node.items()) {
    keys.push_back(key);
  }
  return keys;
}

std::string first_parts(const std::vector<std::string>& parts, std::size_t count) {
  return text::join({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count)}, ".");
}

[[noreturn]] void fail_unknown(const Json& node, const std::string& walked, const std::vector<std::string>& rest,
                               const std::string& file) {
  const std::string above = walked.empty() ? "" : walked + ".";
  const auto keys = keys_of(node);
  const auto nearest = text::nearest(rest.front(), keys);
  const auto key = nearest ? nearest : text::nearest(first_parts(rest, rest.size()), keys);
  fail_input("{}: has no '{}{}'{}; {} {}", file, above, first_parts(rest, rest.size()),
             key ? fmt::format(" (did you mean '{}{}'?)", above, *key) : "",
             walked.empty() ? "its keys are" : fmt::format("the keys of '{}' are", walked), text::join(keys, ", "));
}

/// The single value at a path.
Json find_value(const Json& summary, const std::string& path, const std::string& file) {
  const Json* node = &summary;
  std::string walked;
  std::vector<std::string> rest = text::split(path, '.');
  while (!rest.empty()) {
    if (!node->is_object()) {
      fail_input("{}: '{}' holds no further keys, so there is no '{}'", file, walked, path);
    }
    std::size_t used = rest.size();
    while (used > 0 && !node->contains(first_parts(rest, used))) {
      --used;
    }
    if (used == 0) {
      fail_unknown(*node, walked, rest, file);
    }
    const std::string key = first_parts(rest, used);
    walked += (walked.empty() ? "" : ".") + key;
    node = &node->at(key);
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  }
  if (node->is_object()) {
    fail_input("{}: '{}' is no single value: add one of its keys, {}", file, path, text::join(keys_of(*node), ", "));
  }
  if (node->is_array()) {
    fail_input("{}: '{}' is a list, and only single values are compared", file, path);
  }
  return *node;
}

std::string as_text(const Json& value) {
  if (value.is_null()) {
    return "";
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Values below each other, a column for each run.
void log_table(const CompareSettings& settings, const std::vector<std::vector<Json>>& values) {
  std::vector<text::Column> columns{{"", text::Align::left}};
  for (const ComparedRun& run : settings.runs) {
    columns.push_back({run.name, text::Align::right, 10, 2});
  }
  text::Table table(std::move(columns));
  for (std::size_t v = 0; v < settings.values.size(); ++v) {
    std::vector<std::string> cells{settings.values[v]};
    for (std::size_t r = 0; r < settings.runs.size(); ++r) {
      const Json& value = values[r][v];
      const std::string text = value.is_number_float() ? fmt::format("{:.5g}", value.get<double>()) : as_text(value);
      cells.push_back(text.empty() ? "-" : text);
    }
    table.row(std::move(cells));
  }
  log::lines(table.lines());
}

/// A row a run, a column a value.
void write_table(const CompareSettings& settings, const std::vector<std::vector<Json>>& values, const fs::path& path) {
  std::vector<std::string> columns{"run"};
  columns.insert(columns.end(), settings.values.begin(), settings.values.end());
  CsvWriter table(columns);
  for (std::size_t r = 0; r < settings.runs.size(); ++r) {
    std::vector<std::string> fields{settings.runs[r].name};
    std::ranges::transform(values[r], std::back_inserter(fields), as_text);
    table.row(fields);
  }
  table.write(path);
}

}  // namespace

void keys(config::Keys& k, CompareSettings& s) {
  using config::Key;
  k.list(s.runs, Key("runs", "finished runs, each a column of the table").output(),
         [&](config::Keys& run, ComparedRun& item) {
           std::string folder;
           run.text(item.name, Key("name", "of the column").output().required());
           run.file(folder, Key("folder", "of the run's results").required());
           item.folder = folder;
           if (std::ranges::find(s.runs, item.name, &ComparedRun::name) != s.runs.end()) {
             run.problem("name", "is the name of an earlier run too");
           }
         });
  if (s.runs.empty()) {
    k.problem("runs", "must list at least one run: {name: extra_0, folder: runs/extra_0}");
  }
  k.texts(s.values, Key("values", "paths in summary.json, such as validation.gap_dft.mae_eV").output().required());
  if (s.values.empty() && k.given("values")) {
    k.problem("values", "must name at least one value: validation.gap_dft.mae_eV");
  }
  const std::set<std::string> paths(s.values.begin(), s.values.end());
  if (paths.size() < s.values.size()) {
    k.problem("values", "names a value twice");
  }
}

std::vector<std::vector<Json>> compare_runs(const CompareSettings& settings) {
  std::vector<std::vector<Json>> values;
  for (const ComparedRun& run : settings.runs) {
    const Json summary = read_summary(run.folder);
    values.emplace_back();
    for (const std::string& path : settings.values) {
      values.back().push_back(find_value(summary, path, (run.folder / "summary.json").string()));
    }
  }
  return values;
}

void check_compare(const parallel::Communicator& communicator, const CompareSettings& settings) {
  communicator.on_root([&] {
    compare_runs(settings);
    log::info("runs: {} with {} values each", settings.runs.size(), settings.values.size());
  });
}

Json to_json(const CompareSettings& settings, const std::vector<std::vector<Json>>& values) {
  Json summary{{"stage", "compare"}, {"runs", Json::object()}};
  for (std::size_t r = 0; r < settings.runs.size(); ++r) {
    Json& entry = summary["runs"][settings.runs[r].name];
    for (std::size_t v = 0; v < settings.values.size(); ++v) {
      entry[settings.values[v]] = values[r][v];
    }
  }
  return summary;
}

bool run_compare(const parallel::Communicator& communicator, const CompareSettings& settings, const fs::path& folder,
                 parallel::StopHandler&) {
  communicator.on_root([&] {
    const auto values = compare_runs(settings);
    log_table(settings, values);
    write_table(settings, values, folder / "comparison.csv");
    file::write_atomically(folder / "summary.json", to_json(settings, values).dump(2) + "\n");
  });
  return true;
}

}  // namespace epitaxy::train
