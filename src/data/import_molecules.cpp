#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/progress.h"
#include "chem/molecule_standard.h"
#include "chem/selfies.h"
#include "data/import_report.h"
#include "data/import_rows.h"
#include "parallel/gather.h"

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

/// Appends to a message that rank 0 takes apart with `unpack`. No text of a row holds a zero.
void pack(const RowMolecule& row, std::string& message) {
  const chem::StandardMolecule& molecule = row.molecule;
  const std::string numbers = fmt::format("{} {} {}", molecule.heavy_atoms, molecule.atoms, molecule.repaired ? 1 : 0);
  for (const std::string* text : {&molecule.smiles, &molecule.group, &row.selfies, &row.reason, &numbers}) {
    message += *text;
    message += '\0';
  }
}

std::string take_text(std::string_view& message) {
  const std::size_t end = message.find('\0');
  check(end != std::string_view::npos, "a rank sends whole rows");
  std::string text(message.substr(0, end));
  message.remove_prefix(end + 1);
  return text;
}

RowMolecule unpack(std::string_view& message) {
  RowMolecule row;
  row.molecule.smiles = take_text(message);
  row.molecule.group = take_text(message);
  row.selfies = take_text(message);
  row.reason = take_text(message);
  const std::string numbers = take_text(message);
  const char* const end = numbers.data() + numbers.size();
  const auto heavy = std::from_chars(numbers.data(), end, row.molecule.heavy_atoms);
  std::from_chars(heavy.ptr + 1, end, row.molecule.atoms);
  row.molecule.repaired = numbers.back() == '1';
  return row;
}

/// The molecules of this rank's part of the rows, packed.
std::string read_part(const parallel::Communicator& communicator, const CsvTable& table,
                      const ImportSettings& settings) {
  constexpr std::size_t kReport = 100;
  const std::size_t column = table.column(settings.smiles_column);
  const auto rank = static_cast<std::size_t>(communicator.rank());
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const std::size_t first = table.rows() * rank / ranks;
  const std::size_t last = table.rows() * (rank + 1) / ranks;
  log::Progress progress("molecules", "row");
  progress.plan("", static_cast<std::int64_t>(table.rows()));
  std::string message;
  for (std::size_t row = first; row < last; ++row) {
    pack(read_molecule(table, row, column, settings.rules), message);
    const std::size_t done = row + 1 - first;
    if (done % kReport == 0 || row + 1 == last) {  // all ranks are as far as this one, about
      progress.reached(static_cast<std::int64_t>(table.rows() * done / (last - first)));
    }
  }
  return message;
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

  ImportResult run(const std::vector<std::string>& parts) {
    std::size_t row = 0;
    for (std::string_view message : parts) {
      for (; !message.empty(); ++row) {
        RowMolecule molecule = unpack(message);
        try {
          take(row, molecule);
        } catch (const RowProblem& problem) {
          result_.rejected.push_back({table_.line(row), table_.row_text(row), problem.reason, problem.filtered});
        }
      }
    }
    check(row == table_.rows(), "every row was read by a rank");
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
  std::string part;
  communicator.agree([&] {
    if (table->hash() != root_hash) {
      fail("{}: holds another text here than for rank 0; all ranks have to see the same file",
           settings.source.string());
    }
    part = read_part(communicator, *table, settings);
  });
  const std::vector<std::string> parts = parallel::gather_texts(communicator, std::move(part));
  ImportResult result;
  communicator.on_root([&] {
    result = collector->run(parts);
    result.dataset.provenance = provenance(settings, table->hash());
  });
  return result;
}

}  // namespace epitaxy::data
