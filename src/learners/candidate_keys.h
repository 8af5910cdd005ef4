#pragma once
/// \file
/// Keys that may hold a list of values: every combination of them is a candidate.
///
///     std::vector<RidgeSettings> read_settings(config::Keys& k) const override {
///       CandidateKeys<RidgeSettings> keys(k);
///       keys.number(&RidgeSettings::penalty, {"penalty", "on large coefficients"}, {1e-10, 1e6});
///       return keys.candidates();
///     }
#include <utility>
#include <vector>

#include "config/keys.h"

namespace epitaxy::learners {

/// Candidates that differ in members of the settings S. What stands in `S{}` is the default.
template <typename S>
class CandidateKeys {
 public:
  explicit CandidateKeys(config::Keys& k) : k_(k) {}

  void number(double S::*member, const config::Key& key, config::Range range) {
    std::vector<double> values{S{}.*member};
    k_.numbers(values, key, range);
    multiply(values, member);
  }
  void integer(int S::*member, const config::Key& key, config::Range range) {
    std::vector<int> values{S{}.*member};
    k_.integers(values, key, range);
    multiply(values, member);
  }

  /// At least one; the values of the key that was visited last change fastest.
  const std::vector<S>& candidates() const { return candidates_; }

 private:
  template <typename T>
  void multiply(const std::vector<T>& values, T S::*member) {
    if (values.empty()) {
      return;
    }
    std::vector<S> result;
    for (const S& candidate : candidates_) {
      for (const T value : values) {
        result.push_back(candidate);
        result.back().*member = value;
      }
    }
    candidates_ = std::move(result);
  }

  config::Keys& k_;
  std::vector<S> candidates_{S{}};
};

}  // namespace epitaxy::learners
