#include "transfer/difference_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/statistics.h"
#include "base/text.h"
#include "data/split.h"
#include "data/units.h"

namespace epitaxy::transfer {

std::span<const double> DifferenceRows::cheap_of(std::size_t i) const {
  const std::size_t columns = cheap.size() / rows.size();
  return {cheap.data() + i * columns, columns};
}

const std::string& DifferenceRows::text(std::size_t i) const {
  return index.kind == "molecule" ? index.smiles[rows[i]] : index.formulas[rows[i]];
}

namespace {

/// Targets of one data set, with the first cheap one's conversion.
struct Targets {
  const data::Target* measured;
  std::vector<const data::Target*> cheap;
  double factor = 1;  ///< Of the first cheap column into the unit of the measured one.
};

Targets find_targets(const data::DatasetIndex& index, const DifferenceSettings& settings) {
  Targets targets{&index.target(settings.measured), {}};
  for (const auto& name : settings.cheap) {
    targets.cheap.push_back(&index.target(name));
    if (targets.cheap.back() == targets.measured) {
      fail_input("'data.cheap' names {}, which is the measured value itself", name);
    }
  }
  const data::Target& cheap = *targets.cheap.front();
  const auto conversion = data::unit_conversion(cheap.unit, targets.measured->unit);
  if (conversion.divide_by_atoms) {
    fail_input("{}: {} is in {} and {} in {}: import both with the same `to`", index.path.string(), cheap.name,
               cheap.unit, targets.measured->name, targets.measured->unit);
  }
  targets.factor = conversion.factor;
  return targets;
}

/// The rows that have both values.
DifferenceRows complete_rows(const std::string& file, const DifferenceSettings& settings, DifferenceData& data) {
  DifferenceRows result;
  result.index = data::read_index(file);
  const Targets targets = find_targets(result.index, settings);
  for (std::size_t row = 0; row < result.index.rows; ++row) {
    const bool has_cheap =
        std::ranges::none_of(targets.cheap, [&](const data::Target* t) { return std::isnan(t->values[row]); });
    if (std::isnan(targets.measured->values[row])) {
      ++data.without_measured;
    } else if (!has_cheap) {
      ++data.without_cheap;
    } else {
      result.rows.push_back(row);
      result.measured.push_back(targets.measured->values[row]);
      for (std::size_t c = 0; c < targets.cheap.size(); ++c) {
        result.cheap.push_back(targets.cheap[c]->values[row] * (c == 0 ? targets.factor : 1));
      }
    }
  }
  if (result.rows.empty()) {
    fail_input("no row of {} has both {} and {}", file, settings.measured, text::join(settings.cheap, ", "));
  }
  data.unit = targets.measured->unit;
  data.cheap_units.clear();
  for (std::size_t c = 0; c < targets.cheap.size(); ++c) {
    data.cheap_units.push_back(c == 0 ? data.unit : targets.cheap[c]->unit);
  }
  return result;
}

/// Takes rows out that a flag marks.
std::size_t erase_rows(DifferenceRows& rows, const std::vector<bool>& out) {
  const std::size_t columns = rows.cheap.size() / std::max<std::size_t>(1, rows.rows.size());
  DifferenceRows kept;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (out[i]) {
      continue;
    }
    positions.push_back(i);
    kept.rows.push_back(rows.rows[i]);
    kept.measured.push_back(rows.measured[i]);
    kept.cheap.insert(kept.cheap.end(), rows.cheap.begin() + static_cast<std::ptrdiff_t>(i * columns),
                      rows.cheap.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns));
  }
  const std::size_t erased = rows.rows.size() - positions.size();
  if (rows.features.rows > 0) {
    kept.features = learners::pick_rows(rows.features, positions);
  }
  kept.index = std::move(rows.index);
  rows = std::move(kept);
  return erased;
}

std::size_t leave_out_test_groups(DifferenceRows& rows, const DifferenceRows& test) {
  std::set<std::string> groups;
  for (std::size_t i = 0; i < test.count(); ++i) {
    groups.insert(test.group(i));
  }
  std::vector<bool> out;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    out.push_back(groups.contains(rows.group(i)));
  }
  return erase_rows(rows, out);
}

