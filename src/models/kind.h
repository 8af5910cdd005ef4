#pragma once
/// \file
/// What a kind of model is: it turns prepared texts into rows of its own and those into outputs. A new kind is a folder
/// with one of these and a line in kinds.cpp.
#include <any>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chem/substance.h"
#include "config/keys.h"
#include "data/dataset.h"
#include "models/description.h"
#include "models/row_block.h"

namespace epitaxy::models {

class Model;

/// What training rows add up to, shard by shard; the sums over all shards complete a description.
struct RowSums {
  std::vector<std::int64_t> seen;  ///< [features] rows that hold each.
  std::vector<double> numbers;     ///< Of the kind; empty where it needs none.
};

/// Reads prepared texts as rows of a model. The description outlives it.
class RowReader {
 public:
  virtual ~RowReader() = default;

  /// Appends a text in the reader's notation. Throws chem::TextError, and appends nothing, when the model cannot read
  /// it.
  virtual void read(std::string_view text, RowBlock& rows) const = 0;
  virtual bool can_read(std::string_view text) const;
  /// In which the texts are written: empty for the prepared text itself, see chem::Substance.
  virtual std::string notation() const { return ""; }
  /// With what training reads besides; `prepared` is the text in the substance's own notation.
  virtual void read_for_training(std::string_view text, std::string_view prepared, RowBlock& rows) const;

  /// Calls `hold` with the index of each feature of the description that a row holds, perhaps more than once.
  virtual void visit_features(const RowBlock& rows, std::size_t row,
                              const std::function<void(std::size_t feature)>& hold) const = 0;
  virtual RowSums sums(const RowBlock& rows) const;

  /// The features of a row that no training row held: `never seen in training: Fe O`; empty when there are none.
  virtual std::string unseen(const RowBlock& rows, std::size_t row) const;

 protected:
  explicit RowReader(const ModelDescription& description) : description_(description) {}
  const ModelDescription& description_;
};

class Kind {
 public:
  virtual ~Kind() = default;

  virtual std::string name() const = 0;
  virtual const chem::Substance& substance() const = 0;
  /// What its features are, for people: `elements`, `tokens`.
  virtual std::string feature_name() const = 0;
  /// Those of which RowReader::unseen tells.
  virtual std::string unseen_name() const { return feature_name(); }
  /// Whether rows without labels teach it something.
  virtual bool learns_unlabelled() const { return false; }
  /// Whether it is an autoencoder, whose latent vectors others can read.
  virtual bool has_latent() const { return false; }
  /// Whether its heads can do a task.
  virtual bool can_learn(const HeadTask& /*task*/) const { return true; }

  /// The keys of its settings, at their defaults, in the section `model`.
  virtual std::any default_settings() const = 0;
  virtual void keys(config::Keys& k, std::any& settings) const = 0;
  /// Keys in the section `training` that it has alone; its executors get the result.
  virtual std::any default_training() const { return {}; }
  virtual void training_keys(config::Keys& /*k*/, std::any& /*training*/) const {}
  /// Settings as part of a description's JSON, and back. Reading throws nlohmann::json::exception.
  virtual void write(const std::any& settings, nlohmann::ordered_json& json) const = 0;
  virtual std::any read(const nlohmann::ordered_json& json) const = 0;

  /// Features, and what else of the settings follows from the data sets that a model is to learn from.
  virtual void fit(ModelDescription& description, std::span<const data::DatasetIndex* const> sets) const = 0;
  /// What follows from the rows, once these are read.
  virtual void complete(ModelDescription& description, const RowSums& sums) const { description.seen = sums.seen; }
  /// Throws InputError: the description is not that of a model that can be built.
  virtual std::unique_ptr<RowReader> reader(const ModelDescription& description) const = 0;
  virtual std::unique_ptr<Model> make(const ModelDescription& description) const = 0;

  /// Whether labels teach a parameter anything.
  virtual bool is_taught_by_labels(std::string_view /*parameter*/) const { return true; }
  /// The width of a hidden layer that the heads share; null where there is no such layer in this kind.
  virtual std::size_t* head_hidden(std::any& /*settings*/) const { return nullptr; }
  /// Leaves out of the settings what training on labels alone has no use for.
  virtual void simplify_for_labels(std::any& /*settings*/) const {}

  /// For `inspect`, and a line for the log of a training; empty: nothing to tell.
  virtual void tell(const ModelDescription& description, nlohmann::ordered_json& json) const = 0;
  virtual std::string summary(const ModelDescription& /*description*/) const { return ""; }
};

/// Throws InputError when a data set holds another substance than a kind of model reads.
void check_substance(const Kind& kind, const data::DatasetIndex& index);
/// Some rows of a data set, in this order. Throws chem::TextError for one that the model cannot read.
RowBlock read_rows(const RowReader& reader, const data::DatasetIndex& index, std::span<const std::size_t> rows);

}  // namespace epitaxy::models
