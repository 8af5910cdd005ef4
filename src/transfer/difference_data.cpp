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

/// Values of the rows that there are; weights of those alone that are learned from.
void read_values(DifferenceRows& rows, const DifferenceSettings& settings, bool is_learned = true) {
  const double factor = unit_factor(rows.set.index(), settings);
  rows.measured = rows.set.labels(settings.measured).values;
  rows.cheap.resize(rows.count() * settings.cheap.size());
  for (std::size_t c = 0; c < settings.cheap.size(); ++c) {
    const data::Target column = rows.set.labels(settings.cheap[c]);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      rows.cheap[i * settings.cheap.size() + c] = column.values[i] * (c == 0 ? factor : 1);
    }
  }
  rows.given.resize(rows.count() * settings.given.size());
  for (std::size_t c = 0; c < settings.given.size(); ++c) {
    const data::Target column = rows.set.labels(settings.given[c]);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      rows.given[i * settings.given.size() + c] = column.values[i];
    }
  }
  if (!settings.weights.empty() && is_learned) {
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

/// [rows] of an input, by its number.
std::vector<double> values_of(const DifferenceData& data, std::size_t input, const std::vector<std::size_t>& rows) {
  const std::size_t cheap = data.cheap.size();
  const std::size_t given = data.inputs.size() - cheap;
  std::vector<double> values;
  for (const std::size_t i : rows) {
    values.push_back(input < cheap ? data.rows.cheap[i * cheap + input] : data.rows.given[i * given + input - cheap]);
  }
  return values;
}

/// What a row must have beside its label.
std::vector<std::string> needed(const DifferenceSettings& settings) {
  std::vector<std::string> names = settings.cheap;
  names.insert(names.end(), settings.given.begin(), settings.given.end());
  return names;
}

/// What a row must have: `gap`, or `gap and gap_xtb`.
std::string told_values(const DifferenceSettings& settings) {
  const auto names = needed(settings);
  return names.empty() ? settings.measured : fmt::format("{} and {}", settings.measured, text::join(names, ", "));
}

/// The rows that have all values.
DifferenceRows complete_rows(const std::string& file, const DifferenceSettings& settings) {
  DifferenceRows rows;
  rows.set = data::LabelledRows(data::read_index(file));
  unit_factor(rows.set.index(), settings);
  rows.set.need_all(data::LeftOut::unlabelled, {settings.measured});
  rows.set.need_all(data::LeftOut::incomplete, needed(settings));
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

/// Two classes, each in as many rows as it takes to learn it.
void check_classes(const DifferenceData& data) {
  constexpr std::ptrdiff_t kFewest = 10;
  if (data.classes.size() != 2) {
    fail_input("{} names {} classes ({}): two can be told apart{}", data.measured, data.classes.size(),
               text::join(data.classes, ", "),
               data.classes.size() > 2 ? ". Make a column of two for each of them, such as one of 0 and 1" : "");
  }
  for (std::size_t k = 0; k < data.classes.size(); ++k) {
    const auto rows = std::ranges::count(data.rows.measured, static_cast<double>(k));
    if (rows < kFewest) {
      fail_input("{}: {} of {} rows are '{}', and at least {} of each class are needed", data.measured, rows,
                 data.rows.count(), data.classes[k], kFewest);
    }
  }
}

std::vector<std::size_t> positions_of(const DifferenceRows& rows) {
  std::vector<std::size_t> positions(rows.count());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

void check_column(const std::string& name, const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax_element(values);
  if (*low == *high) {
    fail_input("{} is {} in every one of {} rows: there is nothing to learn", name, *low, values.size());
  }
}

/// The line from the first cheap value alone shows whether its unit is that of the measured values.
void check_values(DifferenceData& data) {
  check_column(data.measured, data.rows.measured);
  const auto rows = positions_of(data.rows);
  for (std::size_t c = 0; c < data.inputs.size(); ++c) {
    const auto column = values_of(data, c, rows);
    if (data.inputs[c].is_cheap) {
      check_column(data.inputs[c].name, column);
    } else {
      check_given(data.inputs[c], column);
    }
  }
  if (data.cheap.empty()) {
    return;
  }
  const auto first = values_of(data, 0, rows);
  data.line = FittedBaseline::fit(Baseline::line, first, 1, data.rows.measured);
  const double slope = data.line.slopes.front();
  const double scale = statistics::spread(data.rows.measured).deviation / statistics::spread(first).deviation;
  const auto suspicious = [](double factor) { return factor > kSuspiciousSlope || factor < 1 / kSuspiciousSlope; };
  if (suspicious(slope) || suspicious(scale)) {
    log::warning(
        "{} = {:.4g} x {} + {:.4g}, and its spread is {:.4g} times as large: are both in {}? The ways 'difference' and "
        "'cheap_alone' take them as they are; those with a line correct a factor",
        data.measured, slope, data.cheap.front(), data.line.offset, scale, data.unit);
  }
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
  read_values(rows, settings, &rows == &data.rows);
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

/// Takes the rows out that only the model on all others predicts, or reads them from their file.
void keep_back(DifferenceData& data, const DifferenceSettings& settings) {
  const KeptBack& kept = settings.kept_back;
  if (!kept.file.empty()) {
    data.test = complete_rows(kept.file, settings);
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

std::size_t count_groups(const SplitUnits& units) {
  return std::set<std::string_view>(units.groups.begin(), units.groups.end()).size();
}

/// Enough groups for the folds, and in each training part for the inner folds.
void check_counts(const DifferenceData& data, const DifferenceSettings& settings) {
  const std::size_t groups = count_groups(data.rows.units());
  const auto folds = static_cast<std::size_t>(settings.has_test() ? 1 : settings.folds);
  const auto inner = static_cast<std::size_t>(settings.inner_folds);
  const bool is_ordered = settings.split.by == SplitBy::order;
  const std::string what = !settings.split.groups.empty() ? fmt::format("groups by {}", settings.split.groups)
                           : settings.split.by == SplitBy::substance || is_ordered
                               ? data.rows.set.index().substance->plural()
                               : fmt::format("groups by {}", name_of(settings.split.by));
  const std::string told =
      fmt::format("{}: {} distinct {} with {}", settings.file, groups, what, told_values(settings));
  if (groups == 1 && data.rows.count() > 1) {
    fail_input("{}: all {} rows are of one group ('{}'), so none can be held out: take another split", settings.file,
               data.rows.count(), data.rows.split_groups.front());
  }
  constexpr std::size_t kFewest = 4;  // two folds, and two inner folds in each training part
  if (groups < kFewest && !settings.has_test()) {
    fail_input("{} are too few to learn from: at least {} are needed", told, kFewest);
  }
  if (groups < folds) {
    fail_input("{} are too few for {} folds: set 'folds' (--folds) to at most {}", told, folds, groups);
  }
  std::size_t smallest = groups;  // of the training parts
  if (!settings.has_test()) {
    for (const auto& part : split_by_folds(data, settings, settings.seeds.front())) {
      smallest = std::min(smallest, count_groups(data.rows.units(part.train)));
    }
  }
  const std::size_t most = smallest - (is_ordered ? 1 : 0);  // by order the first rows only train
  if (most < inner && most >= 2) {
    fail_input(
        "{} leave {} in a training part, which is too few for {} inner folds: set 'inner_folds' (--inner-folds) "
        "to at most {}",
        told, smallest, inner, most);
  }
  if (most < inner) {
    fail_input("{} leave {} in a training part, and none to choose by: set 'folds' (--folds) {}", told, smallest,
               is_ordered ? "lower, or have more rows of earlier times" : "higher");
  }
  if (!settings.labels.empty() && data.rows.count() < settings.labels.back()) {
    fail_input("'label_counts' asks for {}, but {} has {} rows with all values that are not in the test",
               settings.labels.back(), settings.file, data.rows.count());
  }
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
    read_values(data.rows, settings);
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

std::vector<RowInput> learned_inputs(const DifferenceData& data, const std::vector<std::size_t>& rows) {
  std::vector<RowInput> inputs = data.inputs;
  for (std::size_t c = 0; c < inputs.size(); ++c) {
    inputs[c].learn(values_of(data, c, rows));
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
  parts.held_out = positions_of(data.test);
  return parts;
}

}  // namespace epitaxy::transfer
