#include "data/import_rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

void check_fields(const CsvTable& table, std::size_t row) {
  if (table.fields(row) != table.columns().size()) {
    reject("has {} fields, the header has {}", table.fields(row), table.columns().size());
  }
}

void check_target_names(const std::vector<TargetImport>& targets) {
  for (auto target = targets.begin(); target != targets.end(); ++target) {
    const auto same = [&](const TargetImport& other) { return other.name == target->name; };
    if (target->name.empty() || target->name.find('/') != std::string::npos) {
      fail_input("'{}' cannot be the name of a target (it is empty or holds a '/'); set `name` of column '{}'",
                 target->name, target->column);
    }
    if (std::find_if(targets.begin(), target, same) != target) {
      fail_input("two targets have the name '{}'", target->name);
    }
  }
}

TargetRows::TargetRows(const CsvTable& table, const ImportSettings& settings)
    : table_(table),
      missing_allowed_(settings.missing_allowed),
      averaging_(settings.duplicates == Duplicates::mean),
      values_(settings.targets.size()) {
  check_target_names(settings.targets);
  for (const TargetImport& target : settings.targets) {
    columns_.push_back({target, table.column(target.column), unit_conversion(target.unit, target.to)});
    targets_.push_back({target.name, target.to, {}});
    targets_.back().values.reserve(table.rows());
  }
}

double TargetRows::read(const Column& column, std::string_view field, double atoms) const {
  const TargetImport& settings = column.settings;
  if (field.empty()) {
    if (missing_allowed_) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    reject("'{}' is missing", settings.column);
  }
  const auto number = text::to_double(field);
  if (!number) {
    reject("'{}' is not a number: '{}'", settings.column, field);
  }
  const double value = column.convert(*number, atoms);
  if (!std::isfinite(value)) {
    reject("'{}' is not a finite number: '{}'", settings.column, field);
  }
  if (value < settings.low || value > settings.high) {
    filter("'{}' is {:g} {}, outside the range [{:g}, {:g}]", settings.column, value, settings.to, settings.low,
           settings.high);
  }
  return value;
}

void TargetRows::read(std::size_t row, double atoms) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    values_[i] = read(columns_[i], table_.field(row, columns_[i].column), atoms);
  }
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
    unsigned& count = counts_[kept * values_.size() + i];
    sum = count == 0 ? values_[i] : sum + values_[i];
    ++count;
  }
}

std::vector<Target> TargetRows::finish() {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 1) {
      targets_[i % values_.size()].values[i / values_.size()] /= counts_[i];
    }
  }
  return std::move(targets_);
}

}  // namespace epitaxy::data
