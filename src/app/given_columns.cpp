#include "app/given_columns.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "app/column_entry.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

/// Positive numbers that span so much are compared by their logarithms.
constexpr double kWideRange = 100;

/// The option that names a column already; empty: none. The texts themselves are no option.
std::string use_of(const FitOptions& options, const std::string& column) {
  const auto holds = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, column) != names.end();
  };
  return holds(options.targets) ? "--target" : holds(options.cheap) ? "--cheap" : "";
}

void check_use(const FitOptions& options, const TextColumn& text, const char* option, const std::string& column) {
  if (column == text.name) {
    fail_input("{} {}: that column holds the {}, which are read anyway", option, column, text.substance->texts());
  }
  if (const std::string other = use_of(options, column); !other.empty()) {
    fail_input("{} {}: {} names that column, too", option, column, other);
  }
}

struct Range {
  double low = 0, high = 0;
};

Range range_of(const data::CsvTable& table, std::size_t column) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto number = text::to_double(table.number_text(row, column));
    if (number && std::isfinite(*number)) {
      range = {std::min(range.low, *number), std::max(range.high, *number)};
    }
  }
  return range;
}

/// What follows the column's name; tells it.
std::string kind_of(const data::CsvTable& table, const std::string& feature) {
  const std::size_t column = table.column(feature);
  const auto numbers = number_columns(table);
  if (std::ranges::find(numbers, feature) == numbers.end()) {
    std::set<std::string_view> fields;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      fields.insert(table.field(row, column));
    }
    log::info("feature {}: categories, {} different fields", feature, fields.size());
    return ", values: classes";
  }
  table.number_column(feature);  // throws where its numbers can be read in two ways
  const Range range = range_of(table, column);
  const bool is_wide = range.low > 0 && range.high >= kWideRange * range.low;
  log::info("feature {}: numbers from {} to {}{}", feature, range.low, range.high, is_wide ? ", as logarithms" : "");
  return is_wide ? ", transform: log10" : "";
}

}  // namespace

GivenColumns given_columns(const FitOptions& options, const data::CsvTable& table, const TextColumn& text) {
  GivenColumns result;
  std::vector<std::string> names;
  for (const std::string& feature : options.features) {
    check_use(options, text, "--features", feature);
    result.targets += fmt::format("    - {{{}{}}}\n", column_entry(feature), kind_of(table, feature));
    names.push_back(quoted(target_name(feature)));
  }
  if (!names.empty()) {
    result.keys += fmt::format("given: [{}]  # what all learners read beside the text\n", text::join(names, ", "));
  }
  if (!options.weights.empty()) {
    table.column(options.weights);
    check_use(options, text, "--weights", options.weights);
    if (std::ranges::find(options.features, options.weights) != options.features.end()) {
      fail_input("--weights {}: --features names that column, too", options.weights);
    }
    result.targets += fmt::format("    - {{{}}}\n", column_entry(options.weights));
    result.keys += fmt::format("weights: {}  # how much each row counts\n", quoted(target_name(options.weights)));
  }
  return result;
}

}  // namespace epitaxy::app
