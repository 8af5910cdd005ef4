#pragma once
/// \file
/// What was learned from a table as a file for `predict`: the features' description and, for each target, the ways that
/// were learned on all rows, with those of the inner folds and their residuals, which give the intervals. Layout:
/// docs/file_formats.md.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "transfer/class_calibration.h"
#include "transfer/known_rows.h"
#include "transfer/learned_way.h"
#include "transfer/row_features.h"
#include "transfer/row_input.h"

namespace epitaxy::transfer {

inline constexpr const char* kTableModelFormat = "epitaxy table model";

/// A learned way among those whose weighted predictions are added up.
struct Member {
  Way way;
  double weight = 1;
  LearnedWay learned;
};

void write_member(data::Hdf5File& file, const std::string& group, const Member& member);
Member read_member(const data::Hdf5File& file, const std::string& group);

/// What a model predicts of one target.
struct TableProperty {
  std::string target;
  std::string unit;
  double coverage = 0.9;
  std::vector<Member> members;              ///< At least one; weights that add up to 1, the same inner folds.
  std::optional<IntervalScale> scale = {};  ///< Of intervals whose width follows the members' spread.
  std::vector<std::string> classes = {};    ///< Two names, where classes were learned: values are scores then ...
  std::optional<ClassCalibration> calibration = {};  ///< ... from which probabilities follow.

  bool needs_cheap() const;
  /// How it was learned, in words: `stacking`, or `3 learners`.
  std::string ways() const;
  /// Kinds of learners with their hyper-parameters and weights, in words.
  std::string learners() const;
  const std::vector<int>& inner_fold() const { return members.front().learned.inner_fold; }
  /// [training rows] of the inner folds, see LearnedWay.
  std::vector<double> errors() const;
  /// [training rows] of the members' predictions out of fold.
  std::vector<double> spreads() const;
  /// features [rows, columns of the text, then what is given], cheap [rows, cheap columns].
  WayPrediction predict(const learners::Matrix& rows, const std::vector<double>& cheap) const;
};

struct TableModel {
  RowFeatures features;
  std::vector<TableProperty> properties;         ///< At least one.
  std::vector<RowInput> inputs;                  ///< What rows need besides their text, cheap values first.
  std::optional<data::Preparation> preparation;  ///< Of the rows; files of earlier versions do not tell.
  std::map<std::string, std::string> provenance;
  std::optional<KnownRows> known = {};  ///< Absent in files of earlier versions, and where structures are left out.

  bool needs_cheap() const;
};

/// Writes atomically.
void write_table_model(const std::filesystem::path& path, const TableModel& model);
/// Also of the versions before; the first had one target and one member. Throws InputError: no such file, another kind
/// of file, damaged.
TableModel read_table_model(const std::filesystem::path& path);
/// Is a file one of these?
bool is_table_model(const std::filesystem::path& path);

}  // namespace epitaxy::transfer
