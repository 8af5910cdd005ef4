#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/progress.h"
#include "chem/molecule_standard.h"
#include "chem/selfies.h"
#include "data/import_report.h"
#include "data/import_rows.h"

namespace epitaxy::data {

namespace {

/// What becomes of the SMILES of a row: a molecule, or a reason to reject it.
struct RowMolecule {
  chem::StandardMolecule molecule;
  std::string selfies;
  std::string reason;
};

CsvTable read_source(const std::filesystem::path& path) {
  const bool packed = path.extension() == ".gz";
  const bool smiles = (packed ? path.stem() : path).extension() == ".smi";
  return smiles ? CsvTable::read_smiles(path) : CsvTable::read(path);
}

/// Empty where its rules cannot write the molecule, e.g. with a wildcard.
std::string selfies_or_nothing(const std::string& smiles) {
  try {
    return chem::selfies_of(smiles);
  } catch (const chem::SelfiesError&) {
    return "";
  }
}

RowMolecule read_molecule(const CsvTable& table, std::size_t row, std::size_t column,
                          const chem::MoleculeRules& rules) {
  RowMolecule result;
  try {
    check_fields(table, row);
    result.molecule = chem::standardize_molecule(table.field(row, column), rules);
    result.selfies = selfies_or_nothing(result.molecule.smiles);
  } catch (const RowProblem& problem) {
    result.reason = problem.reason;
  } catch (const chem::MoleculeError& error) {
    result.reason = error.what();
  }
  return result;
}

/// What rank 0 needs of the rows besides texts.
struct RowNumbers {
  std::size_t heavy_atoms;
  std::size_t atoms;
  bool repaired;
};

/// The rows of one rank, or on rank 0 of all, as they are sent.
struct MoleculeRows {
  std::vector<std::string> smiles;
  std::vector<std::string> groups;
  std::vector<std::string> selfies;
  std::vector<std::string> reasons;
  std::vector<RowNumbers> numbers;

  void add(RowMolecule row) {
    chem::StandardMolecule& molecule = row.molecule;
    smiles.push_back(std::move(molecule.smiles));
    groups.push_back(std::move(molecule.group));
    selfies.push_back(std::move(row.selfies));
    reasons.push_back(std::move(row.reason));
    numbers.push_back({molecule.heavy_atoms, molecule.atoms, molecule.repaired});
  }
  RowMolecule take(std::size_t row) {
    RowMolecule result;
    result.molecule.smiles = std::move(smiles[row]);
    result.molecule.group = std::move(groups[row]);
    result.molecule.heavy_atoms = numbers[row].heavy_atoms;
    result.molecule.atoms = numbers[row].atoms;
    result.molecule.repaired = numbers[row].repaired;
    result.selfies = std::move(selfies[row]);
    result.reason = std::move(reasons[row]);
    return result;
  }
};

/// Those of all ranks on rank 0. Collective.
MoleculeRows gather(const parallel::Communicator& communicator, const MoleculeRows& mine) {
  return {communicator.gather(mine.smiles), communicator.gather(mine.groups), communicator.gather(mine.selfies),
          communicator.gather(mine.reasons), communicator.gather(mine.numbers)};
}

/// The molecules of this rank's part of the rows.
MoleculeRows read_part(const parallel::Communicator& communicator, const CsvTable& table,
                       const ImportSettings& settings) {
  constexpr std::size_t kReport = 100;
  const std::size_t column = table.column(settings.smiles_column);
  const auto rank = static_cast<std::size_t>(communicator.rank());
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const std::size_t first = table.rows() * rank / ranks;
  const std::size_t last = table.rows() * (rank + 1) / ranks;
  log::Progress progress("molecules", "row");
  progress.plan("", static_cast<std::int64_t>(table.rows()));
  MoleculeRows rows;
  for (std::size_t row = first; row < last; ++row) {
    rows.add(read_molecule(table, row, column, settings.rules));
    const std::size_t done = row + 1 - first;
    if (done % kReport == 0 || row + 1 == last) {  // all ranks are as far as this one, about
      progress.reached(static_cast<std::int64_t>(table.rows() * done / (last - first)));
    }
  }
  return rows;
}

/// Collects molecules into a data set under the duplicates policy.
class Collector {
 public:
  Collector(const CsvTable& table, const ImportSettings& settings)
      : table_(table),
        settings_(settings),
        smiles_column_(table.column(settings.smiles_column)),
        targets_(table, settings) {
    result_.dataset.index.kind = "molecule";
  }

