#include <algorithm>
#include <array>
#include <bitset>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "chem/elements.h"
#include "chem/formula.h"
#include "chem/fractions.h"
#include "data/import_report.h"
#include "data/import_rows.h"

namespace epitaxy::data {

namespace {

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

/// Collects rows into a data set under the duplicates policy.
class Collector {
 public:
  Collector(const CsvTable& table, const ImportSettings& settings)
      : table_(table),
        settings_(settings),
        filter_(settings),
        formula_column_(table.column(settings.formula_column)),
        targets_(table, settings) {
    DatasetIndex& index = result_.dataset.index;
    index.kind = "composition";
    index.feature_names.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
    result_.dataset.features.reserve(table.rows() * chem::kElementFeatures);
  }

  ImportResult run() {
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      try {
        take(row);
      } catch (const RowProblem& problem) {
        result_.rejected.push_back({table_.line(row), table_.row_text(row), problem.reason, problem.filtered});
      }
    }
    result_.rows_read = table_.rows();
    result_.dataset.index.targets = targets_.finish();
    result_.dataset.index.rows = result_.dataset.index.lines.size();
    return std::move(result_);
  }

 private:
  void take(std::size_t row) {
    check_fields(table_, row);
    const std::string_view formula = table_.field(row, formula_column_);
    try {
      const chem::Composition composition = chem::parse_formula(formula);
      filter_.apply(composition);
      features_ = chem::element_fractions(composition);
      targets_.read(row, composition.total());
      add(row, formula, composition.reduced());
    } catch (const chem::FormulaError& error) {
      throw RowProblem{error.what(), false};
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
    targets_.append();
    index.formulas.emplace_back(formula);
    index.groups.push_back(std::move(group));
    index.lines.push_back(static_cast<std::int64_t>(table_.line(row)));
    auto& features = result_.dataset.features;
    features.insert(features.end(), features_.begin(), features_.end());
  }

  void merge(std::size_t kept, std::size_t row, std::string_view formula) {
    if (settings_.duplicates == Duplicates::mean) {
      targets_.average(kept);
    } else if (targets_.lower_than(kept)) {
      targets_.replace(kept);
      DatasetIndex& index = result_.dataset.index;
      index.formulas[kept] = formula;
      index.lines[kept] = static_cast<std::int64_t>(table_.line(row));
      const auto place = static_cast<std::ptrdiff_t>(kept * features_.size());
      std::copy(features_.begin(), features_.end(), result_.dataset.features.begin() + place);
    }
  }

  const CsvTable& table_;
  const ImportSettings& settings_;
  ElementFilter filter_;
  std::size_t formula_column_;
  TargetRows targets_;
  std::array<float, chem::kElementFeatures> features_{};  ///< Of the current row.
  std::unordered_map<std::string, std::size_t> first_rows_;
  ImportResult result_;
};

}  // namespace

ImportResult collect_compositions(const ImportSettings& settings) {
  if (settings.targets.empty()) {
    fail_input("an import needs at least one target");
  }
  check_target_names(settings.targets);
  const CsvTable table = CsvTable::read(settings.source);
  ImportResult result = Collector(table, settings).run();
  result.dataset.index.preparation = preparation_of(settings);
  result.dataset.provenance = provenance(settings, table.hash());
  return result;
}

}  // namespace epitaxy::data
