#pragma once
/// \file
/// The rows of several data sets as one training set: each data set has a head, a row has labels for its own head only,
/// and rows of one composition lie on the same side of every split.
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "epitaxy/data/dataset.h"
#include "epitaxy/models/model.h"
#include "epitaxy/train/rows.h"

namespace epitaxy::train {

/// One data set and the head that learns one of its targets.
struct Source {
  std::string file;
  std::string head;
  std::string target;                                     ///< Empty: the data set's only one.
  double low = -std::numeric_limits<double>::infinity();  ///< Labels outside [low, high] are not trained on; test rows
  double high = std::numeric_limits<double>::infinity();  ///< outside are reported apart.
};

/// A row of one of the sources.
struct RowReference {
  std::uint32_t source = 0;
  std::uint32_t row = 0;
};

struct SplitSettings {
  double validation_fraction = 0.05;
  double test_fraction = 0;
  std::uint64_t seed = 1;
};

class TrainingData {
 public:
  /// Opens the data sets, drops rows without label, with a label out of range or with an excluded composition, and
  /// splits the rest. Throws InputError: see data::read_index; no rows left; different features.
  TrainingData(const std::vector<Source>& sources, const SplitSettings& split, const std::set<std::string>& excluded);

  const std::vector<Source>& sources() const { return sources_; }
  const data::DatasetIndex& index(std::size_t source) const { return indexes_[source]; }
  const data::Target& target(std::size_t source) const { return indexes_[source].target(sources_[source].target); }
  double label(RowReference row) const { return target(row.source).values[row.row]; }
  bool in_range(RowReference row) const;

  const std::vector<RowReference>& train() const { return train_; }
  const std::vector<RowReference>& validation() const { return validation_; }
  const std::vector<RowReference>& test() const { return test_; }  ///< Also rows whose label is out of range.
  std::size_t excluded() const { return excluded_; }
  std::size_t out_of_range() const { return out_of_range_; }  ///< Not trained or validated on.

  /// Heads with standardizers fitted to the training rows.
  std::vector<models::Head> heads() const;
  std::map<std::string, std::string> fingerprints() const;  ///< By file.

  /// The training rows of one gradient shard: fixed by (seed, shards) alone.
  std::vector<RowReference> shard(int shard, int shards, std::uint64_t seed) const;
  std::size_t smallest_shard(int shards) const { return train_.size() / static_cast<std::size_t>(shards); }
  /// Reads rows into memory, in the given order.
  Rows load(const std::vector<RowReference>& rows, const std::vector<models::Head>& heads) const;

 private:
  std::vector<Source> sources_;
  std::vector<data::DatasetIndex> indexes_;
  std::vector<RowReference> train_;
  std::vector<RowReference> validation_;
  std::vector<RowReference> test_;
  std::size_t excluded_ = 0;
  std::size_t out_of_range_ = 0;
};

}  // namespace epitaxy::train
