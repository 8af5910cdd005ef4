#include "transfer/difference_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/statistics.h"
#include "base/text.h"
#include "data/units.h"
#include "transfer/difference_checks.h"
#include "transfer/start_model.h"

namespace epitaxy::transfer {

std::span<const double> DifferenceRows::cheap_of(std::size_t i) const {
  const std::size_t columns = cheap.size() / set.size();
  return {cheap.data() + i * columns, columns};
}

std::span<const double> DifferenceRows::given_of(std::size_t i) const {
  const std::size_t columns = given.size() / set.size();
  return {given.data() + i * columns, columns};
}

SplitUnits DifferenceRows::units(const std::vector<std::size_t>& positions) const {
  SplitUnits units;
  for (const std::size_t i : positions) {
    units.groups.emplace_back(split_groups[i]);
    if (!times.empty()) {
      units.times.push_back(times[i]);
    }
  }
  return units;
}

std::vector<double> DifferenceRows::weights_of(const std::vector<std::size_t>& positions) const {
  std::vector<double> result;
  for (const std::size_t i : positions) {
    if (!weights.empty()) {
      result.push_back(weights[i]);
    }
  }
  return result;
}

const std::string& DifferenceRows::text(std::size_t i) const { return set.text(i); }

std::vector<learners::ColumnKind> DifferenceData::kinds() const {
  std::vector<learners::ColumnKind> all = features.kinds();
  const auto given = given_kinds(inputs);
  all.insert(all.end(), given.begin(), given.end());
  return all;
}

namespace {

/// Of the first cheap column into the unit of the measured one.
double unit_factor(const data::DatasetIndex& index, const DifferenceSettings& settings) {
  const data::Target& measured = index.target(settings.measured);
  std::vector<std::string> names = settings.cheap;
  names.push_back(settings.measured);
  for (const auto& name : names) {
    if (!index.target(name).classes.empty() && !(settings.classes && name == settings.measured)) {
      fail_input("{}: '{}' holds classes, but difference learning learns numbers from numbers", index.path.string(),
                 name);
    }
  }
  for (const auto& name : settings.cheap) {
    if (&index.target(name) == &measured) {
      fail_input("'cheap' names {}, which is the measured value itself", name);
    }
  }
  if (settings.cheap.empty()) {
    return 1;
  }
  const data::Target& cheap = index.target(settings.cheap.front());
  const auto conversion = data::unit_conversion(cheap.unit, measured.unit);
  if (conversion.divide_by_atoms || conversion.transform != data::Transform::none) {
    fail_input("{}: {} is in {} and {} in {}: import both with the same `to`", index.path.string(), cheap.name,
               cheap.unit, measured.name, measured.unit);
  }
  return conversion.factor;
}

/// A column of some rows with the numbers of the classes of `names`, since each data set numbers its own. What is none
/// of them is NaN.
std::vector<double> numbered_as(const data::Target& column, const std::vector<std::string>& names) {
  std::vector<double> values = column.values;
  for (double& value : values) {
    if (!column.classes.empty() && !std::isnan(value)) {
      const auto found = std::ranges::find(names, column.classes[static_cast<std::size_t>(value)]);
      value = found == names.end() ? std::nan("") : static_cast<double>(found - names.begin());
    }
  }
  return values;
}

/// Values of the rows that there are; weights of those alone that are learned from.
void read_values(DifferenceRows& rows, const DifferenceSettings& settings, const DifferenceData& data) {
  const double factor = unit_factor(rows.set.index(), settings);
  rows.measured = numbered_as(rows.set.labels(settings.measured), data.classes);
  rows.cheap.resize(rows.count() * settings.cheap.size());
  for (std::size_t c = 0; c < settings.cheap.size(); ++c) {
    const data::Target column = rows.set.labels(settings.cheap[c]);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      rows.cheap[i * settings.cheap.size() + c] = column.values[i] * (c == 0 ? factor : 1);
    }
  }
  rows.given.resize(rows.count() * settings.given.size());
  for (std::size_t c = 0; c < settings.given.size(); ++c) {
    const auto values = numbered_as(rows.set.labels(settings.given[c]), data.inputs[data.cheap.size() + c].categories);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      rows.given[i * settings.given.size() + c] = values[i];
    }
  }
  if (!settings.weights.empty() && &rows == &data.rows) {
    rows.weights = row_weights(rows.set, settings.weights);
  }
}

/// What rows need, cheap values first.
std::vector<RowInput> inputs_of(const data::DatasetIndex& index, const DifferenceSettings& settings) {
  std::vector<RowInput> inputs;
  for (const auto& name : settings.cheap) {
    const std::string& unit = index.target(inputs.empty() ? settings.measured : name).unit;
    inputs.push_back({.name = name, .unit = unit, .is_cheap = true});
  }
  for (const auto& name : settings.given) {
    inputs.push_back(given_input(index.target(name)));
  }
  return inputs;
}

