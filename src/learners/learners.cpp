#include "learners/learners.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "learners/average.h"
#include "learners/standard_regressor.h"
#include "learners/two_part.h"

namespace epitaxy::learners {

std::span<const Learner* const> learners() {
  static const Learner* const all[] = {&random_forest(), &gradient_boosting(), &kernel_ridge(),
                                       &ridge(),         &network(),           &fine_tune()};
  return all;
}

std::vector<std::vector<std::size_t>> common_works(std::span<const Candidate> candidates) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const auto group = std::ranges::find_if(
        groups, [&](const auto& g) { return candidates[g.front()].has_common_work(candidates[c]); });
    if (group == groups.end()) {
      groups.push_back({c});
    } else {
      group->push_back(c);
    }
  }
  return groups;
}

std::vector<std::string> learner_names() {
  std::vector<std::string> names;
  for (const Learner* learner : learners()) {
    names.emplace_back(learner->name());
  }
  return names;
}

const Learner* find_learner(const std::string& name) {
  const auto found = std::ranges::find_if(learners(), [&](const Learner* learner) { return learner->name() == name; });
  return found != learners().end() ? *found : nullptr;
}

const Learner& learner(const std::string& name) {
  if (const Learner* found = find_learner(name)) {
    return *found;
  }
  const auto nearest = text::nearest(name, learner_names());
  fail_input("there is no learner '{}'{}", name,
             nearest ? fmt::format("; did you mean '{}'?", *nearest)
                     : fmt::format("; there are {}", text::join(learner_names(), ", ")));
}

std::unique_ptr<Regressor> read_regressor(const data::Hdf5File& file, const std::string& group) {
  if (!file.exists(group) || !file.has_attribute(group, "kind")) {
    return std::make_unique<ZeroRegressor>();
  }
  const std::string kind = file.text_attribute(group, "kind");
  return kind == kAverage   ? read_average(file, group)
         : kind == kTwoPart ? read_two_parts(file, group)
                            : read_standard(file, group);
}

}  // namespace epitaxy::learners
