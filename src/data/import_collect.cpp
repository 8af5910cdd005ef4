#include "data/import_collect.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "chem/elements.h"
#include "data/dull_columns.h"
#include "data/formula_unit.h"
#include "data/import_report.h"
#include "data/import_rows.h"
#include "data/import_texts.h"
#include "data/table_source.h"

namespace epitaxy::data {

namespace {

/// Those that no row may hold.
chem::Elements unwanted_elements(const ImportSettings& settings) {
  const auto marked = [](const std::vector<std::string>& symbols) {
    chem::Elements elements;
    for (const std::string& symbol : symbols) {
      const auto number = chem::atomic_number(symbol);
      if (!number) {
        fail_input("unknown element '{}' in the element filter", symbol);
      }
      elements.set(static_cast<std::size_t>(*number));
    }
    return elements;
  };
  chem::Elements unwanted = marked(settings.drop_elements);
  if (!settings.only_elements.empty()) {
    unwanted |= ~marked(settings.only_elements);
  }
  return unwanted;
}

/// Collects rows into a data set under the user's filters and the duplicates policy.
class Collector {
 public:
  Collector(const CsvTable& table, const ImportSettings& settings)
      : table_(table),
        settings_(settings),
        unwanted_(unwanted_elements(settings)),
        column_(table.column(settings.column)),
        targets_(table, settings),
        preparer_(settings.substance->preparer(settings.rules)) {
    result_.identities.reserve(table.rows());  // first_rows_ looks at them
    first_rows_.reserve(table.rows());
    DatasetIndex& index = result_.dataset.index;
    index.substance = settings.substance;
    for (const std::string& notation : index.substance->notations()) {
      index.notations[notation] = {};
    }
  }

  /// `rows` of all ranks.
  ImportResult run(RowTexts& rows) {
    check(rows.size() == table_.rows(), "every row was read by a rank");
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      RowText text = rows.take(row);
      try {
        take(row, text);
      } catch (const RowProblem& problem) {
        result_.rejected.push_back({table_.line(row), table_.row_text(row), problem.reason, problem.filtered});
      }
    }
    return finish();
  }

 private:
  void take(std::size_t row, RowText& text) {
    // First, as a text may be rejected for an element that is unwanted anyway.
    apply_filter(text.prepared.elements);
    if (!text.reason.empty()) {
      throw RowProblem{text.reason, false};
    }
    const std::size_t heavy = text.prepared.heavy_atoms;
    if (settings_.max_heavy_atoms > 0 && heavy > settings_.max_heavy_atoms) {
      filter("{} heavy atoms, more than {}", heavy, settings_.max_heavy_atoms);
    }
    targets_.read(row, text.prepared.atoms);
    result_.repaired += text.prepared.repaired ? 1 : 0;
    add(row, text);
  }

  void apply_filter(const chem::Elements& elements) const {
    if (const chem::Elements found = elements & unwanted_; found.any()) {
      filter("element {} is filtered out", chem::symbols_of(found).front());
    }
  }

  void add(std::size_t row, RowText& text) {
    DatasetIndex& index = result_.dataset.index;
    result_.identities.push_back(std::move(text.prepared.identity));
    if (settings_.duplicates != Duplicates::keep) {
      const std::string& identity = result_.identities.back();
      const auto [found, is_new] = first_rows_.try_emplace(identity, index.lines.size());
      if (!is_new) {
        ++result_.merged;
        merge(found->second, row, text, identity);
        result_.identities.pop_back();
        return;
      }
    }
    targets_.append();
    count_elements(text.prepared.elements);
    index.texts.emplace_back();
    index.source.emplace_back();
    index.lines.emplace_back();
    index.groups.push_back(std::move(text.prepared.group));
    for (auto& [notation, texts] : index.notations) {
      texts.emplace_back();
    }
    place(index.lines.size() - 1, row, text);
  }

  void count_elements(const chem::Elements& elements) {
    for (std::size_t i = result_.repeated.size(); i-- > 0;) {
      result_.repeated[i] |= elements & (i == 0 ? result_.elements : result_.repeated[i - 1]);
    }
    result_.elements |= elements;
  }

