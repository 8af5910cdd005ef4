#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "learners/average.h"
#include "learners/learners.h"
#include "transfer/difference.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace {

using config::Key;
using config::Keys;
using learners::Learner;

/// The names of an average's members become indices once all learners are known.
using Members = std::map<std::string, std::vector<std::string>>;

void learner_keys(Keys& k, const std::string& name, LearnerChoice& s, Members& members) {
  std::vector<std::string> kinds = learners::learner_names();
  kinds.emplace_back(learners::kAverage);
  const bool is_kind = std::ranges::find(kinds, name) != kinds.end();
  const Key key("kind", "of the learner; needed where its name is none of them");
  std::string kind = is_kind ? name : "";
  k.choice(kind, k.reading() && !is_kind ? key.required() : key, kinds);
  const Learner* chosen = k.reading() ? learners::find_learner(kind) : nullptr;
  s.name = name;
  for (const Learner* learner : learners::learners()) {
    k.when(learner == chosen, fmt::format("kind: {}", learner->name()), [&](Keys& own) {
      auto candidates = learner->candidates(own);
      if (learner == chosen) {
        s.candidates = std::move(candidates);
      }
    });
  }
  const bool is_average = kind == learners::kAverage;
  std::vector<std::string> of;
  k.when(is_average, "kind: average", [&](Keys& average) {
    average.texts(of, Key("of", "names of the learners whose predictions are averaged").output().required());
  });
  if (is_average) {
    members[name] = of;
  } else {
    s.settings = k.signature();
  }
}

void refuse_members(Keys& k, const std::string& average, const std::string& message) {
  k.section({"learners", ""}, [&](Keys& learners) {
    learners.section({average.c_str(), ""}, [&](Keys& learner) { learner.problem("of", message); });
  });
}

void find_members(Keys& k, const Members& members, std::vector<LearnerChoice>& choices) {
  for (const auto& [name, names] : members) {
    LearnerChoice& average = *std::ranges::find(choices, name, &LearnerChoice::name);
    for (const auto& member : names) {
      const auto found = std::ranges::find(choices, member, &LearnerChoice::name);
      if (found == choices.end() || members.contains(member)) {
        refuse_members(k, name, fmt::format("names '{}', which is no other learner", member));
      } else {
        average.members.push_back(static_cast<std::size_t>(found - choices.begin()));
      }
    }
    if (names.size() < 2) {
      refuse_members(k, name, "must name at least two learners");
    }
  }
}

void all_learner_keys(Keys& k, std::vector<LearnerChoice>& learners) {
  Members members;
  k.named(
      learners, Key("learners", "what learns; a list of values multiplies its candidates").output(), "NAME",
      [&](Keys& learner, const std::string& name, LearnerChoice& item) { learner_keys(learner, name, item, members); });
  find_members(k, members, learners);
  if (learners.empty()) {
    k.problem("learners",
              fmt::format("must name at least one learner: {}", text::join(learners::learner_names(), ", ")));
  }
}

void way_keys(Keys& k, std::vector<Way>& ways) {
  std::vector<std::string> known;
  for (const Way& way : all_ways()) {
    known.push_back(way.name);
  }
  std::vector<std::string> chosen = known;
  k.texts(chosen, Key("ways", "from the cheap value to the measured one, side by side").output());
  if (!k.reading()) {
    return;
  }
  ways.clear();
  for (const auto& name : chosen) {
    const auto found = std::ranges::find(all_ways(), name, &Way::name);
    if (found == all_ways().end()) {
      k.problem("ways", fmt::format("has no '{}'; there are {}", name, text::join(known, ", ")));
    } else if (std::ranges::find(ways, name, &Way::name) != ways.end()) {
      k.problem("ways", fmt::format("lists '{}' twice", name));
    } else {
      ways.push_back(*found);
    }
  }
  if (ways.empty()) {
    k.problem("ways", "must list at least one way");
  }
}

void data_keys(Keys& k, DifferenceSettings& s) {
  k.file(s.file, Key("file", "a data set that import wrote").required());
  k.text(s.measured, Key("measured", "its target to predict").content().required());
  k.texts(
      s.cheap,
      Key("cheap", "its targets that a cheap model computed; the first is what is subtracted").content().required());
  if (s.cheap.empty()) {
    k.problem("cheap", "must name the target that a cheap model computed");
  }
}

/// Folds, or test rows of their own with some or all of the labels.
void part_keys(Keys& k, DifferenceSettings& s) {
  k.section({"test", "rows that report, in place of folds"}, [&](Keys& test) {
    test.file(s.test_file, {"file", "a data set of test rows, with the same targets"});
  });
  k.when(!s.has_test(), "no test.file", [&](Keys& validation) {
    validation.integer(s.folds, {"folds", "parts of the cross-validation, by substance"}, {2, 1e5});
  });
  k.when(s.has_test(), "test.file: FILE", [&](Keys& test) {
    test.integers(s.labels, Key("label_counts", "numbers of labels to train on, such as [100, 1000]; []: all").output(),
                  {10, 1e9});
  });
  k.renamed("labels", "label_counts");
  std::ranges::sort(s.labels);
  if (s.has_test() && k.given("folds")) {
    k.problem("folds", "and 'test.file' exclude each other");
  }
  if (!s.has_test() && k.given("label_counts")) {
    k.problem("label_counts", "needs 'test.file': fewer labels are measured on rows of their own");
  }
}

}  // namespace

void keys(Keys& k, DifferenceSettings& s) {
  k.section({"data", "the data"}, [&](Keys& data) { data_keys(data, s); });
  feature_keys(k, s.features);
  all_learner_keys(k, s.learners);
  way_keys(k, s.ways);
  part_keys(k, s);
  seed_keys(k, s.seeds);
  k.integer(s.split_seed, {"split_seed", "of the folds and of the labels that are taken"}, {0, 1e9});
  k.integer(s.inner_folds, {"inner_folds", "parts of the cross-validation in each training part"}, {2, 1e4});
  k.number(s.coverage, {"coverage", "share of the measured values that lie in their intervals"}, {0.01, 0.999});
  s.signature = k.signature();
}

}  // namespace epitaxy::transfer
