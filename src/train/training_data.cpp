#include "train/training_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "chem/spellings.h"

namespace epitaxy::train {

namespace {

void append(std::vector<RowReference>& list, std::uint32_t source, const data::LabelledRows& rows) {
  for (const std::size_t row : rows.rows()) {
    list.push_back({source, static_cast<std::uint32_t>(row)});
  }
}

}  // namespace

TrainingData::TrainingData(const std::vector<Source>& sources, const SplitSettings& split,
                           const std::set<std::string>& excluded, models::ModelDescription model)
    : description_(std::move(model)), sources_(sources.size()) {
  open(sources);
  if (!split.validation_file.empty()) {
    open_validation(split.validation_file);
  }
  if (is_molecular()) {
    read_representation();
  } else {
    description_.features = sets_.front().index().feature_names;
  }
  std::set<std::string> left_out = excluded;
  if (!split.validation_file.empty()) {
    left_out.merge(data::distinct_groups(sets_.back()));
    take_validation_rows();
  }
  for (std::uint32_t s = 0; s < sources_; ++s) {
    split_rows(s, split, left_out);
  }
  if (train_.empty()) {
    fail_input("no training rows are left: check 'exclude', the ranges and the split fractions");
  }
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    choose_labels(head, data::Split(split.seed, Purpose::labels));
  }
  fit_standardizers();
}

/// Opens the data sets, and lists the heads in the order in which they are named.
void TrainingData::open(const std::vector<Source>& sources) {
  const std::string kind = is_molecular() ? "molecule" : "composition";
  description_.heads.clear();
  description_.preparation.reset();
  for (const Source& source : sources) {
    files_.push_back(source.file);
    const data::DatasetIndex& index = sets_.emplace_back(data::read_index(source.file)).index();
    if (index.kind != kind) {
      fail_input("{} holds {}s, but a {} learns from {}s", source.file, index.kind, description_.kind, kind);
    }
    if (index.feature_names != sets_.front().index().feature_names) {
      fail_input("{} and {} have different features: import both with the same version", sources.front().file,
                 source.file);
    }
    check_rules(source.file, index.preparation);
    if (!description_.preparation) {
      description_.preparation = index.preparation;
    } else if (index.preparation) {
      data::add_columns(*description_.preparation, *index.preparation);
    }
    for (const LabelSource& label : source.labels) {
      const data::Target& target = index.target(label.target);
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
          &index(s).target(label.target), label.low, label.high, label.fraction, {}};
    }
  }
}

void TrainingData::check_rules(const std::string& file, const std::optional<data::Preparation>& other) const {
  if (is_molecular()) {
    data::check_same_rules(files_.front(), index(0).preparation, file, other);
  }
}

/// A data set for validation has the targets of the heads, or some of them.
void TrainingData::open_validation(const std::string& file) {
  files_.push_back(file);
  const data::DatasetIndex& validation = sets_.emplace_back(data::read_index(file)).index();
  if (validation.kind != index(0).kind) {
    fail_input("'validation.file': {} holds {}s, the training data {}s", file, validation.kind, index(0).kind);
  }
  check_rules(file, validation.preparation);
  columns_.emplace_back(description_.heads.size());
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    for (const data::Target& target : validation.targets) {
      if (target.name == description_.heads[head].target && target.unit == description_.heads[head].unit) {
        columns_.back()[head].target = &target;
      }
    }
  }
}