/// Only rows that some job learns from need features.
void keep_used_rows(DifferenceData& data, const DifferenceSettings& settings) {
  if (!settings.has_test() || settings.labels.empty()) {
    return;
  }
  std::vector<bool> out(data.rows.count(), true);
  for (const std::uint64_t seed : settings.seeds) {
    for (const std::size_t row : split_by_labels(data, settings, settings.labels.back(), seed).train) {
      out[row] = false;
    }
  }
  erase_rows(data.rows, out);
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
  std::vector<double> first;
  for (std::size_t c = 0; c < data.cheap.size(); ++c) {
    std::vector<double> column;
    for (std::size_t i = 0; i < data.rows.count(); ++i) {
      column.push_back(data.rows.cheap_of(i)[c]);
    }
    check_column(data.cheap[c], column);
    if (c == 0) {
      first = std::move(column);
    }
  }
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

void compute_features(const parallel::Communicator& communicator, DifferenceRows& rows, DifferenceData& data) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    texts.push_back(rows.text(i));
  }
  std::vector<std::string> problems;
  rows.features = data.features.compute(communicator, texts, problems);
  std::vector<bool> out;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    out.push_back(!problems[i].empty());
    if (out.back() && data.unreadable++ == 0) {
      log::warning("{}, line {}: no features: {}", rows.index.path.string(), rows.index.lines[rows.rows[i]],
                   problems[i]);
    }
  }
  erase_rows(rows, out);
}

RowFeatures make_features(const DifferenceSettings& settings, const std::string& kind) {
  std::optional<models::ModelFile> encoder;
  for (const FeatureBlock& block : settings.features) {
    if (block.kind == FeatureBlock::Kind::latent) {
      encoder = models::read_model(block.model);
    }
  }
  RowFeatures features(settings.features, std::move(encoder));
  if (features.of_molecules() != (kind == "molecule")) {
    fail_input("'features' are of {}, but {} holds {}s", features.of_molecules() ? "molecules" : "compositions",
               settings.file, kind);
  }
  return features;
}

void check_counts(const DifferenceData& data, const DifferenceSettings& settings) {
  std::set<std::string> groups;
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    groups.insert(data.rows.group(i));
  }
  const auto folds = static_cast<std::size_t>(settings.folds);
  const std::size_t held_out = settings.has_test() ? 0 : (groups.size() + folds - 1) / folds;
  const auto inner = static_cast<std::size_t>(settings.inner_folds);
  if ((!settings.has_test() && groups.size() < folds) || groups.size() < held_out + inner) {
    fail_input("{}: {} distinct {}s with both values are too few for {} folds with {} inner folds: lower 'folds'",
               settings.file, groups.size(), data.rows.index.kind, settings.has_test() ? 1 : settings.folds,
               settings.inner_folds);
  }
  if (!settings.labels.empty() && data.rows.count() < settings.labels.back()) {
    fail_input("'labels' asks for {}, but {} has {} rows with both values that are not in the test",
               settings.labels.back(), settings.file, data.rows.count());
  }
}

}  // namespace

DifferenceData load_difference_data(const parallel::Communicator& communicator, const DifferenceSettings& settings) {
  std::optional<DifferenceData> loaded;
  communicator.agree([&] {
    const std::string kind = data::read_index(settings.file).kind;
    loaded.emplace(
        DifferenceData{{}, {}, make_features(settings, kind), settings.cheap, {}, settings.measured, "", {}});
    DifferenceData& data = *loaded;
    data.rows = complete_rows(settings.file, settings, data);
    if (settings.has_test()) {
      data.test = complete_rows(settings.test_file, settings, data);
      if (data.test.index.kind != kind) {
        fail_input("{} holds {}s, {} {}s", settings.file, kind, settings.test_file, data.test.index.kind);
      }
      data.in_test = leave_out_test_groups(data.rows, data.test);
    }
    check_counts(data, settings);
    check_values(data);
    keep_used_rows(data, settings);
  });
  compute_features(communicator, loaded->rows, *loaded);
  if (settings.has_test()) {
    compute_features(communicator, loaded->test, *loaded);
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

DifferenceSplit split_by_fold(const DifferenceData& data, const DifferenceSettings& settings, int fold,
                              std::uint64_t seed) {
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    groups.push_back(data.rows.group(i));
  }
  const auto folds = data::group_folds(groups, settings.folds, settings.split_seed + 7919 * (seed + 1));
  DifferenceSplit split;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    (folds[i] == fold ? split.held_out : split.train).push_back(i);
  }
  return split;
}

DifferenceSplit split_by_labels(const DifferenceData& data, const DifferenceSettings& settings, std::size_t labels,
                                std::uint64_t seed) {
  const std::uint64_t choice_seed = settings.split_seed + 15485863 * (seed + 1);
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    order.emplace_back(data::group_position(choice_seed, data.rows.group(i)), i);
  }
  std::ranges::sort(order);
  DifferenceSplit split;
  for (const auto& [position, row] : order) {
    if (labels > 0 && split.train.size() >= labels && position > order[labels - 1].first) {
      break;
    }
    split.train.push_back(row);
  }
  std::ranges::sort(split.train);
  split.held_out.resize(data.test.count());
  std::iota(split.held_out.begin(), split.held_out.end(), std::size_t{0});
  return split;
}

}  // namespace epitaxy::transfer
