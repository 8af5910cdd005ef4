#pragma once
/// \file
/// What the imports of all kinds share: rows that are left out, and the targets of those that are kept.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "data/csv.h"
#include "data/import.h"
#include "data/units.h"

namespace epitaxy::data {

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

/// Rejects a row that has more or fewer fields than the header.
void check_fields(const CsvTable& table, std::size_t row);

/// The targets of a data set that is being collected.
class TargetRows {
 public:
  /// Throws InputError for a column that is missing and for names that cannot be.
  TargetRows(const CsvTable& table, const ImportSettings& settings);

  /// Reads the values of a row of the table, which becomes the current one. `atoms` of the formula unit are for units
  /// per atom. Throws RowProblem.
  void read(std::size_t row, double atoms);
  /// The current row becomes a new one of the data set.
  void append();
  /// The current row takes the place of a kept one.
  void replace(std::size_t kept);
  /// Whether the first target of the current row is lower than that of a kept one; a missing one never is.
  bool lower_than(std::size_t kept) const;
  /// The current row joins a kept one: each target is the mean over the rows that have it.
  void average(std::size_t kept);
  std::vector<Target> finish();

 private:
  struct Column {
    const TargetImport& settings;
    std::size_t column;
    UnitConversion convert;
  };
  double read(const Column& column, std::string_view field, double atoms) const;

  const CsvTable& table_;
  bool missing_allowed_;
  bool averaging_;
  std::vector<Column> columns_;
  std::vector<double> values_;    ///< Of the current row.
  std::vector<Target> targets_;   ///< Sums, where rows were averaged, until `finish`.
  std::vector<unsigned> counts_;  ///< [rows, targets] values averaged so far.
};

/// Throws InputError for two targets of one name and for names that cannot be.
void check_target_names(const std::vector<TargetImport>& targets);

/// The import of compositions, without the check for too many rejected rows.
ImportResult collect_compositions(const ImportSettings& settings);
/// The same for molecules. The ranks share the rows; the result is complete on rank 0, empty elsewhere. Collective.
ImportResult collect_molecules(const parallel::Communicator& communicator, const ImportSettings& settings);

}  // namespace epitaxy::data
