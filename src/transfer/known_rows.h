#pragma once
/// \file
/// The rows that a model learned from, to tell how far a new one is from them.
#include <optional>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "data/hdf5.h"
#include "data/labelled_rows.h"

namespace epitaxy::transfer {

struct KnownRows {
  std::vector<std::string> texts;   ///< As prepared.
  std::vector<std::int64_t> lines;  ///< In the source.
  double far = 0;                   ///< A row whose nearest one is less similar is far from all.

  /// `far` is the similarity that all but 2 % of the rows have to the nearest one of another group. Of many rows a
  /// fixed choice tells it.
  static KnownRows of(const data::LabelledRows& rows);

  void write(data::Hdf5File& file, const std::string& group) const;
  static KnownRows read(const data::Hdf5File& file, const std::string& group);
};

}  // namespace epitaxy::transfer
