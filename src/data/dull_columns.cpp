#include "data/dull_columns.h"

#include <algorithm>
#include <string_view>

#include "data/quality_report.h"

namespace epitaxy::data {

namespace {

/// Adds the column where it belongs.
void look_at(const CsvTable& table, std::size_t column, const MissingMarkers& markers, DullColumns& dull) {
  std::size_t values = 0;
  std::string_view first;
  bool differs = false;
  bool is_nearly_empty = true;
  for (std::size_t row = 0; row < table.rows() && (!differs || is_nearly_empty); ++row) {
    const std::string_view field = table.field(row, column);
    if (markers.holds(field)) {
      continue;
    }
    first = values == 0 ? field : first;
    differs = differs || field != first;
    is_nearly_empty = nearly_empty(++values, table.rows());
  }
  if (is_nearly_empty) {
    dull.nearly_empty.push_back(table.columns()[column]);
  } else if (!differs && values > 1) {
    dull.constant.push_back(table.columns()[column]);
  }
}

}  // namespace

DullColumns find_dull_columns(const CsvTable& table, const ImportSettings& settings) {
  DullColumns dull;
  const MissingMarkers markers(settings.missing_values);
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    const std::string& name = table.columns()[column];
    const bool is_target = std::ranges::find(settings.targets, name, &TargetImport::column) != settings.targets.end();
    if (!name.empty() && !is_target) {
      look_at(table, column, markers, dull);
    }
  }
  return dull;
}

}  // namespace epitaxy::data
