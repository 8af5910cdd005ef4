#pragma once
/// \file
/// From scores to probabilities of two classes, and to sets of classes that hold the true one as often as asked for.
/// What learned 0 and 1 by least squares gives scores; nothing says that they are probabilities.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/hdf5.h"

namespace epitaxy::transfer {

struct ClassCalibration {
  /// Platt's sigmoid: probability of the second class = 1 / (1 + exp(-(slope x score + offset))).
  double slope = 1;
  double offset = 0;
  /// The answer is the second class above it: its share of the rows. That is the best choice for the balanced accuracy
  /// when the probabilities are right, however rare a class is.
  double threshold = 0.5;
  /// A class is in the set of a row when its probability is at least this; of the first and the second class.
  std::array<double, 2> least{0, 0};

  /// By maximum likelihood with Platt's prior (Platt 1999; Lin, Lin and Weng, Mach. Learn. 68, 267, 2007). `scores` are
  /// out of fold, `labels` 0 or 1, as many. The sets are conformal within each class (Vovk 2012): of new rows of each
  /// class a share `coverage` holds it.
  static ClassCalibration fit(std::span<const double> scores, std::span<const double> labels, double coverage);

  double probability(double score) const;
  /// Bit k: class k is in the set.
  std::uint32_t set(double probability) const;

  void write(data::Hdf5File& file, const std::string& group) const;
  static ClassCalibration read(const data::Hdf5File& file, const std::string& group);
};

/// The classes of a set: `active`, `inactive|active`; empty for none.
std::string told_set(const std::vector<std::string>& classes, std::uint32_t set);

}  // namespace epitaxy::transfer
