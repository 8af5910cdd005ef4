#pragma once
/// \file
/// Keys that may hold a list of values: every combination of them is a candidate.
///
///     std::vector<RidgeSettings> read_settings(config::Keys& k) const override {
///       CandidateKeys<RidgeSettings> keys(k);
///       keys.number(&RidgeSettings::penalty, {"penalty", "on large coefficients"}, {1e-10, 1e6});
///       return keys.candidates();
///     }
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "base/text.h"
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

  /// Names of an enumeration (base/names.h); the member is one of S or of a base of it.
  template <typename E, typename Base>
  void choice(E Base::*of_base, const config::Key& key) {
    E S::*const member = of_base;
    std::vector<E> values;
    for (const std::string& name : names(name_of(S{}.*member), key, all_names<E>())) {
      values.push_back(value_of<E>(name));
    }
    multiply(values, member);
  }
  void flag(bool S::*member, const config::Key& key) {
    std::vector<bool> values;
    for (const std::string& name : names(S{}.*member ? "true" : "false", key, {"false", "true"})) {
      values.push_back(name == "true");
    }
    multiply(values, member);
  }

  /// At least one; the values of the key that was visited last change fastest.
  const std::vector<S>& candidates() const { return candidates_; }

 private:
  /// Those given that are known; others are problems.
  std::vector<std::string> names(const std::string& fallback, const config::Key& key,
                                 const std::vector<std::string>& known) {
    std::vector<std::string> values{fallback};
    k_.texts(values, key);
    std::erase_if(values, [&](const std::string& value) {
      const bool is_known = std::ranges::find(known, value) != known.end();
      if (!is_known) {
        k_.problem(key.name, fmt::format("must be one of {}, not '{}'", text::join(known, ", "), value));
      }
      return !is_known;
    });
    return values;
  }

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
