#include "transfer/budget.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"

namespace epitaxy::transfer {

namespace {

/// The same learner with its members' places among those kept; nothing when one is missing.
std::optional<LearnerChoice> placed(LearnerChoice learner, const std::vector<std::optional<std::size_t>>& places) {
  for (std::size_t& member : learner.members) {
    if (!places[member]) {
      return std::nullopt;
    }
    member = *places[member];
  }
  return learner;
}

}  // namespace

std::vector<std::string> keep_within_budget(DifferenceSettings& settings, double budget, const UnitsOf& units_of) {
  if (budget == 0) {
    return {};
  }
  const std::vector<LearnerChoice> all = settings.learners;
  std::vector<std::optional<std::size_t>> places(all.size());
  settings.learners.clear();
  double least = std::numeric_limits<double>::infinity();
  for (const bool averages : {false, true}) {  // which may be named before their members
    for (std::size_t l = 0; l < all.size(); ++l) {
      const auto learner = placed(all[l], places);
      if (all[l].members.empty() == averages || !learner) {
        continue;
      }
      settings.learners.push_back(*learner);
      const double units = units_of(settings);
      least = std::min(least, units);
      if (units <= budget) {
        places[l] = settings.learners.size() - 1;
      } else {
        settings.learners.pop_back();
      }
    }
  }
  if (settings.learners.empty()) {
    fail_input(
        "a budget of {:.6g} units is too small: the least learner takes {:.1f} (see plan.json of a run without one). "
        "Raise 'budget' (--budget), or lower 'folds', 'inner_folds' or the number of candidates",
        budget, least);
  }
  std::vector<std::string> left;
  for (std::size_t l = 0; l < all.size(); ++l) {
    if (!places[l]) {
      left.push_back(all[l].name);
    }
  }
  return left;
}

}  // namespace epitaxy::transfer