/// The rows that have all values.
DifferenceRows complete_rows(const std::string& file, const DifferenceSettings& settings) {
  DifferenceRows rows;
  rows.set = data::LabelledRows(data::read_index(file));
  unit_factor(rows.set.index(), settings);
  rows.set.need_all(data::LeftOut::unlabelled, {settings.measured});
  rows.set.need_all(data::LeftOut::incomplete, needed_values(settings));
  if (rows.set.empty()) {
    fail_input("no row of {} has {}", file, told_values(settings));
  }
  return rows;
}

/// What the split goes by, of those rows alone that stay.
void keep_units(DifferenceRows& rows, const std::vector<std::size_t>& stay) {
  if (rows.split_groups.empty()) {
    return;  // test rows are not split
  }
  for (std::size_t i = 0; i < stay.size(); ++i) {
    rows.split_groups[i] = rows.split_groups[stay[i]];
    if (!rows.times.empty()) {
      rows.times[i] = rows.times[stay[i]];
    }
  }
  rows.split_groups.resize(stay.size());
  rows.times.resize(rows.times.empty() ? 0 : stay.size());
}

/// Only rows that some job learns from need features.
void keep_used_rows(DifferenceData& data, const DifferenceSettings& settings) {
  if (!settings.has_test() || settings.labels.empty()) {
    return;
  }
  std::vector<bool> used(data.rows.count(), false);
  for (const std::uint64_t seed : settings.seeds) {
    for (const std::size_t row : split_by_labels(data, settings, settings.labels.back(), seed).train) {
      used[row] = true;
    }
  }
  keep_units(data.rows, data.rows.set.leave_out(data::LeftOut::unused, [&](std::size_t i) { return !used[i]; }));
}

/// Features and values of the rows that can be read.
void compute_features(const parallel::Communicator& communicator, const DifferenceSettings& settings,
                      DifferenceRows& rows, const DifferenceData& data) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    texts.push_back(rows.text(i));
  }
  std::vector<std::string> problems;
  bool warn = data.left_out(data::LeftOut::unreadable) == 0;  // once
  rows.features = data.features.compute(communicator, texts, problems);
  add_start_problems(settings, texts, problems);
  const auto stay = rows.set.leave_out(data::LeftOut::unreadable, [&](std::size_t i) {
    const bool out = !problems[i].empty();
    if (out && warn) {
      log::warning("{}, line {}: no features: {}", rows.set.index().path.string(), rows.set.line(i), problems[i]);
      warn = false;
    }
    return out;
  });
  rows.features = learners::pick_rows(rows.features, stay);
  keep_units(rows, stay);
  read_values(rows, settings, data);
  append_given(rows.features, std::span(data.inputs).subspan(data.cheap.size()), rows.given);
}

RowFeatures make_features(const DifferenceSettings& settings, const data::DatasetIndex& index) {
  std::optional<models::ModelFile> encoder;
  for (const FeatureBlock& block : settings.features) {
    if (block.is_latent()) {
      encoder = models::read_model(block.model);
      data::check_same_rules(*index.substance, block.model, encoder->description.preparation, settings.file,
                             index.preparation);
    }
  }
  RowFeatures features(settings.features, std::move(encoder));
  if (&features.substance() != index.substance) {
    fail_input("'features' are of {}, but {} holds {}", features.substance().plural(), settings.file,
               index.substance->plural());
  }
  return features;
}

/// The rows of another table, but for those of categories of which the table says nothing.
DifferenceRows read_kept_back(const DifferenceData& data, const DifferenceSettings& settings) {
  DifferenceRows test = complete_rows(settings.kept_back.file, settings);
  for (const std::string& name : test.set.labels(settings.measured).classes) {
    if (std::ranges::find(data.classes, name) == data.classes.end()) {
      fail_input("{}: '{}' is no class of {}, which are {}", settings.kept_back.file, name, settings.measured,
                 text::join(data.classes, ", "));
    }
  }
  for (std::size_t c = 0; c < settings.given.size(); ++c) {
    const auto values = numbered_as(test.set.labels(settings.given[c]), data.inputs[data.cheap.size() + c].categories);
    test.set.leave_out(data::LeftOut::incomplete, [&](std::size_t i) { return std::isnan(values[i]); });
  }
  if (test.set.empty()) {
    fail_input("no row of {} has {} as the table knows them", settings.kept_back.file, told_values(settings));
  }
  return test;
}

