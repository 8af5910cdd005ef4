#include "app/fit_split.h"

#include <algorithm>
#include <filesystem>

#include "app/column_entry.h"
#include "base/error.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

/// `column:NAME` as its two parts; the second is empty where there is no colon.
struct NamedSplit {
  std::string by;
  std::string column;
};

NamedSplit named_split(const FitOptions& options) {
  const std::size_t colon = options.split.find(':');
  if (colon == std::string::npos) {
    return {options.split, ""};
  }
  return {options.split.substr(0, colon), options.split.substr(colon + 1)};
}

}  // namespace

std::vector<SplitColumn> split_columns(const FitOptions& options) {
  std::vector<SplitColumn> columns;
  const NamedSplit split = named_split(options);
  if (!split.column.empty()) {
    columns.push_back({split.column, split.by == "order" ? data::Values::times : data::Values::classes});
  }
  if (!options.groups.empty() && options.groups != split.column) {
    columns.push_back({options.groups, data::Values::classes});
  }
  for (const SplitColumn& column : columns) {
    for (const auto& list : {options.targets, options.cheap}) {
      if (std::ranges::find(list, column.name) != list.end()) {
        fail_input("'{}' is learned from or learned, so folds cannot go by it, too", column.name);
      }
    }
  }
  return columns;
}

std::string split_line(const FitOptions& options) {
  const NamedSplit split = named_split(options);
  const bool is_named = split.by == "column" || split.by == "order";
  const bool is_plain = split.by.empty() || split.by == "random";
  if (is_named != !split.column.empty() ||
      (!is_named && !is_plain && split.by != "scaffold" && split.by != "cluster")) {
    fail_input("--split {}: it can be random, scaffold, cluster, column:NAME or order:NAME", options.split);
  }
  std::vector<std::string> keys;
  if (!is_plain) {
    keys.push_back("by: " + split.by);
  }
  if (is_named) {
    keys.push_back("column: " + quoted(target_name(split.column)));
  }
  if (!options.groups.empty()) {
    keys.push_back("groups: " + quoted(target_name(options.groups)));
  }
  return keys.empty() ? "" : fmt::format("split: {{{}}}\n", text::join(keys, ", "));
}

std::string test_line(const FitOptions& options) {
  if (options.test.empty()) {
    return "";
  }
  if (std::filesystem::exists(options.test)) {
    return fmt::format("test: {{file: {}}}\n", quoted(options.test));
  }
  const auto fraction = text::to_double(options.test);
  if (!fraction) {
    fail_input("--test {}: there is no such file (a number would be a fraction of the rows, such as 0.2)",
               options.test);
  }
  if (!(*fraction > 0 && *fraction < 1)) {
    fail_input("--test {}: a fraction of the rows must lie between 0 and 1", options.test);
  }
  return fmt::format("test: {{fraction: {}}}\n", *fraction);
}

}  // namespace epitaxy::app
