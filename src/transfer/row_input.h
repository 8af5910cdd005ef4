#pragma once
/// \file
/// What a row needs besides its text: the values of a cheap model, and those that the user gives (a temperature, a
/// solvent). The learners of every way read what is given, as columns behind those of the text.
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/hdf5.h"
#include "data/labelled_rows.h"
#include "data/units.h"
#include "features/columns.h"

namespace epitaxy::transfer {

struct RowInput {
  std::string name;
  std::string unit = "none";                 ///< As predictions expect it.
  bool is_cheap = false;                     ///< Read by some ways alone, and what these subtract.
  double low = 0, high = 0;                  ///< Range of a number in training.
  std::vector<std::string> categories = {};  ///< Names, by which values are numbered; none: its values are numbers.
  std::vector<std::int64_t> known = {};      ///< [categories] 1 for those that training rows have.
  /// The upper median of a number, the most frequent category; files of earlier versions do not tell.
  std::optional<double> typical = {};

  bool is_number() const { return categories.empty(); }
  std::vector<std::string> known_names() const;
  std::size_t columns() const { return is_number() ? 1 : categories.size(); }
  /// The number of a category. Throws InputError for one that training rows do not have, and names those they have.
  double category(std::string_view text) const;
  /// Why a prediction with this value is doubtful, or nothing; told as before the transform that was done. Throws
  /// InputError: no value, no known category.
  std::string doubt(double value, data::Transform done = data::Transform::none) const;
  /// Sets ranges and known categories to those of some values, which are at least one.
  void learn(const std::vector<double>& values);
  /// Keeps what another one of the same name knows, too.
  void narrow(const RowInput& other);

  void write(data::Hdf5File& file, const std::string& group) const;
  static RowInput read(const data::Hdf5File& file, const std::string& group);
};

/// A target of a data set as what rows need; nothing is known of it yet.
RowInput given_input(const data::Target& target);

/// [columns] of what is given: numbers, and a column of 0 and 1 for each category.
std::vector<features::ColumnKind> given_kinds(std::span<const RowInput> inputs);
/// Appends these columns to rows. values [rows, inputs].
void append_given(features::Matrix& rows, std::span<const RowInput> inputs, std::span<const double> values);

/// [rows, cheap inputs] of values [rows, inputs].
std::vector<double> cheap_values(std::span<const RowInput> inputs, std::span<const double> values);

/// Throws InputError: the same value in all rows, or categories of more than half of the rows, which are names.
void check_given(const RowInput& input, const std::vector<double>& values);

/// How much each row counts, by a target of the data set; nothing where all count the same. Throws InputError with the
/// lines of rows that have no positive number.
std::vector<double> row_weights(const data::LabelledRows& rows, const std::string& target);

}  // namespace epitaxy::transfer
