#include "transfer/transfer_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "data/split.h"
#include "models/molecule_vae/molecule_text.h"
#include "train/training_data.h"

namespace epitaxy::transfer {

namespace {

std::vector<double> values_of(const data::Target& target, const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  for (const std::size_t row : rows) {
    values.push_back(target.values[row]);
  }
  return values;
}

/// Every target that some variant learns besides, once.
std::vector<std::string> further_names(const FinetuneSettings& settings) {
  std::vector<std::string> names;
  for (const Variant& variant : settings.variants) {
    for (const auto& name : variant.also) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

/// Rows with a label of any of these targets.
std::vector<std::size_t> labelled_rows(const data::DatasetIndex& index, const std::vector<std::string>& targets) {
  std::vector<const data::Target*> columns;
  for (const auto& name : targets) {
    columns.push_back(&index.target(name));
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < index.rows; ++row) {
    if (std::ranges::any_of(columns, [&](const data::Target* c) { return !std::isnan(c->values[row]); })) {
      rows.push_back(row);
    }
  }
  if (rows.empty()) {
    fail_input("no row of {} has a label of {}: another 'data.target', or import the column", index.path.string(),
               text::join(targets, ", "));
  }
  return rows;
}

/// Takes the molecules out that the model cannot read; returns their number.
std::size_t leave_out_unreadable(const data::DatasetIndex& index, const models::ModelDescription& model,
                                 std::vector<std::size_t>& rows) {
  if (model.kind != "molecule_vae") {
    return 0;
  }
  const models::MoleculeText reader(model);
  const auto& texts = data::texts(index, model.representation);
  const auto unreadable = [&](std::size_t row) { return texts[row].empty() || !reader.can_encode(texts[row]); };
  const std::size_t before = rows.size();
  std::erase_if(rows, unreadable);
  if (rows.empty()) {
    fail_input(
        "{}: the pretrained model can read none of the {} molecules with a label; it reads up to {} tokens of {}: {}",
        index.path.string(), before, model.vae.length - 1, model.representation, text::join(model.features, " "));
  }
  return before - rows.size();
}

void check_kind(const data::DatasetIndex& index, const std::string& model_file, const models::ModelDescription& model) {
  const std::string kind = model.kind == "molecule_vae" ? "molecule" : "composition";
  if (index.kind != kind) {
    fail_input("{} holds {}s, but the model in {} is a {}, which reads {}s", index.path.string(), index.kind,
               model_file, model.kind, kind);
  }
}

/// Test rows: a part of the compositions, or another data set.
void choose_test_rows(const FinetuneSettings& settings, TransferData& data) {
  data.test_index = data.index;
  if (!settings.test_file.empty()) {
    data.test_index = data::read_index(settings.test_file);
    check_kind(data.test_index, settings.pretrained, data.pretrained.description);
    data.test_rows = labelled_rows(data.test_index, {data.target});
    data.unreadable_test = leave_out_unreadable(data.test_index, data.pretrained.description, data.test_rows);
  } else if (settings.test_fraction > 0) {
    const auto is_test = [&](std::size_t row) {
      return data::group_position(settings.split_seed, data.index.groups[row]) < settings.test_fraction;
    };
    const data::Target& target = data.index.target(data.target);
    for (const std::size_t row : data.rows) {
      if (is_test(row) && !std::isnan(target.values[row])) {
        data.test_rows.push_back(row);
      }
    }
    std::erase_if(data.rows, is_test);
  }
  data.test_labels = values_of(data.test_index.target(data.target), data.test_rows);
}

/// Folds of the groups that have a label; a row without one is in the fold of its group, or in none.
std::vector<int> choose_folds(const TransferData& data, const FinetuneSettings& settings) {
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    if (!std::isnan(data.labels[i])) {
      groups.push_back(data.index.groups[data.rows[i]]);
    }
  }
  // Another seed than that of the test split, so that the two are independent.
  const auto folds = data::group_folds(groups, settings.folds, settings.split_seed + 7919);
  std::map<std::string, int> fold_of;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    fold_of.emplace(groups[i], folds[i]);
  }
  std::vector<int> result;
  for (const std::size_t row : data.rows) {
    const auto found = fold_of.find(data.index.groups[row]);
    result.push_back(found != fold_of.end() ? found->second : -1);
  }
  return result;
}

/// The molecules of the test are used for nothing else.
void leave_out_test(TransferData& data) {
  std::set<std::string> test_groups;
  for (const std::size_t row : data.test_rows) {
    test_groups.insert(data.test_index.groups[row]);
  }
  data.in_test =
      std::erase_if(data.rows, [&](std::size_t row) { return test_groups.contains(data.index.groups[row]); });
}

std::size_t labels_of_share(double share, std::size_t labelled) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(labelled)));
}

