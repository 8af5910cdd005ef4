#pragma once
/// \file
/// The rows of several data sets as one training set. A head learns one target of one or more data sets; where a row
/// has no label for a head, that head's loss skips it. Rows of one group (composition, molecule) lie on the same side
/// of every split.
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/known_groups.h"
#include "data/labelled_rows.h"
#include "models/head_task.h"
#include "models/kind.h"
#include "train/rows.h"

namespace epitaxy::train {

/// A target of a data set and the head that learns it.
struct LabelSource {
  std::string head;
  std::string target;                                     ///< Empty: the data set's only one.
  double low = -std::numeric_limits<double>::infinity();  ///< Labels outside [low, high] are not trained on; those of
  double high = std::numeric_limits<double>::infinity();  ///< test rows are reported apart.
  double fraction = 1;                                    ///< Share of the training labels that is used.
  double weight = 1;                                      ///< Of the head's loss.
  std::string task = "auto";  ///< Of the head, see models::HeadTask; auto: as the target is.
};

/// One data set and what is learned from it.
struct Source {
  std::string file;
  std::vector<LabelSource> labels;
};

/// A row of one of the data sets.
struct RowReference {
  std::uint32_t source = 0;
  std::uint32_t row = 0;
};

struct SplitSettings {
  double validation_fraction = 0.05;
  std::string validation_file;  ///< Instead of a fraction: a data set with the heads' targets.
  double test_fraction = 0;
  std::uint64_t seed = 1;
};

/// Fewer labels than this teach a head of an autoencoder nothing.
inline constexpr std::size_t kFewestLabels = 10;

class TrainingData {
 public:
  /// Opens the data sets, drops rows with an excluded group, without any label (unless the kind of `model` learns from
  /// them, too) and those that the model cannot read, and splits the rest. Of a head's training labels, a fraction is a
  /// subset of every larger one. Throws InputError: see data::read_index; no rows left; too few labels; data sets of
  /// another substance, or prepared by different rules.
  TrainingData(const std::vector<Source>& sources, const SplitSettings& split, const std::set<std::string>& excluded,
               models::ModelDescription model);

  /// The model with features, heads (standardizers fitted to the training labels) and what else the data tell.
  const models::ModelDescription& description() const { return description_; }
  const data::DatasetIndex& index(std::size_t source) const { return sets_[source].index(); }
  const chem::Substance& substance() const;
  const models::RowReader& reader() const { return *reader_; }
  /// Throws InputError when a data set was prepared by other rules than those of the training.
  void check_rules(const std::string& file, const std::optional<data::Preparation>& other) const;
  /// Of a row, as the model reads it.
  const std::string& text(RowReference row) const;
  /// NaN where there is none.
  double label(RowReference row, std::size_t head) const;
  bool in_range(RowReference row, std::size_t head) const;

  const std::vector<RowReference>& train() const { return train_; }
  /// The groups of the training rows.
  data::KnownGroups trained_on() const;
  const std::vector<RowReference>& validation() const { return validation_; }
  const std::vector<RowReference>& test() const { return test_; }  ///< Also rows whose labels are out of range.
  std::size_t excluded() const { return left_out(data::LeftOut::excluded); }
  std::size_t out_of_range() const { return out_of_range_; }  ///< Labels not trained or validated on.
  /// Training rows that the model cannot read.
  std::size_t unreadable() const { return left_out(data::LeftOut::unreadable); }
  std::size_t unreadable_validation() const;  ///< Rows of a validation file that the model cannot read.
  std::size_t labels(std::size_t head) const { return label_counts_[head]; }  ///< Training labels.

  std::map<std::string, std::string> fingerprints() const;  ///< By file.

  /// The training rows of one gradient shard: fixed by (seed, shards) alone.
  std::vector<RowReference> shard(int shard, int shards, std::uint64_t seed) const;
  std::size_t smallest_shard(int shards) const { return train_.size() / static_cast<std::size_t>(shards); }
  /// Reads rows into memory, in the given order: the model's features and standardized labels to train on.
  Rows load(const std::vector<RowReference>& rows) const;
  /// The same, with what training reads besides.
  Rows load_for_training(const std::vector<RowReference>& rows) const;

 private:
  /// Where the labels of one head are in one data set.
  struct Column {
    std::vector<double> values;  ///< [rows of the set]; empty: it has none.
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    double fraction = 1;
    std::vector<bool> left_out;  ///< By row: a training label that is not used; empty = none.
  };

  void open(const std::vector<Source>& sources);
  void add_head(const LabelSource& label, const data::Target& target);
  void open_validation(const std::string& file);
  void check_validation_labels(const std::string& file) const;
  void take_validation_rows();
  void split_rows(std::uint32_t source, const SplitSettings& settings, const std::set<std::string>& excluded);
  /// Of the training data sets.
  std::size_t left_out(data::LeftOut why) const;
  void leave_out_unusable(std::uint32_t source);
  void leave_out_beyond_range(std::uint32_t source);
  bool has_label(RowReference row) const;
  void choose_labels(std::size_t head, const data::Split& split);
  void fit_standardizers();
  std::vector<float> targets(const std::vector<RowReference>& rows) const;
  void read_row(RowReference row, const std::function<void()>& read) const;
  bool trains_on(RowReference row, std::size_t head) const;

  models::ModelDescription description_;
  std::unique_ptr<models::RowReader> reader_;
  std::vector<std::string> files_;
  std::vector<data::LabelledRows> sets_;  ///< Those of the sources, then that of a validation file.
  std::size_t sources_ = 0;
  std::vector<std::vector<Column>> columns_;  ///< By data set and head.
  std::vector<RowReference> train_;
  std::vector<RowReference> validation_;
  std::vector<RowReference> test_;
  std::vector<std::size_t> label_counts_;
  std::size_t out_of_range_ = 0;
};

}  // namespace epitaxy::train
