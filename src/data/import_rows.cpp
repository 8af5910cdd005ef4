#include "data/import_rows.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

constexpr std::size_t kLongestClass = 200;
constexpr std::size_t kMostClasses = 1000;

/// Of UTF-8: bytes that continue one are none.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Since 1970-01-01; nothing for what is no date of the form 2024-12-31.
std::optional<double> days_of_date(std::string_view field) {
  constexpr std::size_t kLength = 10;
  if (field.size() != kLength || field[4] != '-' || field[7] != '-') {
    return std::nullopt;
  }
  const auto part = [&](std::size_t first, std::size_t count) {
    const std::string_view digits = field.substr(first, count);
    return std::ranges::all_of(digits, text::is_digit) ? text::to_integer(digits).value_or(0) : 0;
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (!date.ok()) {
    return std::nullopt;
  }
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

}  // namespace

void check_fields(const CsvTable& table, std::size_t row) {
  if (const std::string problem = table.row_problem(row); !problem.empty()) {
    reject("{}", problem);
  }
}

std::string problem_of_target_name(const std::string& name) {
  if (name.empty()) {
    return "is empty";
  }
  // In HDF5 one leads to other places, and the other is the place itself.
  return name == "." ? "is '.'" : name.find('/') != std::string::npos ? "holds a '/'" : "";
}

void check_target_names(const std::vector<TargetImport>& targets) {
  for (auto target = targets.begin(); target != targets.end(); ++target) {
    const auto same = [&](const TargetImport& other) { return other.name == target->name; };
    if (const std::string problem = problem_of_target_name(target->name); !problem.empty()) {
      fail_input("'{}' cannot be the name of a target: it {}; set `name` of column '{}'", target->name, problem,
                 target->column);
    }
    if (std::find_if(targets.begin(), target, same) != target) {
      fail_input("two targets have the name '{}'", target->name);
    }
  }
}

TargetRows::TargetRows(const CsvTable& table, const ImportSettings& settings)
    : table_(table),
      source_(settings.source.string()),
      missing_allowed_(settings.missing_allowed),
      markers_(settings.missing_values),
      averaging_(settings.duplicates == Duplicates::mean),
      values_(settings.targets.size()) {
  check_target_names(settings.targets);
  for (const TargetImport& target : settings.targets) {
    const bool numbers = target.values == Values::numbers;
    const std::size_t column = numbers ? table.number_column(target.column) : table.column(target.column);
    columns_.push_back({target, column, unit_conversion(target.unit, target.to), numbers && is_per_formula(target.to)});
    targets_.push_back({target.name, target.to, {}, {}});
    targets_.back().values.reserve(table.rows());
  }
}

double TargetRows::missing(Column& column, std::string_view field) const {
  if (!field.empty()) {
    ++column.fields.markers[std::string(field)];
  }
  if (!missing_allowed_) {
    reject("{}", reason_of(column.settings.column, field, FieldKind::missing));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// In the unit of the source; NaN: missing.
double TargetRows::read_plain(Column& column, std::string_view field) const {
  const auto number = text::to_double(field);
  if (number && !std::isnan(*number) && !markers_.is_own(field)) {
    return *number;
  }
  const auto [kind, value] = read_unusual(field, markers_);
  if (kind == FieldKind::missing) {
    return missing(column, field);
  }
  if (kind != FieldKind::other) {
    ++column.fields.kinds[kind];
  }
  if (!accepts(column.settings.censored, kind)) {
    reject("{}{}", reason_of(column.settings.column, field, kind), kind == FieldKind::other ? number_hint(field) : "");
  }
  return value;
}

double TargetRows::read_number(Column& column, std::string_view field, double atoms) const {
  const TargetImport& settings = column.settings;
  const double plain = read_plain(column, field);
  if (std::isnan(plain)) {
    return plain;
  }
  if (column.convert.transform != Transform::none && !(column.convert.linear(plain, atoms) > 0)) {
    reject("'{}' is not positive, so it has no logarithm: '{}' (to: {})", settings.column, field, settings.to);
  }
  const double value = column.convert(plain, atoms);
  if (!std::isfinite(value)) {
    reject("'{}' is not a finite number: '{}'", settings.column, field);
  }
  if (value < settings.low || value > settings.high) {
    filter("'{}' is {:g} {}, outside the range [{:g}, {:g}]", settings.column, value, settings.to, settings.low,
           settings.high);
  }
  return value;
}

double TargetRows::read_class(Column& column, std::size_t row, std::string_view field) const {
  if (characters(field) > kLongestClass) {
    fail_input("{}: line {}: the class in column '{}' has more than {} characters; is it one?", source_,
               table_.line(row), column.settings.column, kLongestClass);
  }
  const auto [found, is_new] = column.numbers.try_emplace(std::string(field), column.classes.size());
  if (is_new) {
    column.classes.emplace_back(field);
  }
  return static_cast<double>(found->second);
}

double TargetRows::read_time(Column& column, std::size_t row, std::string_view field) const {
  const std::optional<double> days = days_of_date(field);
  const std::optional<double> time = days ? days : text::to_double(field);
  if (!time || !std::isfinite(*time)) {
    fail_input(
        "{}: line {}: '{}' in column '{}' is neither a number nor a date such as 2024-12-31, so it cannot be put "
        "in order",
        source_, table_.line(row), field, column.settings.column);
  }
  if (column.holds_dates.value_or(days.has_value()) != days.has_value()) {
    fail_input("{}: line {}: '{}' in column '{}' is a {}, but lines before have {}: they cannot be put in one order",
               source_, table_.line(row), field, column.settings.column, days ? "date" : "number",
               days ? "numbers" : "dates");
  }
  column.holds_dates = days.has_value();
  return *time;
}

double TargetRows::read(Column& column, std::size_t row, double atoms) const {
  if (column.settings.values == Values::numbers) {
    return read_number(column, table_.number_text(row, column.column), atoms);
  }
  const std::string_view field = table_.field(row, column.column);
  if (markers_.holds(field)) {
    return missing(column, field);
  }
  return column.is_classes() ? read_class(column, row, field)
                             : read_time(column, row, table_.number_text(row, column.column));
}

void TargetRows::read(std::size_t row, double atoms) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    values_[i] = read(columns_[i], row, atoms);
  }
}

bool TargetRows::per_formula() const { return std::ranges::any_of(columns_, &Column::per_formula); }

void TargetRows::scale_current(double factor) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].per_formula) {
      values_[i] = scaled_amount(columns_[i].settings.to, values_[i], factor);
    }
  }
}