/// The tokens of all training molecules, and the length, unless it is given.
void TrainingData::read_representation() {
  std::set<std::string> symbols;
  std::size_t longest = 0;
  for (std::size_t s = 0; s < sources_; ++s) {
    const auto& list = data::token_list(index(s), description_.representation);
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
  const auto& text = data::texts(index(row.source), description_.representation)[row.row];
  return !text.empty() && reader_->can_encode(text);
}

void TrainingData::leave_out_unusable(std::uint32_t source) {
  data::LabelledRows& set = sets_[source];
  set.leave_out(is_molecular() ? data::LeftOut::unreadable : data::LeftOut::unlabelled, [&](std::size_t i) {
    return !is_usable({source, static_cast<std::uint32_t>(set.row(i))});
  });
}

/// Counts labels out of range, and leaves out the rows that have no others.
void TrainingData::leave_out_beyond_range(std::uint32_t source) {
  data::LabelledRows& set = sets_[source];
  set.leave_out(data::LeftOut::out_of_range, [&](std::size_t i) {
    const RowReference row{source, static_cast<std::uint32_t>(set.row(i))};
    bool any = is_molecular();
    for (std::size_t head = 0; head < description_.heads.size(); ++head) {
      const bool there = !std::isnan(label(row, head));
      any = any || (there && in_range(row, head));
      out_of_range_ += there && !in_range(row, head) ? 1 : 0;
    }
    return !any;
  });
}

void TrainingData::take_validation_rows() {
  const auto source = static_cast<std::uint32_t>(sources_);
  leave_out_unusable(source);
  append(validation_, source, sets_[source]);
}

void TrainingData::split_rows(std::uint32_t source, const SplitSettings& settings,
                              const std::set<std::string>& excluded) {
  data::LabelledRows& set = sets_[source];
  const data::Split split(settings.seed);
  leave_out_unusable(source);
  set.leave_out_groups(data::LeftOut::excluded, excluded);
  const data::LabelledRows test = set.take_out(
      data::LeftOut::test, [&](std::size_t i) { return split.position(set.group(i)) < settings.test_fraction; });
  append(test_, source, test);
  leave_out_beyond_range(source);
  const double validation =
      settings.validation_file.empty() ? settings.test_fraction + settings.validation_fraction : 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool validates = split.position(set.group(i)) < validation;
    (validates ? validation_ : train_).push_back({source, static_cast<std::uint32_t>(set.row(i))});
  }
}

std::size_t TrainingData::left_out(data::LeftOut why) const {
  std::size_t count = 0;
  for (std::size_t s = 0; s < sources_; ++s) {
    count += sets_[s].left_out(why);
  }
  return count;
}

std::size_t TrainingData::unreadable_validation() const {
  return sets_.size() > sources_ ? sets_.back().left_out(data::LeftOut::unreadable) : 0;
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

/// Of each data set's training labels of a head the share that is asked for, in the order of their groups.
void TrainingData::choose_labels(std::size_t head, const data::Split& split) {
  std::size_t all = 0;
  for (std::uint32_t s = 0; s < columns_.size(); ++s) {
    std::vector<std::uint32_t> rows;
    data::Groups groups;
    for (const RowReference row : train_) {
      if (row.source == s && in_range(row, head)) {
        rows.push_back(row.row);
        groups.emplace_back(index(s).groups[row.row]);
      }
    }
    Column& column = columns_[s][head];
    const auto wanted = static_cast<std::size_t>(std::ceil(column.fraction * static_cast<double>(rows.size())));
    all += wanted;
    if (wanted < rows.size()) {
      column.left_out.assign(index(s).rows, false);
      for (const std::uint32_t row : rows) {
        column.left_out[row] = true;
      }
      for (const std::size_t chosen : split.first(groups, wanted)) {
        column.left_out[rows[chosen]] = false;
      }
    }
  }
  label_counts_.push_back(all);
  const models::Head& h = description_.heads[head];
  if (all == 0) {
    fail_input("no training rows are left with a label for the head '{}' ({})", h.name, h.target);
  }
  if (is_molecular() && all < kFewestLabels) {
    fail_input("{} labels are left for the head '{}' ({}), but a head needs at least {}: raise its 'label_share'", all,
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
    result[files_[s]] = index(s).fingerprint;
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
  for (std::uint32_t s = 0; s < sets_.size(); ++s) {
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
    const std::vector<float> read = load_features(index(s), wanted, description_);
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
    const auto texts = chem::spellings(index(rows[i].source).smiles[rows[i].row], spellings);
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
