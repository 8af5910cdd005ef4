#pragma once
/// \file
/// The `import` stage: a table of formulas or SMILES and targets becomes a validated, fingerprinted HDF5 data set.
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "chem/molecule_standard.h"
#include "config/keys.h"
#include "data/dataset.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"

namespace epitaxy::data {

enum class ImportKind { compositions, molecules };
inline constexpr Named<ImportKind> kImportKinds[] = {{ImportKind::compositions, "compositions"},
                                                     {ImportKind::molecules, "molecules"}};
constexpr std::span<const Named<ImportKind>> names(ImportKind) { return kImportKinds; }

/// What to do with rows of the same group (reduced composition, or molecule without stereo): keep all, keep the one
/// with the lowest first target (compositions alone), or average each target over the rows that have it. The result
/// stands where the first of them stood.
enum class Duplicates { keep, lowest, mean };
inline constexpr Named<Duplicates> kDuplicates[] = {
    {Duplicates::keep, "keep"}, {Duplicates::lowest, "lowest"}, {Duplicates::mean, "mean"}};
constexpr std::span<const Named<Duplicates>> names(Duplicates) { return kDuplicates; }

struct TargetImport {
  std::string column;                                     ///< In the source.
  std::string name;                                       ///< In the data set; default: the column's name.
  std::string unit = "none";                              ///< Of the source; see units.h.
  std::string to = "none";                                ///< Of the data set; default: `unit`.
  double low = -std::numeric_limits<double>::infinity();  ///< Rows outside [low, high] (in `to` units) are rejected.
  double high = std::numeric_limits<double>::infinity();
};

struct ImportSettings {
  ImportKind kind = ImportKind::compositions;
  std::filesystem::path source;       ///< CSV; of molecules also `.smi`. Either may be gzip.
  std::vector<TargetImport> targets;  ///< Molecules may have none.
  Duplicates duplicates = Duplicates::keep;
  bool missing_allowed = false;  ///< An empty target field is a missing value (NaN) rather than a reason to reject.
  double max_rejected = 0.01;    ///< More than this share of rows rejected (filters do not count) is an error.

  // Compositions:
  std::string formula_column = "formula";
  std::vector<std::string> drop_elements;  ///< Rows that hold any of these are rejected.
  std::vector<std::string> only_elements;  ///< If not empty: rows that hold any other element are rejected.

  // Molecules:
  std::string smiles_column = "smiles";
  chem::MoleculeRules rules;
  std::size_t max_heavy_atoms = 0;  ///< Larger molecules are filtered out; 0: none are.
};

/// A row that did not make it.
struct Rejected {
  std::size_t line;
  std::string text;
  std::string reason;
  bool filtered;  ///< By a filter the user asked for, so it does not count as an error.
};

struct ImportResult {
  Dataset dataset;
  std::vector<Rejected> rejected;
  std::size_t rows_read = 0;
  std::size_t merged = 0;           ///< Rows merged into another by the duplicates policy.
  std::size_t repaired = 0;         ///< Rows of molecules whose unpaired electrons were paired.
  std::size_t without_selfies = 0;  ///< Rows of the data set that have no SELFIES.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, ImportSettings& settings);

/// Features are the fractions of the 86 elements. Throws InputError: missing columns, unknown units, too many rejected
/// rows (the message has the first reasons), no row left.
ImportResult import_compositions(const ImportSettings& settings);
/// Either kind; throws the same, and InputError for a target of molecules without any value. The ranks share the work
/// on molecules. The result is complete on rank 0, empty elsewhere, and the same for any number of ranks. Collective.
ImportResult import_source(const parallel::Communicator& communicator, const ImportSettings& settings);
/// What `check` does: reads everything and logs the counts. Collective.
void check_import(const parallel::Communicator& communicator, const ImportSettings& settings);
/// Writes `dataset.h5`, `rejected.csv` (line,text,reason) and `summary.json` into `folder`; rejected.csv is written
/// before a too-many-rejected error is thrown. An import is not stopped: returns true. Collective.
bool run_import(const parallel::Communicator& communicator, const ImportSettings& settings,
                const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::data