void TargetRows::scale_kept(std::size_t kept, double factor) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].per_formula) {
      double& value = targets_[i].values[kept];
      value = scaled_amount(columns_[i].settings.to, value, factor);
    }
  }
}

void TargetRows::compare(std::size_t row, std::size_t kept, std::size_t kept_line) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].is_classes()) {
      continue;
    }
    const auto [found, is_new] = spreads_.try_emplace(kept * columns_.size() + i, DuplicateSpread{kept, i});
    if (is_new) {
      found->second.note(targets_[i].values[kept], kept_line);
    }
    found->second.note(values_[i], table_.line(row));
  }
}

std::vector<FieldCounts> TargetRows::fields() const {
  std::vector<FieldCounts> fields;
  std::ranges::transform(columns_, std::back_inserter(fields), &Column::fields);
  return fields;
}

std::vector<DuplicateSpread> TargetRows::spreads() const {
  std::vector<DuplicateSpread> spreads;
  for (const auto& [cell, spread] : spreads_) {
    spreads.push_back(spread);
  }
  std::ranges::sort(spreads, {}, [](const DuplicateSpread& s) { return std::pair(s.row, s.target); });
  return spreads;
}

void TargetRows::append() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    targets_[i].values.push_back(values_[i]);
  }
  if (averaging_) {
    std::transform(values_.begin(), values_.end(), std::back_inserter(counts_),
                   [](double value) { return std::isnan(value) ? 0U : 1U; });
  }
}

void TargetRows::replace(std::size_t kept) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    targets_[i].values[kept] = values_[i];
  }
}

bool TargetRows::lower_than(std::size_t kept) const {
  const double current = targets_.front().values[kept];
  return !std::isnan(values_.front()) && !(values_.front() >= current);
}

void TargetRows::average(std::size_t kept) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (std::isnan(values_[i])) {
      continue;
    }
    double& sum = targets_[i].values[kept];
    const std::size_t cell = kept * values_.size() + i;
    if (columns_[i].is_classes()) {
      vote(cell, sum, values_[i]);
      continue;
    }
    unsigned& count = counts_[cell];
    sum = count == 0 ? values_[i] : sum + values_[i];
    ++count;
  }
}

void TargetRows::vote(std::size_t cell, double& kept, double value) {
  if (std::isnan(kept)) {
    kept = value;
    return;
  }
  Votes& votes = votes_[cell];
  if (votes.empty()) {
    votes[kept] = 1;
  }
  ++votes[value];
}

void TargetRows::decide(const Column& column, Target& target, std::size_t first_cell) const {
  const auto name = [&](double number) { return column.classes[static_cast<std::size_t>(number)]; };
  for (std::size_t row = 0; row < target.values.size(); ++row) {
    const auto found = votes_.find(row * columns_.size() + first_cell);
    if (found == votes_.end()) {
      continue;
    }
    target.values[row] = std::ranges::max_element(found->second, [&](const auto& a, const auto& b) {
                           return a.second != b.second ? a.second < b.second : name(a.first) > name(b.first);
                         })->first;
  }
}

void TargetRows::sort_classes(const Column& column, Target& target) const {
  std::map<std::string, double> order;
  for (const double value : target.values) {
    if (!std::isnan(value)) {
      order.emplace(column.classes[static_cast<std::size_t>(value)], 0);
    }
  }
  if (order.size() > kMostClasses) {
    fail_input("{}: column '{}' of target '{}' names {} classes, more than {}; is it one of numbers?", source_,
               column.settings.column, target.name, order.size(), kMostClasses);
  }
  for (auto& [name, index] : order) {
    index = static_cast<double>(target.classes.size());
    target.classes.push_back(name);
  }
  for (double& value : target.values) {
    value = std::isnan(value) ? value : order.at(column.classes[static_cast<std::size_t>(value)]);
  }
}

std::vector<Target> TargetRows::finish() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Target& target = targets_[i];
    if (columns_[i].is_classes()) {
      decide(columns_[i], target, i);
      sort_classes(columns_[i], target);
      continue;
    }
    for (std::size_t row = 0; averaging_ && row < target.values.size(); ++row) {
      const unsigned count = counts_[row * columns_.size() + i];
      if (count > 1 && std::isinf(target.values[row])) {
        fail_input("{}: values of {} that would be averaged are too large to be added up; 'range' leaves such rows out",
                   source_, target.name);
      }
      target.values[row] /= count > 1 ? count : 1;
    }
  }
  return std::move(targets_);
}

}  // namespace epitaxy::data
