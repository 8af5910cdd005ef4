#include "data/quality_report.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/statistics.h"
#include "chem/elements.h"
#include "chem/uncharged.h"
#include "data/formula_unit.h"
#include "data/units.h"

namespace epitaxy::data {

namespace {

constexpr std::size_t kListed = 10;
constexpr double kFar = 20;
constexpr double kContradictory = 0.5;     ///< Of the middle half's width.
constexpr double kContradictoryFew = 0.1;  ///< Of the larger value, where there are few.
constexpr std::size_t kFew = 8;
constexpr std::size_t kNearlyEmpty = 100;

/// Puts the values of these places (ascending, in the whole) where sorting would; `first` is the place of values[0].
void select(std::span<double> values, std::size_t first, std::span<const std::size_t> places) {
  if (places.empty()) {
    return;
  }
  const std::size_t middle = places.size() / 2;
  const std::size_t at = places[middle] - first;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  select(values.first(at), first, places.first(middle));
  select(values.subspan(at + 1), first + at + 1, places.subspan(middle + 1));
}

/// Below each lie so many percent; between two values that in proportion.
std::array<double, kQualityPercents.size()> quantiles_of(std::vector<double> values) {
  const auto place = [&](int percent) { return static_cast<double>(values.size() - 1) * percent / 100; };
  std::vector<std::size_t> places;
  for (const int percent : kQualityPercents) {
    const auto lower = static_cast<std::size_t>(place(percent));
    places.push_back(lower);
    places.push_back(std::min(lower + 1, values.size() - 1));
  }
  std::ranges::sort(places);
  places.erase(std::ranges::unique(places).begin(), places.end());
  select(values, 0, places);
  std::array<double, kQualityPercents.size()> quantiles{};
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const auto lower = static_cast<std::size_t>(place(kQualityPercents[i]));
    const double share = place(kQualityPercents[i]) - static_cast<double>(lower);
    quantiles[i] = share > 0 ? std::lerp(values[lower], values[lower + 1], share) : values[lower];
  }
  return quantiles;
}

/// Of the middle half; where half of all values are the same, of the 90 % around it. 0: nearly all are the same.
double width_of(const TargetQuality& q) {
  const double middle_half = q.quantiles[4] - q.quantiles[2];
  return middle_half > 0 ? middle_half : q.quantiles[5] - q.quantiles[1];
}

void find_outliers(TargetQuality& q, const std::vector<double>& values) {
  const double median = q.quantiles[3];
  std::vector<Outlier> found;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (std::abs(values[row] - median) > kFar * q.width) {  // not of NaN
      found.push_back({row, values[row]});
    }
  }
  q.outlier_count = found.size();
  std::ranges::stable_sort(found, std::ranges::greater{},
                           [&](const Outlier& outlier) { return std::abs(outlier.value - median); });
  found.resize(std::min(found.size(), kListed));
  q.outliers = std::move(found);
}

void find_contradictions(TargetQuality& q, std::size_t target, const std::vector<DuplicateSpread>& spreads) {
  const double middle_half = q.quantiles[4] - q.quantiles[2];
  q.largest_spread = q.count >= kFew ? kContradictory * middle_half : 0;
  for (const DuplicateSpread& spread : spreads) {
    const double limit = q.largest_spread > 0
                             ? q.largest_spread
                             : kContradictoryFew * std::max(std::abs(spread.low), std::abs(spread.high));
    if (spread.target == target && spread.count > 1 && spread.high - spread.low > limit) {
      q.contradictory.push_back(spread);
    }
  }
  q.contradictory_count = q.contradictory.size();
  std::ranges::stable_sort(q.contradictory, std::ranges::greater{},
                           [](const DuplicateSpread& spread) { return spread.high - spread.low; });
  q.contradictory.resize(std::min(q.contradictory.size(), kListed));
}

/// Energies that are wider spread than such quantities are, as kJ/mol or kcal/mol would be.
std::string unit_hint(const TargetQuality& q, const std::string& unit) {
  struct Usual {
    std::string_view unit;
    double width;   ///< Of the middle half, at most.
    double median;  ///< Total energies lie beyond.
  };
  constexpr Usual kUsual[] = {{"eV/atom", 5, 2000}, {"eV", 20, 1000}, {"eV/formula", 60, 1000}};
  const auto found = std::ranges::find(kUsual, unit, &Usual::unit);
  const double width = q.quantiles[4] - q.quantiles[2];
  if (found == std::end(kUsual) || width <= found->width || std::abs(q.quantiles[3]) > found->median) {
    return "";
  }
  return fmt::format(
      "the middle half of the values is {:.3g} {} wide, more than {:g}: are they in kJ/mol, kcal/mol or meV?", width,
      unit, found->width);
}

TargetQuality assess(const Target& target, std::size_t number, const std::vector<DuplicateSpread>& spreads) {
  TargetQuality q;
  const statistics::Range range = statistics::range(target.values);
  q.count = range.count;
  q.missing = target.values.size() - range.count;
  q.constant = range.count > 1 && range.low == range.high;
  q.nearly_empty = nearly_empty(range.count, target.values.size());
  if (!target.classes.empty() || range.count == 0) {
    return q;
  }
  q.low = range.low;
  q.mean = range.mean;
  q.high = range.high;
  std::vector<double> values;
  values.reserve(range.count);
  std::ranges::copy_if(target.values, std::back_inserter(values), [](double value) { return !std::isnan(value); });
  q.quantiles = quantiles_of(std::move(values));
  q.width = width_of(q);
  find_outliers(q, target.values);
  find_contradictions(q, number, spreads);
  q.unit_hint = unit_hint(q, target.unit);
  q.zeros_and_ones = q.low == 0 && q.high == 1 &&
                     std::ranges::none_of(target.values, [](double value) { return value > 0 && value < 1; });
  return q;
}

