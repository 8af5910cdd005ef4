#include "train/training_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "chem/spellings.h"
#include "data/split.h"

namespace epitaxy::train {

namespace {

/// So that the choice of labels and the split are independent.
constexpr std::uint64_t kLabelSeed = 15485863;

}  // namespace

TrainingData::TrainingData(const std::vector<Source>& sources, const SplitSettings& split,
                           const std::set<std::string>& excluded, models::ModelDescription model)
    : description_(std::move(model)) {
  open(sources);
  if (!split.validation_file.empty()) {
    open_validation(split.validation_file);
  }
  if (is_molecular()) {
    read_representation(sources.size());
  } else {
    description_.features = indexes_.front().feature_names;
  }
  std::set<std::string> left_out = excluded;
  if (!split.validation_file.empty()) {
    const auto& groups = indexes_.back().groups;
    left_out.insert(groups.begin(), groups.end());
    for (std::uint32_t row = 0; row < indexes_.back().rows; ++row) {
      const RowReference reference{static_cast<std::uint32_t>(sources.size()), row};
      if (is_usable(reference)) {
        validation_.push_back(reference);
      } else {
        unreadable_validation_ += is_molecular() ? 1 : 0;
      }
    }
  }
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    split_rows(s, split, left_out);
  }
  if (train_.empty()) {
    fail_input("no training rows are left: check 'exclude', the ranges and the split fractions");
  }
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    choose_labels(head, split.seed + kLabelSeed);
  }
  fit_standardizers();
}

/// Opens the data sets, and lists the heads in the order in which they are named.
void TrainingData::open(const std::vector<Source>& sources) {
  const std::string kind = is_molecular() ? "molecule" : "composition";
  description_.heads.clear();
  indexes_.reserve(sources.size() + 1);  // the columns point into them
  for (const Source& source : sources) {
    files_.push_back(source.file);
    indexes_.push_back(data::read_index(source.file));
    if (indexes_.back().kind != kind) {
      fail_input("{} holds {}s, but a {} learns from {}s", source.file, indexes_.back().kind, description_.kind, kind);
    }
    if (indexes_.back().feature_names != indexes_.front().feature_names) {
      fail_input("{} and {} have different features: import both with the same version", sources.front().file,
                 source.file);
    }
    for (const LabelSource& label : source.labels) {
      const data::Target& target = indexes_.back().target(label.target);
      const auto same = [&](const models::Head& head) { return head.name == label.head; };
      const auto found = std::ranges::find_if(description_.heads, same);
      if (found == description_.heads.end()) {
        description_.heads.push_back({label.head, target.name, target.unit, {}, label.weight});
      } else if (found->unit != target.unit) {
        fail_input("the head '{}' learns from targets in {} and in {}: import them in one unit", label.head,
                   found->unit, target.unit);
      }
    }
  }
  for (std::size_t s = 0; s < sources.size(); ++s) {
    columns_.emplace_back(description_.heads.size());
    for (const LabelSource& label : sources[s].labels) {
      columns_[s][description_.head_index(label.head)] = {
          &indexes_[s].target(label.target), label.low, label.high, label.fraction, {}};
    }
  }
}

/// A data set for validation has the targets of the heads, or some of them.
void TrainingData::open_validation(const std::string& file) {
  files_.push_back(file);
  auto index = data::read_index(file);
  if (index.kind != indexes_.front().kind) {
    fail_input("'validation.file': {} holds {}s, the training data {}s", file, index.kind, indexes_.front().kind);
  }
  indexes_.push_back(std::move(index));
  columns_.emplace_back(description_.heads.size());
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    for (const data::Target& target : indexes_.back().targets) {
      if (target.name == description_.heads[head].target && target.unit == description_.heads[head].unit) {
        columns_.back()[head].target = &target;
      }
    }
  }
}

