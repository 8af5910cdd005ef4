#include "transfer/transfer_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "models/kind.h"
#include "train/training_data.h"

namespace epitaxy::transfer {

namespace {

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
void need_labels(data::LabelledRows& rows, const std::vector<std::string>& targets) {
  rows.need_any(data::LeftOut::unlabelled, targets);
  if (rows.empty()) {
    fail_input("no row of {} has a label of {}: another 'data.target', or import the column",
               rows.index().path.string(), text::join(targets, ", "));
  }
}

/// Takes the rows out that the model cannot read.
void leave_out_unreadable(data::LabelledRows& rows, const models::ModelDescription& model) {
  const auto reader = model.kind->reader(model);
  const auto& texts = data::texts(rows.index(), reader->notation());
  const std::size_t before = rows.size();
  rows.leave_out(data::LeftOut::unreadable, [&](std::size_t i) { return !reader->can_read(texts[rows.row(i)]); });
  if (rows.empty()) {
    const std::string summary = model.kind->summary(model);
    fail_input("{}: the pretrained model can read none of the {} {} with a label{}; the {} that it knows: {}",
               rows.index().path.string(), before, model.kind->substance().plural(),
               summary.empty() ? "" : " (" + summary + ")", model.kind->feature_name(),
               text::join(model.features, " "));
  }
}

/// Throws InputError unless a data set is as the start model reads it.
void check_data(const FinetuneSettings& settings, const std::string& file, const data::DatasetIndex& index,
                const models::ModelDescription& model) {
  models::check_substance(*model.kind, index);
  data::check_same_rules(model.kind->substance(), settings.pretrained, model.preparation, file, index.preparation);
}

/// What the new models say of their data: the target's columns, and the start model's for what these are not.
std::optional<data::Preparation> transferred(const std::optional<data::Preparation>& start,
                                             const data::DatasetIndex& index) {
  if (!start || !index.preparation) {
    return start ? start : index.preparation;
  }
  data::Preparation further = *start;
  std::erase_if(further.columns, [&](const data::SourceColumn& column) {
    return std::ranges::any_of(index.targets, [&](const data::Target& own) { return own.name == column.target; });
  });
  data::Preparation result = *index.preparation;
  data::add_columns(result, further);
  return result;
}

/// Test rows: a part of the compositions, or another data set.
void choose_test_rows(const FinetuneSettings& settings, TransferData& data) {
  if (!settings.test_file.empty()) {
    data.test = data::LabelledRows(data::read_index(settings.test_file));
    check_data(settings, settings.test_file, data.test.index(), data.pretrained.description);
    need_labels(data.test, {data.head.target});
    leave_out_unreadable(data.test, data.pretrained.description);
    return;
  }
  const data::Split split(settings.split_seed);
  const auto tests = [&](std::size_t i) { return split.position(data.rows.group(i)) < settings.test_fraction; };
  data.test = data.rows.take_out(data::LeftOut::test, tests);
  data.test.need_any(data::LeftOut::unlabelled, {data.head.target});
}

/// As the head knows them.
std::vector<double> test_labels(const TransferData& data, const FinetuneSettings& settings) {
  const data::Target target = data.test.labels(data.head.target);
  if (target.unit != data.head.unit) {
    fail_input("{} is in {} in {}, but in {} in {}: import both in one unit", target.name, data.head.unit,
               settings.file, target.unit, settings.test_file);
  }
  return models::labels_for(data.head, target, settings.test_file.empty() ? settings.file : settings.test_file);
}

/// Folds of the groups that have a label; a row without one is in the fold of its group, or in none.
std::vector<int> choose_folds(const TransferData& data, const FinetuneSettings& settings) {
  data::LabelledRows labelled = data.rows;
  labelled.need_any(data::LeftOut::unlabelled, {data.head.target});
  return data::Split(settings.split_seed, Purpose::folds).folds(data.rows.groups(), labelled.groups(), settings.folds);
}

std::size_t labels_of_share(double share, std::size_t labelled) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(labelled)));
}

void check_labels(const TransferData& data, const FinetuneSettings& settings) {
  for (const double share : settings.shares) {
    const std::size_t labels = labels_of_share(share, data.labelled);
    if (labels < train::kFewestLabels) {
      fail_input(
          "'label_shares': the share {} of {} labels of {} is {}, a fraction of labels that leaves fewer labels than a "
          "head "
          "needs ({}): raise it",
          share, data.labelled, data.head.target, labels, train::kFewestLabels);
    }
  }
  for (const data::Target& further : data.further) {
    const auto missing = std::ranges::count_if(further.values, [](double label) { return std::isnan(label); });
    if (further.values.size() - static_cast<std::size_t>(missing) < train::kFewestLabels) {
      fail_input("'also': fewer than {} training rows have a label of {}", train::kFewestLabels, further.name);
    }
  }
}