  void merge(std::size_t kept, std::size_t row, RowText& text, const std::string& identity) {
    DatasetIndex& index = result_.dataset.index;
    if (targets_.per_formula()) {
      reduce(index.texts[kept], identity, [&](double factor) { targets_.scale_kept(kept, factor); });
      reduce(text.prepared.text, identity, [&](double factor) { targets_.scale_current(factor); });
    }
    targets_.compare(row, kept, static_cast<std::size_t>(index.lines[kept]));
    if (settings_.duplicates == Duplicates::mean) {
      targets_.average(kept);
    } else if (targets_.lower_than(kept)) {
      targets_.replace(kept);
      place(kept, row, text);
    }
  }

  /// Values of a mole of formula units become those of the reduced formula, and with them the text.
  template <typename F>
  void reduce(std::string& text, const std::string& identity, F&& scale) const {
    if (const double factor = formula_reduction(*preparer_, text, identity); factor != 1) {
      scale(factor);
      text = identity;
    }
  }

  /// What may differ between rows of one identity.
  void place(std::size_t kept, std::size_t row, RowText& text) {
    DatasetIndex& index = result_.dataset.index;
    index.texts[kept] = std::move(text.prepared.text);
    index.source[kept] = table_.field(row, column_);
    index.lines[kept] = static_cast<std::int64_t>(table_.line(row));
    for (auto& [notation, texts] : index.notations) {
      texts[kept] = std::move(text.notations[notation]);
    }
  }

  ImportResult finish() {
    DatasetIndex& index = result_.dataset.index;
    result_.rows_read = table_.rows();
    result_.fields = targets_.fields();
    result_.spreads = targets_.spreads();
    index.targets = targets_.finish();
    index.rows = index.lines.size();
    index.token_lists = make_token_lists(index);
    return std::move(result_);
  }

  const CsvTable& table_;
  const ImportSettings& settings_;
  chem::Elements unwanted_;
  std::size_t column_;
  TargetRows targets_;
  std::unique_ptr<chem::Preparer> preparer_;
  std::unordered_map<std::string_view, std::size_t> first_rows_;  ///< Of each identity.
  ImportResult result_;
};

}  // namespace

std::string problem_of_duplicates(const ImportSettings& settings) {
  if (settings.duplicates != Duplicates::lowest) {
    return "";
  }
  if (settings.targets.empty()) {
    return "the row with the lowest first target is asked for, but there is no target";
  }
  if (settings.targets.front().values == Values::classes) {
    return "the row with the lowest first target is asked for, but that names classes";
  }
  return "";
}

ImportSettings complete(ImportSettings settings) {
  const chem::Substance& substance = *settings.substance;
  if (settings.column.empty()) {
    settings.column = substance.text_name();
  }
  chem::Rules rules = substance.default_rules();
  for (const auto& [name, value] : settings.rules) {
    const auto found = std::ranges::find(rules, name, &chem::Rules::value_type::first);
    if (found != rules.end()) {
      found->second = value;
    } else {
      rules.emplace_back(name, value);  // refused by the preparer
    }
  }
  settings.rules = std::move(rules);
  if (settings.targets.empty() && substance.import_defaults().needs_targets) {
    fail_input("an import of {} needs at least one target", substance.plural());
  }
  for (TargetImport& target : settings.targets) {
    if (target.values == Values::classes) {
      target.unit = kClassUnit;
      target.to = kClassUnit;
    }
    // From here on the unit tells.
    target.to = transformed_unit(std::exchange(target.transform, Transform::none), target.to);
  }
  if (const std::string problem = problem_of_duplicates(settings); !problem.empty()) {
    fail_input("duplicates: {}", problem);
  }
  return settings;
}

ImportResult collect(const parallel::Communicator& communicator, const ImportSettings& settings) {
  std::optional<CsvTable> table;
  std::optional<Collector> collector;
  communicator.agree([&] {
    table = read_table(settings.source);
    // Wrong columns, units and filters are found before the long work.
    collector.emplace(*table, settings);
  });
  const std::string root_hash = communicator.broadcast(table->hash());
  RowTexts mine(*settings.substance);
  communicator.agree([&] {
    if (table->hash() != root_hash) {
      fail("{}: holds another text here than for rank 0; all ranks have to see the same file",
           settings.source.string());
    }
    mine = prepare_part(communicator, *table, settings);
  });
  RowTexts all = std::move(mine).gather(communicator);
  ImportResult result;
  communicator.on_root([&] {
    result = collector->run(all);
    result.dull_columns = find_dull_columns(*table, settings);
    result.dataset.index.preparation = preparation_of(settings);
    result.dataset.provenance = provenance(settings, table->hash());
  });
  return result;
}

}  // namespace epitaxy::data
