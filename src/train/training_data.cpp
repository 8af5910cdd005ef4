#include "train/training_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

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
  std::vector<const data::DatasetIndex*> trained;
  for (std::size_t s = 0; s < sources_; ++s) {
    trained.push_back(&index(s));
  }
  description_.kind->fit(description_, trained);
  reader_ = description_.kind->reader(description_);
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
  description_.heads.clear();
  description_.preparation.reset();
  for (const Source& source : sources) {
    files_.push_back(source.file);
    const data::DatasetIndex& index = sets_.emplace_back(data::read_index(source.file)).index();
    models::check_substance(*description_.kind, index);
    check_rules(source.file, index.preparation);
    if (!description_.preparation) {
      description_.preparation = index.preparation;
    } else if (index.preparation) {
      data::add_columns(*description_.preparation, *index.preparation);
    }
    for (const LabelSource& label : source.labels) {
      add_head(label, index.target(label.target));
    }
  }
  for (std::size_t s = 0; s < sources.size(); ++s) {
    columns_.emplace_back(description_.heads.size());
    for (const LabelSource& label : sources[s].labels) {
      const std::size_t head = description_.head_index(label.head);
      const auto& target = index(s).target(label.target);
      columns_[s][head] = {models::labels_for(description_.heads[head], target, sources[s].file),
                           label.low,
                           label.high,
                           label.fraction,
                           {}};
    }
  }
}

/// A head may learn from several data sets; it tells all their classes apart.
void TrainingData::add_head(const LabelSource& label, const data::Target& target) {
  const std::string task = label.task == "auto" ? "" : label.task;
  auto& heads = description_.heads;
  const auto found = std::ranges::find(heads, label.head, &models::Head::name);
  data::Target all{target.name, target.unit, {}, target.classes};
  if (found != heads.end()) {
    if (found->unit != target.unit) {
      fail_input("the head '{}' learns from targets in {} and in {}: import them in one unit", label.head, found->unit,
                 target.unit);
    }
    all.name = found->target;
    all.classes.insert(all.classes.end(), found->classes.begin(), found->classes.end());
    std::ranges::sort(all.classes);
    const auto repeated = std::ranges::unique(all.classes);
    all.classes.erase(repeated.begin(), repeated.end());
  }
  if (!target.classes.empty() && (std::isfinite(label.low) || std::isfinite(label.high))) {
    fail_input("the head '{}' learns classes, which have no 'range': leave it out", label.head);
  }
  models::Head head = models::make_head(label.head, all, task);
  if (found != heads.end() && !task.empty() && found->task != head.task && found->classes == head.classes) {
    fail_input("the head '{}' is for the task '{}' in one data set and '{}' in another", label.head,
               found->task->name(), head.task->name());
  }
  head.weight = found != heads.end() ? found->weight : label.weight;
  if (!description_.kind->can_learn(*head.task)) {
    fail_input("a {} cannot learn the head '{}', whose task is '{}'", description_.kind->name(), head.name,
               head.task->name());
  }
  found != heads.end() ? static_cast<void>(*found = head) : heads.push_back(head);
}

/// Without any label of a head there is nothing to measure.
void TrainingData::check_validation_labels(const std::string& file) const {
  const auto has_values = [](const Column& column) { return !column.values.empty(); };
  if (!description_.heads.empty() && std::ranges::none_of(columns_.back(), has_values)) {
    std::vector<std::string> targets;
    for (const models::Head& head : description_.heads) {
      targets.push_back(head.target);
    }
    fail_input("'validation.file': {} holds none of the heads' targets ({})", file, text::join(targets, ", "));
  }
}

void TrainingData::check_rules(const std::string& file, const std::optional<data::Preparation>& other) const {
  data::check_same_rules(substance(), files_.front(), index(0).preparation, file, other);
}

