#include "app/input_columns.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

bool has(const data::CsvTable& table, const std::string& name) {
  return std::ranges::find(table.columns(), name) != table.columns().end();
}

/// Where a target came from; one for each source.
std::vector<data::SourceColumn> sources_of(const std::string& target,
                                           const std::optional<data::Preparation>& preparation) {
  std::vector<data::SourceColumn> sources;
  if (preparation) {
    std::ranges::copy_if(preparation->columns, std::back_inserter(sources),
                         [&](const data::SourceColumn& source) { return source.target == target; });
  }
  return sources;
}

}  // namespace

std::size_t text_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& named,
                        const std::optional<data::Preparation>& preparation, const std::string& usual) {
  if (!named.empty() || !preparation || preparation->column == usual) {
    return table.column(named.empty() ? usual : named);
  }
  if (!has(table, preparation->column) && !has(table, usual)) {
    fail_input("{}: has neither a column '{}', as the source of the training data, nor '{}'; it has: {}", file.string(),
               preparation->column, usual, text::join(table.columns(), ", "));
  }
  return table.column(has(table, preparation->column) ? preparation->column : usual);
}

std::optional<ValueColumn> find_value_column(const data::CsvTable& table, const std::string& target,
                                             const std::string& unit,
                                             const std::optional<data::Preparation>& preparation) {
  const std::vector<data::SourceColumn> sources = sources_of(target, preparation);
  // One that is called like the target is taken first.
  const auto named_alike = std::ranges::find(sources, target, &data::SourceColumn::column);
  if (has(table, target) && named_alike == sources.end()) {
    return ValueColumn{table.column(target), {}, ""};
  }
  const auto found = has(table, target)
                         ? named_alike
                         : std::ranges::find_if(sources, [&](const auto& source) { return has(table, source.column); });
  if (found == sources.end()) {
    return std::nullopt;
  }
  ValueColumn result{table.column(found->column), data::unit_conversion(found->unit, unit), ""};
  if (found->column != target || found->unit != unit) {
    result.told = fmt::format("{} is the column '{}'", target, found->column);
    if (found->unit != unit) {
      result.told += fmt::format(", converted from {} to {}", found->unit, unit);
    }
  }
  return result;
}

ValueColumn value_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& target,
                         const std::string& unit, const std::optional<data::Preparation>& preparation) {
  if (const auto found = find_value_column(table, target, unit, preparation)) {
    table.number_column(table.columns()[found->column]);  // throws where its numbers can be read in two ways
    return *found;
  }
  std::vector<std::string> others;
  for (const data::SourceColumn& source : sources_of(target, preparation)) {
    if (source.column != target) {
      others.push_back(fmt::format("'{}' ({})", source.column, source.unit));
    }
  }
  if (others.empty()) {
    table.column(target);  // throws
  }
  fail_input("{}: has neither a column '{}' ({}) nor, as the source of the training data, {}; it has: {}",
             file.string(), target, unit, text::join(others, ", "), text::join(table.columns(), ", "));
}

double converted(const ValueColumn& column, double value, std::string_view text, const chem::Preparer& preparer) {
  return column.conversion(value, column.conversion.divide_by_atoms ? preparer.prepare(text).atoms : 1.0);
}

}  // namespace epitaxy::app
