#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "chem/elements.h"
#include "chem/formula.h"

namespace epitaxy::chem {

namespace {

constexpr double kWhole = 1e-6;
constexpr int kDigits = 7;  ///< Of counts as written, behind the point.
constexpr long long kLargestExactSum = 100000;
constexpr long long kLargestNearSum = 100;
constexpr int kDecimals = 6;  ///< Of fractions.
/// Rounded fractions: the largest sum of the whole numbers that they may stand for, and how far they may be off.
constexpr long long kLargestSum = 12;
constexpr double kLargestRounding = 0.002;

using Counts = std::vector<long long>;

long long sum_of(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), 0LL); }

/// The smallest whole numbers in the same ratio; counts are decimals as written. Nothing when these have too many
/// digits.
std::optional<Counts> exact_counts(const std::vector<double>& counts) {
  double factor = 1;
  for (int digits = 0; digits <= kDigits; ++digits, factor *= 10) {
    Counts whole;
    for (const double count : counts) {
      if (std::abs(count * factor - std::round(count * factor)) > kWhole || std::round(count * factor) < 1) {
        break;
      }
      whole.push_back(std::llround(count * factor));
    }
    if (whole.size() == counts.size()) {
      const long long divisor = std::accumulate(whole.begin(), whole.end(), 0LL, std::gcd<long long, long long>);
      std::ranges::for_each(whole, [divisor](long long& count) { count /= divisor; });
      return sum_of(whole) <= kLargestExactSum ? std::optional(whole) : std::nullopt;
    }
  }
  return std::nullopt;
}

/// Small whole numbers from which the fractions of all atoms differ by at most kWhole.
std::optional<Counts> near_counts(const std::vector<double>& fractions) {
  for (long long sum = 1; sum <= kLargestNearSum; ++sum) {
    Counts whole;
    for (const double x : fractions) {
      whole.push_back(std::llround(x * static_cast<double>(sum)));
      if (whole.back() < 1 || std::abs(static_cast<double>(whole.back()) / static_cast<double>(sum) - x) > kWhole) {
        whole.clear();
        break;
      }
    }
    if (whole.size() == fractions.size() && sum_of(whole) == sum) {
      return whole;
    }
  }
  return std::nullopt;
}

/// A composition up to a factor: elements in order of symbol, with whole numbers if there are any, else fractions.
struct Ratio {
  std::vector<std::string_view> symbols;
  std::optional<Counts> whole;
  std::vector<double> fractions;  ///< Of all atoms, rounded; without whole numbers.
};

Ratio ratio_of(const Composition& composition) {
  auto sorted = composition.atoms;
  std::ranges::sort(sorted, {}, [](const auto& atom) { return symbol(atom.first); });
  Ratio ratio;
  std::vector<double> counts;
  for (const auto& [number, count] : sorted) {
    ratio.symbols.push_back(symbol(number));
    counts.push_back(count);
  }
  ratio.whole = exact_counts(counts);
  if (!ratio.whole) {
    const double total = composition.total();
    std::ranges::for_each(counts, [total](double& count) { count /= total; });
    ratio.whole = near_counts(counts);
    const double unit = std::pow(10, -kDecimals);
    std::ranges::for_each(counts, [unit](double& x) { x = std::max(unit, std::round(x / unit) * unit); });
    if (!ratio.whole) {
      ratio.whole = exact_counts(counts);  // as the rounded fractions have when they are what was written
    }
    ratio.fractions = std::move(counts);
  }
  return ratio;
}

std::string fraction_text(double fraction) {
  std::string text = fmt::format("{:.{}f}", fraction, kDecimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') {
    text.pop_back();
  }
  return text;
}

std::string text_of(const Ratio& ratio, const std::optional<Counts>& whole) {
  std::string text;
  for (std::size_t i = 0; i < ratio.symbols.size(); ++i) {
    text += ratio.symbols[i];
    if (!whole) {
      text += fraction_text(ratio.fractions[i]);
    } else if ((*whole)[i] != 1) {
      text += std::to_string((*whole)[i]);
    }
  }
  return text;
}

/// Half a unit of the last decimal in which the numbers can be written, nothing when they take more than kDecimals.
std::optional<double> rounding_of(const std::vector<double>& numbers) {
  double unit = 1;
  for (int decimals = 0; decimals <= kDecimals; ++decimals, unit /= 10) {
    if (std::ranges::all_of(numbers, [unit](double x) { return std::abs(x / unit - std::round(x / unit)) < kWhole; })) {
      return std::min(unit / 2, kLargestRounding);
    }
  }
  return std::nullopt;
}

/// Whole numbers of the smallest sum that, divided by one of them or by their sum, are the numbers within their
/// rounding. `one`: the index of the number that is 1; when there is none, they add up to 1.
std::optional<Counts> rounded_counts(const std::vector<double>& numbers, std::optional<std::size_t> one) {
  const auto rounding = rounding_of(numbers);
  for (long long divisor = 1; rounding && divisor <= kLargestSum; ++divisor) {
    Counts whole;
    for (const double x : numbers) {
      whole.push_back(std::llround(x * static_cast<double>(divisor)));
      const double rounded = static_cast<double>(whole.back()) / static_cast<double>(divisor);
      if (whole.back() < 1 || std::abs(rounded - x) > *rounding * (1 + kWhole)) {
        whole.clear();
        break;
      }
    }
    if (!whole.empty() && sum_of(whole) <= kLargestSum && (one || sum_of(whole) == divisor)) {
      return whole;
    }
  }
  return std::nullopt;
}

/// Fractions are written of all atoms (`Li0.3333Fe0.6667`) or of the atoms of one element (`K0.333O`).
std::optional<Counts> small_whole_counts(const Ratio& ratio) {
  std::vector<double> fractions = ratio.fractions;
  if (ratio.whole) {
    fractions.assign(ratio.whole->begin(), ratio.whole->end());
    const auto sum = static_cast<double>(sum_of(*ratio.whole));
    std::ranges::for_each(fractions, [sum](double& count) { count /= sum; });
  }
  auto best = rounded_counts(fractions, std::nullopt);
  for (std::size_t one = 0; one < fractions.size(); ++one) {
    std::vector<double> numbers = fractions;
    std::ranges::for_each(numbers, [divisor = fractions[one]](double& x) { x /= divisor; });
    const auto counts = rounded_counts(numbers, one);
    if (counts && (!best || sum_of(*counts) < sum_of(*best))) {
      best = counts;
    }
  }
  return best ? best : ratio.whole;
}

}  // namespace

double Composition::total() const {
  return std::accumulate(atoms.begin(), atoms.end(), 0.0,
                         [](double sum, const auto& atom) { return sum + atom.second; });
}

CompositionKeys Composition::keys() const {
  const Ratio ratio = ratio_of(*this);
  CompositionKeys keys{text_of(ratio, ratio.whole), {}};
  const bool small = ratio.whole && sum_of(*ratio.whole) <= kLargestSum;
  keys.group = small ? keys.identity : text_of(ratio, small_whole_counts(ratio));
  return keys;
}

}  // namespace epitaxy::chem