  /// `rows` of all ranks.
  ImportResult run(MoleculeRows& rows) {
    check(rows.numbers.size() == table_.rows(), "every row was read by a rank");
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      RowMolecule molecule = rows.take(row);
      try {
        take(row, molecule);
      } catch (const RowProblem& problem) {
        result_.rejected.push_back({table_.line(row), table_.row_text(row), problem.reason, problem.filtered});
      }
    }
    return finish();
  }

 private:
  void take(std::size_t row, RowMolecule& molecule) {
    if (!molecule.reason.empty()) {
      throw RowProblem{molecule.reason, false};
    }
    const std::size_t heavy = molecule.molecule.heavy_atoms;
    if (settings_.max_heavy_atoms > 0 && heavy > settings_.max_heavy_atoms) {
      filter("{} heavy atoms, more than {}", heavy, settings_.max_heavy_atoms);
    }
    targets_.read(row, static_cast<double>(molecule.molecule.atoms));
    result_.repaired += molecule.molecule.repaired ? 1 : 0;
    add(row, molecule);
  }

  void add(std::size_t row, RowMolecule& molecule) {
    DatasetIndex& index = result_.dataset.index;
    if (settings_.duplicates == Duplicates::mean) {
      const auto [found, is_new] = first_rows_.try_emplace(molecule.molecule.group, index.lines.size());
      if (!is_new) {
        ++result_.merged;
        targets_.average(found->second);
        return;
      }
    }
    targets_.append();
    index.formulas.emplace_back(table_.field(row, smiles_column_));
    index.lines.push_back(static_cast<std::int64_t>(table_.line(row)));
    index.smiles.push_back(std::move(molecule.molecule.smiles));
    index.groups.push_back(std::move(molecule.molecule.group));
    result_.without_selfies += molecule.selfies.empty() ? 1 : 0;
    index.selfies.push_back(std::move(molecule.selfies));
  }

  ImportResult finish() {
    DatasetIndex& index = result_.dataset.index;
    result_.rows_read = table_.rows();
    index.targets = targets_.finish();
    index.rows = index.lines.size();
    index.token_lists = make_token_lists(index.smiles, index.selfies);
    return std::move(result_);
  }

  const CsvTable& table_;
  const ImportSettings& settings_;
  std::size_t smiles_column_;
  TargetRows targets_;
  std::unordered_map<std::string, std::size_t> first_rows_;
  ImportResult result_;
};

}  // namespace

ImportResult collect_molecules(const parallel::Communicator& communicator, const ImportSettings& settings) {
  std::optional<CsvTable> table;
  std::optional<Collector> collector;
  communicator.agree([&] {
    check(settings.duplicates != Duplicates::lowest, "molecules are kept or averaged");
    table = read_source(settings.source);
    // Wrong columns and units are found before the long work.
    collector.emplace(*table, settings);
  });
  const std::string root_hash = communicator.broadcast(table->hash());
  MoleculeRows mine;
  communicator.agree([&] {
    if (table->hash() != root_hash) {
      fail("{}: holds another text here than for rank 0; all ranks have to see the same file",
           settings.source.string());
    }
    mine = read_part(communicator, *table, settings);
  });
  MoleculeRows all = gather(communicator, mine);
  ImportResult result;
  communicator.on_root([&] {
    result = collector->run(all);
    result.dataset.index.preparation = preparation_of(settings);
    result.dataset.provenance = provenance(settings, table->hash());
  });
  return result;
}

}  // namespace epitaxy::data