/// The tokens of all training molecules, and the length, unless it is given.
void TrainingData::read_representation(std::size_t training_sources) {
  std::set<std::string> symbols;
  std::size_t longest = 0;
  for (std::size_t s = 0; s < training_sources; ++s) {
    const auto& list = data::token_list(indexes_[s], description_.representation);
    symbols.insert(list.symbols.begin(), list.symbols.end());
    longest = std::max(longest, list.longest);
  }
  description_.features.assign(symbols.begin(), symbols.end());
  if (description_.vae.length == 0) {
    description_.vae.length = std::max(longest + 1, description_.vae.shortest_length());
  }
  reader_.emplace(description_);
}

bool TrainingData::has_label(RowReference row) const {
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    if (!std::isnan(label(row, head))) {
      return true;
    }
  }
  return false;
}

/// Molecules teach the autoencoder without labels, too.
bool TrainingData::is_usable(RowReference row) const {
  if (!is_molecular()) {
    return has_label(row);
  }
  const auto& text = data::texts(indexes_[row.source], description_.representation)[row.row];
  return !text.empty() && reader_->can_encode(text);
}

void TrainingData::split_rows(std::uint32_t source, const SplitSettings& split, const std::set<std::string>& excluded) {
  const auto& index = indexes_[source];
  for (std::uint32_t row = 0; row < index.rows; ++row) {
    const RowReference reference{source, row};
    if (!is_usable(reference)) {
      unreadable_ += is_molecular() ? 1 : 0;
      continue;
    }
    if (excluded.contains(index.groups[row])) {
      ++excluded_;
      continue;
    }
    const double position = data::group_position(split.seed, index.groups[row]);
    if (position < split.test_fraction) {
      test_.push_back(reference);
      continue;
    }
    bool any = is_molecular();
    for (std::size_t head = 0; head < description_.heads.size(); ++head) {
      const bool there = !std::isnan(label(reference, head));
      any = any || (there && in_range(reference, head));
      out_of_range_ += there && !in_range(reference, head) ? 1 : 0;
    }
    if (!any) {
      continue;
    }
    const bool validates = split.validation_file.empty() && position < split.test_fraction + split.validation_fraction;
    (validates ? validation_ : train_).push_back(reference);
  }
}

double TrainingData::label(RowReference row, std::size_t head) const {
  const data::Target* target = columns_[row.source][head].target;
  return target != nullptr ? target->values[row.row] : std::numeric_limits<double>::quiet_NaN();
}

bool TrainingData::in_range(RowReference row, std::size_t head) const {
  const Column& column = columns_[row.source][head];
  const double value = label(row, head);
  return column.low <= value && value <= column.high;
}

bool TrainingData::trains_on(RowReference row, std::size_t head) const {
  const Column& column = columns_[row.source][head];
  return in_range(row, head) && (column.left_out.empty() || !column.left_out[row.row]);
}

/// Of each data set's training labels of a head the share that is asked for, in the order of a hash of their groups.
void TrainingData::choose_labels(std::size_t head, std::uint64_t seed) {
  std::size_t all = 0;
  for (std::uint32_t s = 0; s < columns_.size(); ++s) {
    std::vector<std::pair<double, std::uint32_t>> order;
    for (const RowReference row : train_) {
      if (row.source == s && in_range(row, head)) {
        order.emplace_back(data::group_position(seed, indexes_[s].groups[row.row]), row.row);
      }
    }
    Column& column = columns_[s][head];
    const auto wanted = static_cast<std::size_t>(std::ceil(column.fraction * static_cast<double>(order.size())));
    all += wanted;
    if (wanted < order.size()) {
      std::ranges::sort(order);
      column.left_out.assign(indexes_[s].rows, false);
      for (std::size_t i = wanted; i < order.size(); ++i) {
        column.left_out[order[i].second] = true;
      }
    }
  }
  label_counts_.push_back(all);
  const models::Head& h = description_.heads[head];
  if (all == 0) {
    fail_input("no training rows are left with a label for the head '{}' ({})", h.name, h.target);
  }
  if (is_molecular() && all < kFewestLabels) {
    fail_input("{} labels are left for the head '{}' ({}), but a head needs at least {}: raise its share 'labels'", all,
               h.name, h.target, kFewestLabels);
  }
}

