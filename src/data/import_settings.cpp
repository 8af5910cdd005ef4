#include "base/error.h"
#include "chem/elements.h"
#include "data/import.h"
#include "data/units.h"

namespace epitaxy::data {

namespace {

void target_keys(config::Keys& k, TargetImport& s) {
  k.text(s.column, config::Key("column", "name of the column in the source").required());
  if (s.name.empty()) {
    s.name = s.column;
  }
  k.text(s.name, {"name", "name of the target in the data set; without it that of the column"});
  k.text(s.unit, {"unit", "unit of the column"});
  s.to = s.unit;
  k.text(s.to, {"to", "unit in the data set; without it that of the column"});
  if (s.name.find('/') != std::string::npos) {
    k.problem("name", fmt::format("'{}' holds a '/', which cannot be part of a target's name", s.name));
  }
  try {
    unit_conversion(s.unit, s.to);
  } catch (const InputError& error) {
    k.problem("unit", error.what());
  }
  k.interval(s.low, s.high, {"range", "rows whose value, in the unit of the data set, lies outside are left out"});
}

void element_keys(config::Keys& k, std::vector<std::string>& symbols, const config::Key& key) {
  k.texts(symbols, key);
  for (const std::string& symbol : symbols) {
    if (!chem::atomic_number(symbol)) {
      k.problem(key.name, fmt::format("unknown element '{}'", symbol));
    }
  }
}

void missing_keys(config::Keys& k, bool& allowed, bool fallback) {
  k.either(allowed, {"missing", "an empty field of a target rejects the row, or is allowed: a missing value"}, "reject",
           "allow", fallback);
}

void composition_keys(config::Keys& k, ImportSettings& s) {
  k.text(s.formula_column, {"formula_column", "name of the column with the formulas"});
  if (s.targets.empty()) {
    k.problem("targets", "at least one target is needed: {column: ..., unit: ...}");
  }
  k.choice(s.duplicates, {"duplicates",
                          "rows of one reduced composition: all are kept, the one with the lowest first target is, or "
                          "each target is averaged"});
  k.section({"elements", "rows that are left out for their elements"}, [&](config::Keys& elements) {
    element_keys(elements, s.drop_elements, {"drop", "elements that no row may hold"});
    element_keys(elements, s.only_elements, {"only", "elements that alone a row may hold; empty: any"});
  });
  missing_keys(k, s.missing_allowed, false);
}

void molecule_keys(config::Keys& k, ImportSettings& s) {
  k.text(s.smiles_column, {"smiles_column", "name of the column with the SMILES"});
  // Molecules have no lowest row.
  std::string duplicates = name_of(s.duplicates);
  k.choice(duplicates,
           {"duplicates", "rows of one molecule, without regard to stereo: all are kept, or each target is averaged"},
           {name_of(Duplicates::keep), name_of(Duplicates::mean)}, name_of(Duplicates::mean));
  s.duplicates = value_of<Duplicates>(duplicates);
  k.either(s.rules.keep_stereo, {"stereo", "marks of stereo in the SMILES"}, "remove", "keep");
  k.choice(s.rules.radicals, {"radicals", "molecules with unpaired electrons; repair: these become bonds if they can"});
  k.either(s.rules.largest_fragment, {"fragments", "salts and mixtures: none, or the fragment with most heavy atoms"},
           "reject", "largest");
  k.integer(s.max_heavy_atoms, {"max_heavy_atoms", "larger molecules are left out; without it none are"}, {1, 1000});
}

}  // namespace

void keys(config::Keys& k, ImportSettings& s) {
  k.choice(s.kind, {"kind", "what the rows are"});
  std::string source = s.source.string();
  k.file(source,
         config::Key("source", "a table with a header, .csv or .csv.gz; of molecules also .smi or .smi.gz").required());
  s.source = source;
  k.list(s.targets, {"targets", "columns of values; molecules may have none"}, target_keys);
  const bool molecules = s.kind == ImportKind::molecules;
  k.when(!molecules, "kind: compositions", [&](config::Keys& compositions) { composition_keys(compositions, s); });
  k.when(molecules, "kind: molecules", [&](config::Keys& smiles) {
    molecule_keys(smiles, s);
    missing_keys(smiles, s.missing_allowed, true);
  });
  k.number(s.max_rejected, {"max_rejected", "share of unusable rows above which the import fails"}, {0, 1});
}

}  // namespace epitaxy::data
