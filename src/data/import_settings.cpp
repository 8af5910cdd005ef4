#include "base/error.h"
#include "chem/elements.h"
#include "data/import.h"
#include "data/import_collect.h"
#include "data/import_rows.h"
#include "data/units.h"

namespace epitaxy::data {

namespace {

void number_keys(config::Keys& k, TargetImport& s) {
  k.text(s.unit, {"unit", "unit of the column"});
  s.to = s.unit;
  k.text(s.to, {"to", "unit in the data set; without it that of the column"});
  k.choice(s.transform, {"transform",
                         "the data set has this logarithm of the values, and its unit says so: log10(M); predictions "
                         "are in the unit `to` again"});
  try {
    unit_conversion(s.unit, transformed_unit(s.transform, s.to));
  } catch (const InputError& error) {
    k.problem("unit", error.what());
  }
  k.interval(s.low, s.high, {"range", "rows whose value, as it is in the data set, lies outside are left out"});
  k.choice(s.censored, {"censored",
                        "fields such as >10 or <0.1 (bound: taken as the bound), 5-10 (middle: as its middle), "
                        "1.2 +- 0.1 and ~3 (both: as the number); reject: the row is rejected"});
}

void target_keys(config::Keys& k, TargetImport& s) {
  k.text(s.column, config::Key("column", "name of the column in the source").required());
  if (s.name.empty()) {
    s.name = s.column;
  }
  k.text(s.name, {"name", "name of the target in the data set; without it that of the column"});
  if (const std::string problem = problem_of_target_name(s.name); !s.name.empty() && !problem.empty()) {
    k.problem("name", fmt::format("'{}' {}, so it cannot be the name of a target", s.name, problem));
  }
  k.choice(s.values,
           {"values",
            "what the fields are: numbers, the names of classes, or times (numbers, or dates such as 2024-12-31)"});
  k.when(s.values == Values::numbers, "values: numbers", [&](config::Keys& numbers) { number_keys(numbers, s); });
  if (s.values == Values::classes) {
    s.unit = kClassUnit;
    s.to = kClassUnit;
  }
}

void element_keys(config::Keys& k, std::vector<std::string>& symbols, const config::Key& key) {
  k.texts(symbols, key);
  for (const std::string& symbol : symbols) {
    if (!chem::atomic_number(symbol)) {
      k.problem(key.name, fmt::format("unknown element '{}'", symbol));
    }
  }
}

/// The keys whose names or defaults depend on the substance.
void substance_keys(config::Keys& k, const chem::Substance& substance, ImportSettings& s) {
  const chem::ImportDefaults defaults = substance.import_defaults();
  if (defaults.needs_targets && s.targets.empty()) {
    k.problem("targets", "at least one target is needed: {column: ..., unit: ...}");
  }
  const std::string column = substance.text_name() + "_column";
  const std::string column_meaning = fmt::format("name of the column with the {}", substance.texts());
  if (s.column.empty()) {
    s.column = substance.text_name();
  }
  k.text(s.column, {column.c_str(), column_meaning.c_str()});
  const std::string duplicates_meaning = fmt::format(
      "rows of one {}: all are kept, the one with the lowest first target is, or each target is averaged (of classes: "
      "the most frequent one)",
      substance.name());
  k.choice(s.duplicates, {"duplicates", duplicates_meaning.c_str()},
           std::optional(defaults.averages_duplicates ? Duplicates::mean : Duplicates::keep));
  if (const std::string problem = problem_of_duplicates(s); !problem.empty()) {
    k.problem("duplicates", problem);
  }
  k.either(s.missing_allowed, {"missing", "a missing value of a target rejects the row, or is allowed"}, "reject",
           "allow", defaults.missing_allowed);
  k.texts(s.missing_values, {"missing_values",
                             "texts that stand for a missing value, besides nothing, NA, N/A, NaN, null, None, - and "
                             "#N/A; case does not matter"});
  substance.rule_keys(k, s.rules);
}

}  // namespace

void keys(config::Keys& k, ImportSettings& s) {
  std::vector<std::string> plurals;
  for (const chem::Substance* substance : chem::substances()) {
    plurals.push_back(substance->plural());
  }
  std::string kind = s.substance->plural();
  k.choice(kind, {"kind", "what the rows are"}, plurals);
  s.substance = &chem::substance(kind);
  std::string source = s.source.string();
  k.file(source,
         config::Key("source",
                     "a table with a header (.csv, .tsv), SMILES (.smi) or molfiles (.sdf), each also packed (.gz)")
             .required());
  s.source = source;
  k.list(s.targets, {"targets", "columns of values; molecules may have none"}, target_keys);
  for (const chem::Substance* substance : chem::substances()) {
    const bool active = substance == s.substance;
    ImportSettings other;
    k.when(active, "kind: " + substance->plural(),
           [&](config::Keys& keys) { substance_keys(keys, *substance, active ? s : other); });
  }
  k.section({"elements", "rows that are left out for their elements"}, [&](config::Keys& elements) {
    element_keys(elements, s.drop_elements, {"drop", "elements that no row may hold"});
    element_keys(elements, s.only_elements, {"only", "elements that alone a row may hold; empty: any"});
  });
  k.integer(s.max_heavy_atoms,
            {"max_heavy_atoms", "rows with more atoms, hydrogen not counted, are left out; without it none are"},
            {1, 1000});
  k.number(s.max_rejected, {"max_rejected", "share of unusable rows above which the import fails"}, {0, 1});
}

}  // namespace epitaxy::data
