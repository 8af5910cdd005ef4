#include "transfer/ensemble_intervals.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::transfer {

namespace {

constexpr const char* kGroup = "/intervals";
constexpr std::int64_t kVersion = 1;

std::string in_group(const char* name) { return fmt::format("{}/{}", kGroup, name); }

std::vector<std::int64_t> widened(const std::vector<int>& folds) { return {folds.begin(), folds.end()}; }

std::vector<int> read_folds(const data::Hdf5File& file, const char* name) {
  const auto folds = file.read<std::int64_t>(in_group(name));
  return {folds.begin(), folds.end()};
}

/// What is predicted from it is meaningless otherwise.
bool fits(const EnsembleIntervals& intervals, std::size_t members) {
  const auto is_finite = [](double number) { return std::isfinite(number); };
  const auto has_member = [&](int fold) { return std::ranges::count(intervals.member_fold, fold) > 0; };
  const auto in_range = [&](int fold) { return fold >= 0 && static_cast<std::size_t>(fold) < members; };
  return intervals.member_fold.size() == members && std::ranges::all_of(intervals.member_fold, in_range) &&
         intervals.errors.size() == intervals.folds.size() && intervals.spreads.size() == intervals.folds.size() &&
         std::ranges::all_of(intervals.folds, has_member) && std::ranges::all_of(intervals.errors, is_finite) &&
         std::ranges::all_of(intervals.spreads, is_finite);
}

}  // namespace

statistics::Interval EnsembleIntervals::of(std::span<const double> predicted) const {
  check(predicted.size() == member_fold.size(), "a prediction of each member");
  std::vector<std::vector<double>> by_fold(static_cast<std::size_t>(*std::ranges::max_element(member_fold)) + 1);
  for (std::size_t m = 0; m < predicted.size(); ++m) {
    by_fold[static_cast<std::size_t>(member_fold[m])].push_back(predicted[m]);
  }
  std::vector<double> values;
  std::vector<double> scales;
  for (const std::vector<double>& fold : by_fold) {
    const statistics::Spread spread = statistics::spread(fold);
    values.push_back(spread.mean);
    scales.push_back(scale ? scale->at(fold.size() > 1 ? spread.deviation : 0) : 1);
  }
  std::vector<double> residuals;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const double own = scale ? scale->at(spreads[i]) : 1;
    residuals.push_back(std::abs(errors[i]) * scales[static_cast<std::size_t>(folds[i])] / own);
  }
  return statistics::cv_plus_interval(residuals, folds, values, coverage);
}

void EnsembleIntervals::write(data::Hdf5File& file, const std::string& of_head) const {
  file.write(in_group("member_fold"), widened(member_fold));
  file.write(in_group("errors"), errors);
  file.write(in_group("spreads"), spreads);
  file.write(in_group("folds"), widened(folds));
  file.write_attribute(kGroup, "version", kVersion);
  file.write_attribute(kGroup, "head", of_head);
  file.write_attribute(kGroup, "coverage", coverage);
  if (scale) {
    file.write_attribute(kGroup, "scale_offset", scale->offset);
    file.write_attribute(kGroup, "scale_slope", scale->slope);
    file.write_attribute(kGroup, "scale_least", scale->least);
  }
}

std::optional<EnsembleIntervals> read_intervals(const std::filesystem::path& path, std::size_t members) {
  const data::Hdf5File file(path, data::Hdf5File::Mode::read);
  if (!file.exists(kGroup)) {
    return std::nullopt;
  }
  if (const auto version = file.integer_attribute(kGroup, "version"); version > kVersion) {
    fail_input("{}: its intervals are of version {}, this program reads up to {}: use a later epitaxy", path.string(),
               version, kVersion);
  }
  EnsembleIntervals intervals{file.number_attribute(kGroup, "coverage"), read_folds(file, "member_fold"),
                              file.read<double>(in_group("errors")), file.read<double>(in_group("spreads")),
                              read_folds(file, "folds")};
  intervals.head = file.text_attribute(kGroup, "head");
  if (file.has_attribute(kGroup, "scale_offset")) {
    intervals.scale = {file.number_attribute(kGroup, "scale_offset"), file.number_attribute(kGroup, "scale_slope"),
                       file.number_attribute(kGroup, "scale_least")};
  }
  if (!fits(intervals, members)) {
    throw data::DamagedFileError(
        fmt::format("{} is damaged: its intervals are not those of its {} members", path.string(), members));
  }
  return intervals;
}

}  // namespace epitaxy::transfer
