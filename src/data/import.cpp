#include "epitaxy/data/import.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <chrono>
#include <cmath>
#include <iterator>
#include <string_view>
#include <unordered_map>

#include "epitaxy/base/error.h"
#include "epitaxy/base/text.h"
#include "epitaxy/chem/elements.h"
#include "epitaxy/chem/formula.h"
#include "epitaxy/chem/fractions.h"
#include "epitaxy/data/csv.h"
#include "epitaxy/data/import_report.h"
#include "epitaxy/data/units.h"

namespace epitaxy::data {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Thrown for a row that is left out.
struct RowProblem {
  std::string reason;
  bool filtered;
};

template <typename... Args>
[[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) {
  throw RowProblem{fmt::format(format, std::forward<Args>(args)...), false};
}

template <typename... Args>
[[noreturn]] void filter(fmt::format_string<Args...> format, Args&&... args) {
  throw RowProblem{fmt::format(format, std::forward<Args>(args)...), true};
}

/// The user's element filters by atomic number.
class ElementFilter {
 public:
  explicit ElementFilter(const ImportSettings& settings) {
    if (!settings.only_elements.empty()) {
      mark(settings.only_elements, allowed_);
    } else {
      allowed_.set();
    }
    mark(settings.drop_elements, dropped_);
  }

  void apply(const chem::Composition& composition) const {
    for (const auto& [number, count] : composition.atoms) {
      const auto bit = static_cast<std::size_t>(number);
      if (dropped_[bit] || !allowed_[bit]) {
        filter("element {} is filtered out", chem::symbol(number));
      }
    }
  }

 private:
  using Elements = std::bitset<128>;

  static void mark(const std::vector<std::string>& symbols, Elements& elements) {
    for (const std::string& symbol : symbols) {
      const auto number = chem::atomic_number(symbol);
      if (!number) {
        fail_input("unknown element '{}' in the element filter", symbol);
      }
      elements.set(static_cast<std::size_t>(*number));
    }
  }

  Elements allowed_;
  Elements dropped_;
};

/// A target's column in the table and how its values are read.
struct TargetColumn {
  const TargetImport& settings;
  std::size_t column;
  UnitConversion convert;

  double read(std::string_view field, double atoms, bool missing_allowed) const {
    if (field.empty()) {
      if (missing_allowed) {
        return kNone;
      }
      reject("'{}' is missing", settings.column);
    }
    const auto number = text::to_double(field);
    if (!number) {
      reject("'{}' is not a number: '{}'", settings.column, field);
    }
    const double value = convert(*number, atoms);
    if (!std::isfinite(value)) {
      reject("'{}' is not a finite number: '{}'", settings.column, field);
    }
    if (value < settings.low || value > settings.high) {
      filter("'{}' is {:g} {}, outside the range [{:g}, {:g}]", settings.column, value, settings.to, settings.low,
             settings.high);
    }
    return value;
  }
};

/// Collects rows into a data set under the duplicates policy.
class Collector {
 public:
  Collector(const CsvTable& table, const ImportSettings& settings)
      : table_(table), settings_(settings), filter_(settings), formula_column_(table.column(settings.formula_column)) {
    DatasetIndex& index = result_.dataset.index;
    for (const TargetImport& target : settings.targets) {
      columns_.push_back({target, table.column(target.column), unit_conversion(target.unit, target.to)});
      index.targets.push_back({target.name, target.to, {}});
      index.targets.back().values.reserve(table.rows());
    }
    index.kind = "composition";
    index.feature_names.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
    result_.dataset.features.reserve(table.rows() * chem::kElementFeatures);
    values_.resize(columns_.size());
  }

  ImportResult run() {
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      try {
        take(row);
      } catch (const RowProblem& problem) {
        result_.rejected.push_back({table_.line(row), table_.row_text(row), problem.reason, problem.filtered});
      }
    }
    finish_means();
    result_.rows_read = table_.rows();
    result_.dataset.index.rows = result_.dataset.index.lines.size();
    return std::move(result_);
  }

 private:
  void take(std::size_t row) {
    if (table_.fields(row) != table_.columns().size()) {
      reject("has {} fields, the header has {}", table_.fields(row), table_.columns().size());
    }
    const std::string_view formula = table_.field(row, formula_column_);
    try {
      const chem::Composition composition = chem::parse_formula(formula);
      filter_.apply(composition);
      features_ = chem::element_fractions(composition);
      read_values(row, composition.total());
      add(row, formula, composition.reduced());
    } catch (const chem::FormulaError& error) {
      throw RowProblem{error.what(), false};
    }
  }

  void read_values(std::size_t row, double atoms) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      values_[i] = columns_[i].read(table_.field(row, columns_[i].column), atoms, settings_.missing_allowed);
    }
  }

  void add(std::size_t row, std::string_view formula, std::string group) {
    DatasetIndex& index = result_.dataset.index;
    if (settings_.duplicates != Duplicates::keep) {
      const auto [found, is_new] = first_rows_.try_emplace(group, index.lines.size());
      if (!is_new) {
        ++result_.merged;
        merge(found->second, row, formula);
        return;
      }
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      index.targets[i].values.push_back(values_[i]);
    }
    if (settings_.duplicates == Duplicates::mean) {
      std::transform(values_.begin(), values_.end(), std::back_inserter(counts_),
                     [](double value) { return std::isnan(value) ? 0U : 1U; });
    }
    index.formulas.emplace_back(formula);
    index.groups.push_back(std::move(group));
    index.lines.push_back(static_cast<std::int64_t>(table_.line(row)));
    auto& features = result_.dataset.features;
    features.insert(features.end(), features_.begin(), features_.end());
  }

  void merge(std::size_t kept, std::size_t row, std::string_view formula) {
    settings_.duplicates == Duplicates::mean ? merge_mean(kept) : merge_lowest(kept, row, formula);
  }

  void merge_lowest(std::size_t kept, std::size_t row, std::string_view formula) {
    DatasetIndex& index = result_.dataset.index;
    const double current = index.targets.front().values[kept];
    if (std::isnan(values_.front()) || values_.front() >= current) {
      return;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      index.targets[i].values[kept] = values_[i];
    }
    index.formulas[kept] = formula;
    index.lines[kept] = static_cast<std::int64_t>(table_.line(row));
    const auto place = static_cast<std::ptrdiff_t>(kept * features_.size());
    std::copy(features_.begin(), features_.end(), result_.dataset.features.begin() + place);
  }

  /// Sums until `finish_means`.
  void merge_mean(std::size_t kept) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (std::isnan(values_[i])) {
        continue;
      }
      double& sum = result_.dataset.index.targets[i].values[kept];
      unsigned& count = counts_[kept * values_.size() + i];
      sum = count == 0 ? values_[i] : sum + values_[i];
      ++count;
    }
  }

  void finish_means() {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 1) {
        result_.dataset.index.targets[i % values_.size()].values[i / values_.size()] /= counts_[i];
      }
    }
  }

  const CsvTable& table_;
  const ImportSettings& settings_;
  ElementFilter filter_;
  std::size_t formula_column_;
  std::vector<TargetColumn> columns_;
  std::array<float, chem::kElementFeatures> features_{};  ///< Of the current row.
  std::vector<double> values_;                            ///< Of the current row.
  std::unordered_map<std::string, std::size_t> first_rows_;
  std::vector<unsigned> counts_;  ///< [rows, targets] values averaged so far, for Duplicates::mean.
  ImportResult result_;
};

void check_targets(const std::vector<TargetImport>& targets) {
  if (targets.empty()) {
    fail_input("an import needs at least one target");
  }
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

ImportResult collect(const ImportSettings& settings) {
  check_targets(settings.targets);
  const CsvTable table = CsvTable::read(settings.source);
  ImportResult result = Collector(table, settings).run();
  result.dataset.provenance = provenance(settings, table.hash());
  return result;
}

}  // namespace

ImportResult import_compositions(const ImportSettings& settings) {
  ImportResult result = collect(settings);
  check_rejected(settings, result, "");
  return result;
}

void run_import(const ImportSettings& settings, const std::filesystem::path& folder) {
  const auto start = std::chrono::steady_clock::now();
  const ImportResult result = collect(settings);
  const std::filesystem::path rejected = folder / "rejected.csv";
  write_rejected(rejected, result.rejected);
  check_rejected(settings, result, rejected.string());
  write_dataset(folder / "dataset.h5", result.dataset);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  write_summary(folder / "summary.json", result, seconds.count());
  log_import(settings, result, folder);
}

}  // namespace epitaxy::data