std::vector<std::pair<std::string, int>> rare_elements(const ImportResult& result) {
  std::vector<std::pair<std::string, int>> rare;
  for (const std::string& symbol : chem::symbols_of(result.elements & ~result.repeated.back())) {
    const auto number = static_cast<std::size_t>(*chem::atomic_number(symbol));
    const auto holds = [&](const chem::Elements& elements) { return elements.test(number); };
    rare.emplace_back(symbol, 1 + static_cast<int>(std::ranges::count_if(result.repeated, holds)));
  }
  return rare;
}

/// Rows of one identity that were all kept.
class KeptDuplicates {
 public:
  KeptDuplicates(const ImportSettings& settings, const ImportResult& result)
      : index_(result.dataset.index),
        identities_(result.identities),
        preparer_(settings.substance->preparer(settings.rules)) {}

  void note(std::size_t first, std::size_t row) {
    for (std::size_t i = 0; i < index_.targets.size(); ++i) {
      if (!index_.targets[i].classes.empty()) {
        continue;
      }
      const auto [found, is_new] = places_.try_emplace(first * index_.targets.size() + i, spreads_.size());
      if (is_new) {
        spreads_.push_back({first, i});
        note(spreads_.back(), first);
      }
      note(spreads_[found->second], row);
    }
  }

  std::vector<DuplicateSpread> take() { return std::move(spreads_); }

 private:
  void note(DuplicateSpread& spread, std::size_t row) const {
    const Target& target = index_.targets[spread.target];
    double value = target.values[row];
    if (is_per_formula(target.unit)) {
      value = scaled_amount(target.unit, value, formula_reduction(*preparer_, index_.texts[row], identities_[row]));
    }
    spread.note(value, static_cast<std::size_t>(index_.lines[row]));
  }

  const DatasetIndex& index_;
  const std::vector<std::string>& identities_;
  std::unique_ptr<chem::Preparer> preparer_;
  std::unordered_map<std::size_t, std::size_t> places_;  ///< Of a row and a target, in `spreads_`.
  std::vector<DuplicateSpread> spreads_;
};

/// Counts groups and those of several identities, and finds rows of one identity that were kept.
std::vector<DuplicateSpread> look_at_groups(Quality& quality, const ImportSettings& settings,
                                            const ImportResult& result) {
  const std::vector<std::string>& groups = result.dataset.index.groups;
  const std::vector<std::string>& identities = result.identities;
  std::unordered_map<std::string_view, std::size_t> first_rows;  // of a group
  std::unordered_map<std::string_view, std::size_t> others;      // first rows of further identities of a group
  std::unordered_set<std::size_t> several;                       // by the first row
  KeptDuplicates duplicates(settings, result);
  first_rows.reserve(groups.size());
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::size_t first = first_rows.try_emplace(groups[row], row).first->second;
    if (first != row && identities[first] != identities[row]) {
      several.insert(first);
      first = others.try_emplace(identities[row], row).first->second;
    }
    if (first != row) {
      duplicates.note(first, row);
    }
  }
  quality.groups = first_rows.size();
  quality.several_identities = several.size();
  return duplicates.take();
}

/// Charged rows whose uncharged molecule is another row's, or that of another charged row.
std::size_t count_charge_pairs(const ImportSettings& settings, const ImportResult& result) {
  const auto preparer = settings.substance->preparer(settings.rules);
  std::unordered_map<std::string, std::string_view> charged;   // one of them by the identity without charge
  std::vector<std::pair<std::string_view, std::string>> rows;  // identity, and that without charge
  for (const std::string& identity : result.identities) {
    if (const std::string text = chem::uncharged_smiles(identity); !text.empty()) {
      try {
        rows.emplace_back(identity, preparer->prepare(text).identity);
      } catch (const chem::TextError&) {
        continue;  // no molecule without its charge
      }
    }
  }
  if (rows.empty()) {
    return 0;
  }
  const std::unordered_set<std::string_view> identities(result.identities.begin(), result.identities.end());
  std::size_t pairs = 0;
  for (const auto& [identity, uncharged] : rows) {
    const auto& first = charged.try_emplace(uncharged, identity).first->second;
    pairs += identities.contains(uncharged) || first != identity ? 1 : 0;
  }
  return pairs;
}

}  // namespace

bool nearly_empty(std::size_t values, std::size_t rows) { return values * kNearlyEmpty < rows; }

Quality assess(const ImportSettings& settings, const ImportResult& result) {
  Quality quality;
  const std::vector<DuplicateSpread> kept = look_at_groups(quality, settings, result);
  const std::vector<Target>& targets = result.dataset.index.targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    quality.targets.push_back(assess(targets[i], i, settings.duplicates == Duplicates::keep ? kept : result.spreads));
  }
  quality.rare_elements = rare_elements(result);
  quality.charge_pairs = count_charge_pairs(settings, result);
  return quality;
}

}  // namespace epitaxy::data