/// Takes the rows out that only the model on all others predicts, or reads them from their file.
void keep_back(DifferenceData& data, const DifferenceSettings& settings) {
  const KeptBack& kept = settings.kept_back;
  if (!kept.file.empty()) {
    data.test = read_kept_back(data, settings);
  }
  if (kept.fraction == 0) {
    return;
  }
  const auto wanted = static_cast<std::size_t>(std::lround(kept.fraction * static_cast<double>(data.rows.count())));
  const auto taken = some_rows(data::Split(settings.split_seed), settings.split, data.rows.units(), wanted);
  if (taken.empty() || taken.size() == data.rows.count()) {
    fail_input("{}: a test of {} of {} rows leaves none {}: take another fraction, a file, or another split",
               settings.file, wanted, data.rows.count(),
               taken.empty() ? "to test, as every group of the split has more" : "to learn from");
  }
  std::vector<bool> is_test(data.rows.count(), false);
  for (const std::size_t i : taken) {
    is_test[i] = true;
  }
  std::vector<std::size_t> stay;
  for (std::size_t i = 0; i < is_test.size(); ++i) {
    if (!is_test[i]) {
      stay.push_back(i);
    }
  }
  data.test.set = data.rows.set.take_out(data::LeftOut::test, [&](std::size_t i) { return is_test[i]; });
  keep_units(data.rows, stay);
}

}  // namespace

DifferenceData load_difference_data(const parallel::Communicator& communicator, const DifferenceSettings& settings) {
  std::optional<DifferenceData> loaded;
  communicator.agree([&] {
    DifferenceRows rows = complete_rows(settings.file, settings);
    const data::DatasetIndex& index = rows.set.index();
    const data::Target& measured = index.target(settings.measured);
    check_start_models(settings, index);
    DifferenceRows none;  // by name: GCC 12 destroys a temporary in this place twice
    loaded.emplace(DifferenceData{std::move(rows),
                                  std::move(none),
                                  make_features(settings, index),
                                  settings.cheap,
                                  inputs_of(index, settings),
                                  settings.measured,
                                  measured.unit,
                                  measured.classes,
                                  {}});
    DifferenceData& data = *loaded;
    if (settings.has_test()) {
      data.test = complete_rows(settings.test_file, settings);
      const data::DatasetIndex& test = data.test.set.index();
      if (test.substance != index.substance) {
        fail_input("{} holds {}, {} {}", settings.file, index.substance->plural(), settings.test_file,
                   test.substance->plural());
      }
      data::check_same_rules(*index.substance, settings.file, index.preparation, settings.test_file, test.preparation);
      data.rows.set.leave_out_groups(data::LeftOut::in_test, data::distinct_groups(data.test.set));
    }
    data.rows.split_groups = split_groups(data.rows.set, settings.split);
    data.rows.times = split_times(data.rows.set, settings.split);
    keep_back(data, settings);
    check_counts(data, settings);
    read_values(data.rows, settings, data);
    if (settings.classes) {
      check_classes(data);
    }
    check_values(data);
    keep_used_rows(data, settings);
  });
  compute_features(communicator, settings, loaded->rows, *loaded);
  if (!loaded->test.set.empty()) {
    compute_features(communicator, settings, loaded->test, *loaded);
  }
  communicator.agree([&] {
    if (loaded->rows.count() == 0) {
      fail_input("none of the rows of {} has features", settings.file);
    }
    if (settings.labels.empty()) {
      check_counts(*loaded, settings);
    }
  });
  return std::move(*loaded);
}

std::vector<std::size_t> all_positions(const DifferenceRows& rows) {
  std::vector<std::size_t> positions(rows.count());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

std::vector<double> input_values(const DifferenceData& data, std::size_t input, const std::vector<std::size_t>& rows) {
  const std::size_t cheap = data.cheap.size();
  const std::size_t given = data.inputs.size() - cheap;
  std::vector<double> values;
  for (const std::size_t i : rows) {
    values.push_back(input < cheap ? data.rows.cheap[i * cheap + input] : data.rows.given[i * given + input - cheap]);
  }
  return values;
}

std::vector<RowInput> learned_inputs(const DifferenceData& data, const std::vector<std::size_t>& rows) {
  std::vector<RowInput> inputs = data.inputs;
  for (std::size_t c = 0; c < inputs.size(); ++c) {
    inputs[c].learn(input_values(data, c, rows));
  }
  return inputs;
}

std::vector<data::TrainHeldOut> split_by_folds(const DifferenceData& data, const DifferenceSettings& settings,
                                               std::uint64_t seed) {
  const data::Split split(settings.split_seed, Purpose::folds, seed);
  return split_parts(split, settings.split, data.rows.units(), settings.folds);
}

data::TrainHeldOut split_by_labels(const DifferenceData& data, const DifferenceSettings& settings, std::size_t labels,
                                   std::uint64_t seed) {
  const data::Split split(settings.split_seed, Purpose::labels, seed);
  data::TrainHeldOut parts;
  parts.train = split.first_groups(data.rows.set.groups(), labels == 0 ? data.rows.count() : labels);
  parts.held_out = all_positions(data.test);
  return parts;
}

}  // namespace epitaxy::transfer
