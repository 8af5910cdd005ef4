#pragma once
/// \file
/// The ways from a cheap model's value to a measured one: what is subtracted before a learner sees the labels, and what
/// the learner reads. Difference learning: Ramakrishnan et al., J. Chem. Theory Comput. 11, 2087 (2015).
#include <span>
#include <string>
#include <vector>

#include "config/keys.h"
#include "data/hdf5.h"

namespace epitaxy::transfer {

/// What the learner's prediction is added to.
enum class Baseline {
  none,
  cheap,  ///< The first cheap value as it is.
  line,   ///< The straight line (with several cheap columns: plane) from the cheap values to the measured ones.
};

struct Way {
  std::string name;  ///< As in the input.
  Baseline baseline = Baseline::none;
  bool learns = true;        ///< False: the baseline alone.
  bool reads_cheap = false;  ///< The cheap values are features, too.
};

/// `cheap_alone`, `cheap_linear`, `direct`, `difference`, `difference_linear`, `stacking`, `stacking_linear`.
const std::vector<Way>& all_ways();
const Way& find_way(const std::string& name);  ///< One of these.
/// The key `ways`; those that stand in `ways` are the default.
void way_keys(config::Keys& k, std::vector<Way>& ways);

/// A baseline after it was fitted to training rows: offset + sum of slopes x cheap values.
struct FittedBaseline {
  double offset = 0;
  std::vector<double> slopes;  ///< By cheap column.

  /// cheap [rows, columns], row major. Columns that do not vary, or not apart from others, have slope 0.
  static FittedBaseline fit(Baseline kind, std::span<const double> cheap, std::size_t columns,
                            std::span<const double> measured);
  double at(std::span<const double> cheap) const;

  void write(data::Hdf5File& file, const std::string& group) const;
  static FittedBaseline read(const data::Hdf5File& file, const std::string& group);
};

}  // namespace epitaxy::transfer