void check_task(const TransferData& data, const models::HeadTask& task, const std::string& target) {
  const models::Kind& kind = *data.pretrained.description.kind;
  if (!kind.can_learn(task)) {
    fail_input("a {} cannot learn {}, whose task is '{}'", kind.name(), target, task.name());
  }
}

Overlap overlap_of(const TransferData& data) {
  Overlap overlap;
  const data::KnownGroups& seen = data.pretrained.trained_on;
  overlap.is_known = !seen.empty();
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    overlap.rows += seen.contains(data.rows.group(i)) ? 1 : 0;
  }
  for (std::size_t i = 0; i < data.test.size(); ++i) {
    overlap.test_rows += seen.contains(data.test.group(i)) ? 1 : 0;
  }
  return overlap;
}

}  // namespace

TransferData load_transfer_data(const FinetuneSettings& settings) {
  TransferData data;
  data.pretrained = models::read_model(settings.pretrained);
  if (data.pretrained.members.size() != 1) {
    fail_input("{} is an ensemble of {} models: transfer starts from one", settings.pretrained,
               data.pretrained.members.size());
  }
  data.rows = data::LabelledRows(data::read_index(settings.file));
  check_data(settings, settings.file, data.rows.index(), data.pretrained.description);
  data.pretrained.description.preparation = transferred(data.pretrained.description.preparation, data.rows.index());
  const data::Target& target = data.rows.index().target(settings.target);
  data.head = models::make_head(settings.head.name, target, settings.head.task == "auto" ? "" : settings.head.task);
  check_task(data, *data.head.task, target.name);
  const std::vector<std::string> further = further_names(settings);
  if (std::ranges::find(further, data.head.target) != further.end()) {
    fail_input("'also' names {}, which is the target itself", data.head.target);
  }
  data::LabelledRows of_target = data.rows;
  need_labels(of_target, {data.head.target});
  std::vector<std::string> targets = further;
  targets.push_back(data.head.target);
  need_labels(data.rows, targets);
  leave_out_unreadable(data.rows, data.pretrained.description);
  choose_test_rows(settings, data);
  if (!settings.test_file.empty()) {
    data.rows.leave_out_groups(data::LeftOut::in_test, data::distinct_groups(data.test));
    if (data.rows.empty()) {
      fail_input("every row of {} has a {} that is in {}, too: no row is left to learn from", settings.file,
                 data.rows.index().substance->name(), settings.test_file);
    }
  }
  data.labels = data.rows.labels(data.head.target).values;
  data.test_labels = test_labels(data, settings);
  data.labelled = static_cast<std::size_t>(std::ranges::count_if(data.labels, [](double v) { return !std::isnan(v); }));
  for (const auto& name : further) {
    data.further.push_back(data.rows.labels(name));
    check_task(data, models::usual_task(data.further.back()), name);
  }
  if (!settings.is_curve()) {
    data.fold = choose_folds(data, settings);
  } else if (!settings.cheap.empty()) {
    for (const auto& name : {data.head.target, settings.cheap}) {
      if (!data.rows.index().target(name).classes.empty()) {
        fail_input("'cheap': {} names classes, and no straight line leads from or to these: leave 'cheap' out", name);
      }
    }
    data.cheap = data.rows.labels(settings.cheap).values;
    data.test_cheap = data.test.labels(settings.cheap).values;
  }
  check_labels(data, settings);
  data.overlap = overlap_of(data);
  const auto reader = data.pretrained.description.kind->reader(data.pretrained.description);
  data.inputs = models::read_rows(*reader, data.rows.index(), data.rows.rows());
  data.row_sums = reader->sums(data.inputs);
  data.test_inputs = models::read_rows(*reader, data.test.index(), data.test.rows());
  return data;
}

JobSplit split_fold(const TransferData& data, const FinetuneSettings& settings, int fold) {
  const data::Split inside(settings.split_seed, Purpose::inside, 0, static_cast<std::uint64_t>(fold));
  JobSplit split;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    const bool validates = inside.position(data.rows.group(i)) < settings.validation_fraction;
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
  std::vector<std::size_t> labelled;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (!std::isnan(data.labels[i])) {
      labelled.push_back(i);
    }
  }
  const std::size_t wanted = labels_of_share(share, labelled.size());
  const data::Split choice(settings.split_seed, Purpose::labels, seed);
  std::vector<bool> used(data.labels.size(), false);
  for (const std::size_t i : choice.first_groups(data.rows.groups(labelled), wanted)) {
    used[labelled[i]] = true;
  }
  const data::Split inside(settings.split_seed, Purpose::validation, seed);
  const bool validates = settings.validation_fraction * static_cast<double>(wanted) >= kFewestValidation;
  const double validation = validates ? settings.validation_fraction : 0;
  JobSplit split;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const bool is_validation = inside.position(data.rows.group(i)) < validation;
    (!used[i] ? split.further : is_validation ? split.validation : split.train).push_back(i);
  }
  return split;
}

}  // namespace epitaxy::transfer
