#pragma once
/// \file
/// Rows that an import leaves out, and the targets of those that it keeps.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/csv.h"
#include "data/import.h"
#include "data/target_values.h"
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

/// Rejects a row that cannot be used, as it has more or fewer fields than the header.
void check_fields(const CsvTable& table, std::size_t row);

/// The targets of a data set that is being collected. Until `finish` the value of a class is its number in the order of
/// the source.
class TargetRows {
 public:
  /// Throws InputError for a column that is missing and for names that cannot be.
  TargetRows(const CsvTable& table, const ImportSettings& settings);

  /// Reads the values of a row of the table, which becomes the current one. `atoms` of the formula unit are for units
  /// per atom. Throws RowProblem, and InputError for the name of a class that is none and
  /// for what is no time.
  void read(std::size_t row, double atoms);
  /// Whether any target is of a mole of formula units.
  bool per_formula() const;
  /// Brings values of the current or of a kept row that are per mole of formula unit to another formula unit.
  void scale_current(double factor);
  void scale_kept(std::size_t kept, double factor);
  /// Notes how far the current row lies from a kept one of its identity.
  void compare(std::size_t row, std::size_t kept, std::size_t kept_line);
  /// The current row becomes a new one of the data set.
  void append();
  /// The current row takes the place of a kept one.
  void replace(std::size_t kept);
  /// Whether the first target of the current row is lower than that of a kept one; a missing one never is.
  bool lower_than(std::size_t kept) const;
  /// The current row joins a kept one: each target is the mean over the rows that have it, or the most frequent class.
  void average(std::size_t kept);
  /// Throws InputError for a target with too many classes.
  std::vector<Target> finish();
  /// What was noted so far.
  std::vector<FieldCounts> fields() const;
  std::vector<DuplicateSpread> spreads() const;

 private:
  struct Column {
    const TargetImport& settings;
    std::size_t column;
    UnitConversion convert;
    bool per_formula;
    FieldCounts fields{};
    std::vector<std::string> classes{};  ///< By number.
    std::unordered_map<std::string, std::size_t> numbers{};

    std::optional<bool> holds_dates{};  ///< Of times, once one was read.

    bool is_classes() const { return settings.values == Values::classes; }
  };
  using Votes = std::map<double, unsigned>;  ///< Rows by class.

  double read(Column& column, std::size_t row, double atoms) const;
  double read_number(Column& column, std::string_view field, double atoms) const;
  double read_plain(Column& column, std::string_view field) const;
  double missing(Column& column, std::string_view field) const;
  double read_class(Column& column, std::size_t row, std::string_view field) const;
  double read_time(Column& column, std::size_t row, std::string_view field) const;
  void vote(std::size_t cell, double& kept, double value);
  void decide(const Column& column, Target& target, std::size_t first_cell) const;
  void sort_classes(const Column& column, Target& target) const;

  const CsvTable& table_;
  const std::string source_;
  bool missing_allowed_;
  MissingMarkers markers_;
  bool averaging_;
  std::vector<Column> columns_;
  std::vector<double> values_;                                ///< Of the current row.
  std::vector<Target> targets_;                               ///< Sums, where rows were averaged, until `finish`.
  std::vector<unsigned> counts_;                              ///< [rows, targets] values averaged so far.
  std::unordered_map<std::size_t, Votes> votes_;              ///< By place in `counts_`: of classes of several rows.
  std::unordered_map<std::size_t, DuplicateSpread> spreads_;  ///< By the same place.
};

/// Why it cannot be one; empty: it can.
std::string problem_of_target_name(const std::string& name);
/// Throws InputError for two targets of one name and for names that cannot be.
void check_target_names(const std::vector<TargetImport>& targets);

}  // namespace epitaxy::data