void TrainingData::fit_standardizers() {
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    std::vector<double> labels;
    for (const RowReference row : train_) {
      if (trains_on(row, head)) {
        labels.push_back(label(row, head));
      }
    }
    description_.heads[head].standardizer = models::Standardizer::fit(labels);
  }
}

std::map<std::string, std::string> TrainingData::fingerprints() const {
  std::map<std::string, std::string> result;
  for (std::size_t s = 0; s < files_.size(); ++s) {
    result[files_[s]] = indexes_[s].fingerprint;
  }
  return result;
}

std::vector<RowReference> TrainingData::shard(int shard, int shards, std::uint64_t seed) const {
  std::vector<std::uint32_t> order(train_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  RandomStream(seed, Purpose::shards).shuffle(std::span(order));
  std::vector<RowReference> rows;
  for (auto i = static_cast<std::size_t>(shard); i < order.size(); i += static_cast<std::size_t>(shards)) {
    rows.push_back(train_[order[i]]);
  }
  return rows;
}

Rows TrainingData::load(const std::vector<RowReference>& rows) const {
  const std::size_t features = description_.feature_count();
  const std::size_t heads = description_.heads.size();
  Rows result{rows.size(), features, heads, {}, {}};
  result.features.resize(rows.size() * features);
  result.targets.assign(rows.size() * heads, std::numeric_limits<float>::quiet_NaN());
  for (std::uint32_t s = 0; s < indexes_.size(); ++s) {
    std::vector<std::size_t> places;
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].source == s) {
        places.push_back(i);
        wanted.push_back(rows[i].row);
      }
    }
    if (wanted.empty()) {
      continue;
    }
    const std::vector<float> read = load_features(indexes_[s], wanted, description_);
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::copy_n(read.data() + i * features, features, result.features.data() + places[i] * features);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t head = 0; head < heads; ++head) {
      if (trains_on(rows[i], head)) {
        const double standardized = description_.heads[head].standardizer.forward(label(rows[i], head));
        result.targets[i * heads + head] = static_cast<float>(standardized);
      }
    }
  }
  return result;
}

Rows TrainingData::load_for_training(const std::vector<RowReference>& rows) const {
  Rows result = load(rows);
  const std::size_t spellings = is_molecular() ? description_.vae.spellings : 0;
  if (spellings == 0) {
    return result;
  }
  const std::size_t length = description_.vae.length;
  const std::size_t width = length * (1 + spellings);
  std::vector<float> features(rows.size() * width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float* own = result.features.data() + i * length;
    float* row = features.data() + i * width;
    const auto texts = chem::spellings(indexes_[rows[i].source].smiles[rows[i].row], spellings);
    for (std::size_t k = 0; k <= spellings; ++k) {
      std::copy_n(own, length, row + k * length);
      // A spelling that the model cannot read is replaced by the canonical one.
      const std::string text = k > 0 ? chem::write_in(description_.representation, texts[k - 1]) : "";
      if (k > 0 && reader_->can_encode(text)) {
        reader_->encode(text, row + k * length);
      }
    }
  }
  result.feature_count = width;
  result.features = std::move(features);
  return result;
}

std::vector<float> load_features(const data::DatasetIndex& index, const std::vector<std::size_t>& rows,
                                 const models::ModelDescription& model) {
  if (model.kind != "molecule_vae") {
    if (index.feature_names != model.features) {
      fail_input("{} has other features than the model", index.path.string());
    }
    return data::read_features(index, rows);
  }
  const models::MoleculeText reader(model);
  const auto& texts = data::texts(index, model.representation);
  std::vector<float> features(rows.size() * model.vae.length);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    reader.encode(texts[rows[i]], features.data() + i * model.vae.length);
  }
  return features;
}

}  // namespace epitaxy::train
