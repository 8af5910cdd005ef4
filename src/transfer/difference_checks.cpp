#include "transfer/difference_checks.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/statistics.h"
#include "base/text.h"

namespace epitaxy::transfer {

std::vector<std::string> needed_values(const DifferenceSettings& settings) {
  std::vector<std::string> names = settings.cheap;
  names.insert(names.end(), settings.given.begin(), settings.given.end());
  return names;
}

std::string told_values(const DifferenceSettings& settings) {
  const auto names = needed_values(settings);
  return names.empty() ? settings.measured : fmt::format("{} and {}", settings.measured, text::join(names, ", "));
}

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

namespace {

void check_column(const std::string& name, const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax_element(values);
  if (*low == *high) {
    fail_input("{} is {} in every one of {} rows: there is nothing to learn", name, *low, values.size());
  }
}

}  // namespace

void check_values(DifferenceData& data) {
  check_column(data.measured, data.rows.measured);
  const auto rows = all_positions(data.rows);
  for (std::size_t c = 0; c < data.inputs.size(); ++c) {
    const auto column = input_values(data, c, rows);
    if (data.inputs[c].is_cheap) {
      check_column(data.inputs[c].name, column);
    } else {
      check_given(data.inputs[c], column);
    }
  }
  if (data.cheap.empty()) {
    return;
  }
  const auto first = input_values(data, 0, rows);
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

namespace {

std::size_t count_groups(const SplitUnits& units) {
  return std::set<std::string_view>(units.groups.begin(), units.groups.end()).size();
}

}  // namespace

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

}  // namespace epitaxy::transfer