/// A data set for validation has the targets of the heads, or some of them.
void TrainingData::open_validation(const std::string& file) {
  files_.push_back(file);
  const data::DatasetIndex& validation = sets_.emplace_back(data::read_index(file)).index();
  models::check_substance(*description_.kind, validation);
  check_rules(file, validation.preparation);
  columns_.emplace_back(description_.heads.size());
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    for (const data::Target& target : validation.targets) {
      if (target.name == description_.heads[head].target) {
        if (target.unit != description_.heads[head].unit) {
          fail_input("'validation.file': {} is in {} in {}, but the head '{}' learns it in {}: import both in one unit",
                     target.name, target.unit, file, description_.heads[head].name, description_.heads[head].unit);
        }
        columns_.back()[head].values = models::labels_for(description_.heads[head], target, file);
      }
    }
  }
  check_validation_labels(file);
}

const chem::Substance& TrainingData::substance() const { return description_.kind->substance(); }

bool TrainingData::has_label(RowReference row) const {
  for (std::size_t head = 0; head < description_.heads.size(); ++head) {
    if (!std::isnan(label(row, head))) {
      return true;
    }
  }
  return false;
}

void TrainingData::leave_out_unusable(std::uint32_t source) {
  data::LabelledRows& set = sets_[source];
  const auto& texts = data::texts(set.index(), reader_->notation());
  if (!description_.kind->learns_unlabelled()) {
    set.leave_out(data::LeftOut::unlabelled, [&](std::size_t i) {
      return !has_label({source, static_cast<std::uint32_t>(set.row(i))});
    });
  }
  set.leave_out(data::LeftOut::unreadable, [&](std::size_t i) { return !reader_->can_read(texts[set.row(i)]); });
}

/// Counts labels out of range, and leaves out the rows that have no others.
void TrainingData::leave_out_beyond_range(std::uint32_t source) {
  data::LabelledRows& set = sets_[source];
  set.leave_out(data::LeftOut::out_of_range, [&](std::size_t i) {
    const RowReference row{source, static_cast<std::uint32_t>(set.row(i))};
    bool any = description_.kind->learns_unlabelled();
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
  const auto& values = columns_[row.source][head].values;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : values[row.row];
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
  if (description_.kind->learns_unlabelled() && all < kFewestLabels) {
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
    description_.heads[head].standardizer = description_.heads[head].task->standardizer(labels);
  }
}

data::KnownGroups TrainingData::trained_on() const {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(train_.size());
  for (const RowReference row : train_) {
    hashes.push_back(data::group_hash(index(row.source).groups[row.row]));
  }
  return data::KnownGroups(std::move(hashes));
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

std::vector<float> TrainingData::targets(const std::vector<RowReference>& rows) const {
  const std::size_t heads = description_.heads.size();
  std::vector<float> targets(rows.size() * heads, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t head = 0; head < heads; ++head) {
      if (trains_on(rows[i], head)) {
        const double standardized = description_.heads[head].standardizer.forward(label(rows[i], head));
        targets[i * heads + head] = static_cast<float>(standardized);
      }
    }
  }
  return targets;
}

const std::string& TrainingData::text(RowReference row) const {
  return data::texts(index(row.source), reader_->notation())[row.row];
}

/// Rows that cannot be read were left out before: a file that was prepared in another way may have some all the same.
void TrainingData::read_row(RowReference row, const std::function<void()>& read) const {
  try {
    read();
  } catch (const chem::TextError& error) {
    fail_input("{}: the model cannot read the row of line {} ('{}'): {}; import the data again", files_[row.source],
               index(row.source).lines[row.row], text(row), error.what());
  }
}

Rows TrainingData::load(const std::vector<RowReference>& rows) const {
  Rows result{{}, description_.heads.size(), targets(rows)};
  for (const RowReference row : rows) {
    read_row(row, [&] { reader_->read(text(row), result.block); });
  }
  return result;
}

Rows TrainingData::load_for_training(const std::vector<RowReference>& rows) const {
  Rows result{{}, description_.heads.size(), targets(rows)};
  for (const RowReference row : rows) {
    read_row(row, [&] { reader_->read_for_training(text(row), index(row.source).texts[row.row], result.block); });
  }
  return result;
}

}  // namespace epitaxy::train