void check_labels(const TransferData& data, const FinetuneSettings& settings) {
  for (const double share : settings.shares) {
    const std::size_t labels = labels_of_share(share, data.labelled);
    if (labels < train::kFewestLabels) {
      fail_input(
          "'labels': the share {} of {} labels of {} is {}, a fraction of labels that leaves fewer labels than a head "
          "needs ({}): raise it",
          share, data.labelled, data.target, labels, train::kFewestLabels);
    }
  }
  for (const FurtherTarget& further : data.further) {
    const auto missing = std::ranges::count_if(further.labels, [](double label) { return std::isnan(label); });
    if (further.labels.size() - static_cast<std::size_t>(missing) < train::kFewestLabels) {
      fail_input("'also': fewer than {} training rows have a label of {}", train::kFewestLabels, further.name);
    }
  }
}

}  // namespace

TransferData load_transfer_data(const FinetuneSettings& settings) {
  TransferData data;
  data.pretrained = models::read_model(settings.pretrained);
  if (data.pretrained.members.size() != 1) {
    fail_input("{} is an ensemble of {} models: transfer starts from one", settings.pretrained,
               data.pretrained.members.size());
  }
  data.index = data::read_index(settings.file);
  check_kind(data.index, settings.pretrained, data.pretrained.description);
  const data::Target& target = data.index.target(settings.target);
  data.target = target.name;
  data.unit = target.unit;
  std::vector<std::string> targets = further_names(settings);
  if (std::ranges::find(targets, data.target) != targets.end()) {
    fail_input("'also' names {}, which is the target itself", data.target);
  }
  labelled_rows(data.index, {data.target});
  targets.push_back(data.target);
  data.rows = labelled_rows(data.index, targets);
  data.unreadable = leave_out_unreadable(data.index, data.pretrained.description, data.rows);
  choose_test_rows(settings, data);
  if (settings.is_curve()) {
    leave_out_test(data);
  }
  data.labels = values_of(target, data.rows);
  data.labelled = static_cast<std::size_t>(std::ranges::count_if(data.labels, [](double v) { return !std::isnan(v); }));
  for (const auto& name : further_names(settings)) {
    const data::Target& further = data.index.target(name);
    data.further.push_back({further.name, further.unit, values_of(further, data.rows)});
  }
  if (!settings.is_curve()) {
    data.fold = choose_folds(data, settings);
  } else if (!settings.cheap.empty()) {
    data.cheap = values_of(data.index.target(settings.cheap), data.rows);
    data.test_cheap = values_of(data.test_index.target(settings.cheap), data.test_rows);
  }
  check_labels(data, settings);
  data.features = train::load_features(data.index, data.rows, data.pretrained.description);
  data.test_features = train::load_features(data.test_index, data.test_rows, data.pretrained.description);
  return data;
}

JobSplit split_fold(const TransferData& data, const FinetuneSettings& settings, int fold) {
  JobSplit split;
  const std::uint64_t seed = settings.split_seed + 104729 + static_cast<std::uint64_t>(fold);
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    const bool validates = data::group_position(seed, data.index.groups[data.rows[i]]) < settings.validation_fraction;
    const bool held_out = data.fold[i] == fold;
    if (!std::isnan(data.labels[i])) {
      (held_out ? split.held_out : validates ? split.validation : split.train).push_back(i);
    } else if (!held_out && !validates) {
      split.further.push_back(i);
    }
  }
  return split;
}

JobSplit split_share(const TransferData& data, const FinetuneSettings& settings, double share, std::uint64_t seed) {
  // Other seeds than those of folds, and one for each of the two choices.
  const std::uint64_t choice_seed = settings.split_seed + 15485863 * (seed + 1);
  const std::uint64_t validation_seed = settings.split_seed + 32452843 * (seed + 1);
  const auto group = [&](std::size_t i) -> const std::string& { return data.index.groups[data.rows[i]]; };
  std::vector<double> positions;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (!std::isnan(data.labels[i])) {
      positions.push_back(data::group_position(choice_seed, group(i)));
    }
  }
  const std::size_t wanted = labels_of_share(share, positions.size());
  std::ranges::sort(positions);
  const double last = positions.at(wanted - 1);  // rows of one group stay together
  const bool validates = settings.validation_fraction * static_cast<double>(wanted) >= kFewestValidation;
  const double validation = validates ? settings.validation_fraction : 0;
  JobSplit split;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (std::isnan(data.labels[i]) || data::group_position(choice_seed, group(i)) > last) {
      split.further.push_back(i);
    } else if (data::group_position(validation_seed, group(i)) < validation) {
      split.validation.push_back(i);
    } else {
      split.train.push_back(i);
    }
  }
  return split;
}

}  // namespace epitaxy::transfer
