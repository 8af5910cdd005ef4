#pragma once
/// \file
/// The `import` stage: a table of texts (formulas, SMILES) and targets becomes a validated, fingerprinted HDF5 data
/// set.
#include <array>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "config/keys.h"
#include "data/dataset.h"
#include "data/target_values.h"
#include "data/units.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"

namespace epitaxy::data {

/// What to do with rows of one identity (reduced composition, or molecule with what the rules keep): keep all, keep the
/// one with the lowest first target, or average each target over the rows that have it (of classes: the most frequent
/// one). The result stands where the first of them stood.
enum class Duplicates { keep, lowest, mean };
inline constexpr Named<Duplicates> kDuplicates[] = {
    {Duplicates::keep, "keep"}, {Duplicates::lowest, "lowest"}, {Duplicates::mean, "mean"}};
constexpr std::span<const Named<Duplicates>> names(Duplicates) { return kDuplicates; }

/// What the fields of a target are.
enum class Values {
  numbers,
  classes,  ///< Names, kept as they are but for the white space around them.
  times     ///< All numbers, or all dates (2024-12-31), which become days since 1970-01-01.
};
inline constexpr Named<Values> kValues[] = {
    {Values::numbers, "numbers"}, {Values::classes, "classes"}, {Values::times, "times"}};
constexpr std::span<const Named<Values>> names(Values) { return kValues; }
/// The unit of targets that name classes.
inline constexpr const char* kClassUnit = "class";

struct TargetImport {
  std::string column;                                     ///< In the source.
  std::string name;                                       ///< In the data set; default: the column's name.
  Values values = Values::numbers;                        ///< What follows is of numbers.
  std::string unit = "none";                              ///< Of the source; see units.h.
  std::string to = "none";                                ///< Of the data set; default: `unit`.
  double low = -std::numeric_limits<double>::infinity();  ///< Rows outside [low, high] (in `to` units) are rejected.
  double high = std::numeric_limits<double>::infinity();
  Censored censored = Censored::reject;   ///< Bounds, ranges, error bars.
  Transform transform = Transform::none;  ///< Of the values in `to`, which then is e.g. `log10(M)`.
};

struct ImportSettings {
  const chem::Substance* substance = &chem::compositions();
  std::filesystem::path source;  ///< CSV or `.smi`. Either may be gzip.
  std::string column;            ///< With the texts; default: the substance's.
  chem::Rules rules;             ///< Default: the substance's.
  std::vector<TargetImport> targets;
  Duplicates duplicates = Duplicates::keep;
  bool missing_allowed = false;  ///< A missing value of a target is NaN rather than a reason to reject the row.
  std::vector<std::string> missing_values;  ///< Texts that stand for one, besides the usual ones (MissingMarkers).
  double max_rejected = 0.01;  ///< More than this share of rows rejected (filters do not count) is an error.
  std::vector<std::string> drop_elements;  ///< Rows that hold any of these are filtered out.
  std::vector<std::string> only_elements;  ///< If not empty: rows that hold any other element are filtered out.
  std::size_t max_heavy_atoms = 0;         ///< Rows with more are filtered out; 0: none are.
};

/// A row that did not make it.
struct Rejected {
  std::size_t line;
  std::string text;
  std::string reason;
  bool filtered;  ///< By a filter the user asked for, so it does not count as an error.
};

/// How far the values of one target lie apart in rows of one identity, those per mole of formula unit brought to the
/// reduced formula.
struct DuplicateSpread {
  std::size_t row;     ///< Of the data set: the first of them, or the one that was kept.
  std::size_t target;  ///< By number.
  std::size_t count = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::size_t low_line = 0;  ///< In the source.
  std::size_t high_line = 0;

  /// A value that is missing (NaN) does not count.
  void note(double value, std::size_t line);
};

/// Columns of the source that tell nothing, other than those of targets, by name.
struct DullColumns {
  std::vector<std::string> constant;      ///< Several values, and all are the same.
  std::vector<std::string> nearly_empty;  ///< Fewer than one row in a hundred has a value.
};

struct ImportResult {
  Dataset dataset;
  std::vector<std::string> identities;   ///< [rows]
  std::vector<FieldCounts> fields;       ///< [targets] what was no plain number.
  std::vector<DuplicateSpread> spreads;  ///< Of rows that were merged, in the order of row and target.
  DullColumns dull_columns;
  std::vector<Rejected> rejected;
  std::size_t rows_read = 0;
  std::size_t merged = 0;                  ///< Rows merged into another by the duplicates policy.
  std::size_t repaired = 0;                ///< Rows that were changed to obey the rules.
  chem::Elements elements;                 ///< That rows of the data set hold.
  std::array<chem::Elements, 4> repeated;  ///< That at least 2, 3, 4, 5 of them hold.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, ImportSettings& settings);

/// Throws InputError: missing columns, unknown units, too many rejected rows (the message has the first reasons), no
/// row left, a target without any value. The ranks share the work on texts. The result is complete on rank 0, empty
/// elsewhere, and the same for any number of ranks. Collective.
ImportResult import_source(const parallel::Communicator& communicator, const ImportSettings& settings);
/// What `check` does: reads everything and logs the counts. Collective.
void check_import(const parallel::Communicator& communicator, const ImportSettings& settings);
/// Writes `dataset.h5`, `rejected.csv` (line,text,reason) and `summary.json` into `folder`; rejected.csv is written
/// before a too-many-rejected error is thrown. An import is not stopped: returns true. Collective.
bool run_import(const parallel::Communicator& communicator, const ImportSettings& settings,
                const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::data
