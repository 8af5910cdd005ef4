#include "app/input_columns.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "data/import.h"

namespace epitaxy::app {

namespace {

bool has(const data::CsvTable& table, const std::string& name) {
  return std::ranges::find(table.columns(), name) != table.columns().end();
}

/// The column of this name; without `capitals` the only one that is called so but for these.
std::optional<std::size_t> find_column(const data::CsvTable& table, const std::string& name, bool capitals) {
  const auto is_called = [&](const std::string& column) {
    return capitals ? column == name : text::lower(column) == text::lower(name);
  };
  const auto found = std::ranges::find_if(table.columns(), is_called);
  return std::ranges::count_if(table.columns(), is_called) == 1
             ? std::optional<std::size_t>(found - table.columns().begin())
             : std::nullopt;
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

/// `source` null: the column is in the model's own unit.
ValueColumn value_from(std::size_t column, const std::string& name, const data::SourceColumn* source,
                       const std::string& target, const std::string& unit) {
  const std::string& own_unit = source != nullptr ? source->unit : unit;
  ValueColumn result{column, data::unit_conversion(own_unit, unit), ""};
  if (name != target || own_unit != unit) {
    result.told = fmt::format("{} is the column '{}'", target, name);
    if (own_unit != unit) {
      result.told += fmt::format(", converted from {} to {}", own_unit, unit);
    }
  }
  return result;
}

}  // namespace

std::size_t text_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& named,
                        const std::optional<data::Preparation>& preparation, const std::string& usual) {
  if (!named.empty()) {
    return table.column(named);
  }
  const std::string trained = preparation ? preparation->column : usual;
  if (!has(table, trained) && !has(table, usual)) {
    const std::string other =
        trained == usual ? "" : fmt::format(" nor '{}', the column of the training data", trained);
    fail_input("{}: has no column '{}'{}; it has: {}. Name it: --column COLUMN", file.string(), usual, other,
               text::join(table.columns(), ", "));
  }
  return table.column(has(table, trained) ? trained : usual);
}

std::optional<ValueColumn> find_value_column(const data::CsvTable& table, const std::string& target,
                                             const std::string& unit,
                                             const std::optional<data::Preparation>& preparation) {
  const std::vector<data::SourceColumn> sources = sources_of(target, preparation);
  for (const bool capitals : {true, false}) {
    // One that is called like the target is taken first.
    const auto own = find_column(table, target, capitals);
    const auto source = own ? std::ranges::find(sources, target, &data::SourceColumn::column)
                            : std::ranges::find_if(sources, [&](const data::SourceColumn& s) {
                                return find_column(table, s.column, capitals).has_value();
                              });
    if (own || source != sources.end()) {
      const std::size_t column = own ? *own : *find_column(table, source->column, capitals);
      return value_from(column, table.columns()[column], source == sources.end() ? nullptr : &*source, target, unit);
    }
  }
  return std::nullopt;
}

ValueColumn value_column(const std::filesystem::path& file, const data::CsvTable& table, const std::string& target,
                         const std::string& unit, const std::optional<data::Preparation>& preparation) {
  if (const auto found = find_value_column(table, target, unit, preparation)) {
    if (unit != data::kClassUnit) {
      table.number_column(table.columns()[found->column]);  // throws where its numbers can be read in two ways
    }
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
