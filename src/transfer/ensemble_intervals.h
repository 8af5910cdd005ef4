#pragma once
/// \file
/// Intervals of the ensemble of a cross-validation, each member of which has not seen one fold: CV+ (Barber et al.,
/// Ann. Stat. 49, 486, 2021) by the errors on rows that members had not seen. A part of model files:
/// docs/file_formats.md.
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/regression_metrics.h"
#include "data/hdf5.h"
#include "transfer/interval_scale.h"

namespace epitaxy::transfer {

/// The members of a fold are those of its seeds; a fold predicts by their mean. In the unit of the target.
struct EnsembleIntervals {
  double coverage = 0.9;
  std::vector<int> member_fold;             ///< [members] what a member has not seen.
  std::vector<double> errors;               ///< [rows] of the prediction by the row's own fold.
  std::vector<double> spreads;              ///< [rows] standard deviation over the seeds of that fold; 0 of one.
  std::vector<int> folds;                   ///< [rows]
  std::optional<IntervalScale> scale = {};  ///< Of intervals whose width follows the spread.
  std::string head = {};                    ///< Whose predictions they are of.

  /// Of a new row, from what each member predicts.
  statistics::Interval of(std::span<const double> predicted) const;
  /// As `/intervals`, of a head's predictions.
  void write(data::Hdf5File& file, const std::string& of_head) const;
};

/// Of a model file with so many members. Nothing where it has none, as files of earlier versions and models that were
/// not cross-validated. Throws InputError: of a later version, or damaged.
std::optional<EnsembleIntervals> read_intervals(const std::filesystem::path& path, std::size_t members);

}  // namespace epitaxy::transfer
