#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "transfer/difference.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace {

using config::Key;
using config::Keys;
using learners::LearnerKind;
using learners::LearnerSettings;
using Candidates = std::vector<LearnerSettings>;

/// A list in the input multiplies the candidates.
class CandidateKeys {
 public:
  CandidateKeys(Keys& k, Candidates& candidates) : k_(k), candidates_(candidates) {}

  void number(const Key& key, double fallback, config::Range range, double LearnerSettings::*member) {
    std::vector<double> values{fallback};
    k_.numbers(values, key, range);
    multiply(values, member);
  }
  void integer(const Key& key, int fallback, config::Range range, int LearnerSettings::*member) {
    std::vector<int> values{fallback};
    k_.integers(values, key, range);
    multiply(values, member);
  }

 private:
  template <typename T>
  void multiply(const std::vector<T>& values, T LearnerSettings::*member) {
    Candidates result;
    for (const LearnerSettings& candidate : candidates_) {
      for (const T value : values) {
        result.push_back(candidate);
        result.back().*member = value;
      }
    }
    if (k_.reading() && !result.empty()) {
      candidates_ = std::move(result);
    }
  }

  Keys& k_;
  Candidates& candidates_;
};

void tree_keys(Keys& k, bool is_forest, Candidates& candidates) {
  using S = LearnerSettings;
  CandidateKeys read(k, candidates);
  read.integer({"trees", "number of trees"}, is_forest ? 100 : 300, {1, 1e5}, &S::trees);
  read.integer({"depth", is_forest ? "most splits between root and leaf; 0: any" : "most splits between root and leaf"},
               is_forest ? 0 : 4, {is_forest ? 0.0 : 1.0, 64}, &S::depth);
  read.number({"rows", "share of the rows that each tree grows from"}, is_forest ? 0.632 : 0.5, {0.01, 1}, &S::rows);
  read.number({"columns", is_forest ? "share of the columns that each node looks at"
                                    : "share of the columns that each tree looks at"},
              is_forest ? 0.2 : 0.3, {1e-4, 1}, &S::columns);
  read.number({"least_rows", "fewest rows in a leaf"}, 2, {1, 1e6}, &S::least_rows);
  if (!is_forest) {
    read.number({"learning_rate", "share of each tree's prediction that is added"}, 0.05, {1e-4, 1}, &S::learning_rate);
    read.number({"leaf_penalty", "on the squares of the leaves' values"}, 1, {0, 1e6}, &S::leaf_penalty);
  }
}

void kernel_ridge_keys(Keys& k, Candidates& candidates) {
  using S = LearnerSettings;
  CandidateKeys read(k, candidates);
  read.number({"penalty", "on large coefficients, in units of the labels' variance"}, 0.03, {1e-10, 1e6}, &S::penalty);
  read.number({"fragments", "weight of the fragments' similarity; the other columns have the rest"}, 0.5, {0, 1},
              &S::fragments);
  read.number({"width", "of the Gaussian of the other columns; 1: they differ by one standard deviation each"}, 1,
              {1e-3, 1e3}, &S::width);
  read.number({"cheap_width", "of the Gaussian of the cheap values"}, 1, {1e-3, 1e3}, &S::cheap_width);
}

void ridge_keys(Keys& k, Candidates& candidates) {
  CandidateKeys(k, candidates)
      .number({"penalty", "on large coefficients, in units of the labels' variance"}, 0.1, {1e-10, 1e6},
              &LearnerSettings::penalty);
}

void network_keys(Keys& k, LearnerSettings& s) {
  std::vector<std::size_t> widths{128, 64};
  train::TrainingSettings training;
  training.epochs = 100;
  training.batch = 32;
  k.integers(widths, {"widths", "of the hidden layers"}, {1, 65536});
  k.section({"training", "the training"}, [&](Keys& section) {
    keys(section, training);
    if (training.shards != 1) {
      section.problem("shards", "must be 1: the jobs of 'difference' run on one rank each");
    }
  });
  if (k.reading()) {
    s.widths = widths;
    s.training = training;
  }
}

constexpr const char* kAverage = "average";

std::vector<std::string> learner_kinds() {
  std::vector<std::string> kinds = all_names<LearnerKind>();
  std::erase(kinds, name_of(LearnerKind::none));
  kinds.emplace_back(kAverage);
  return kinds;
}

/// The names of an average's members become indices once all learners are known.
using Members = std::map<std::string, std::vector<std::string>>;

void learner_keys(Keys& k, const std::string& name, LearnerChoice& s, Members& members) {
  using enum LearnerKind;
  const std::vector<std::string> kinds = learner_kinds();
  const bool is_kind = std::ranges::find(kinds, name) != kinds.end();
  const Key key("kind", "of the learner; needed where its name is none of them");
  std::string kind_name = is_kind ? name : "";
  k.choice(kind_name, k.reading() && !is_kind ? key.required() : key, kinds);
  const bool is_average = kind_name == kAverage;
  const LearnerKind kind = is_average || !k.reading() ? none : value_of<LearnerKind>(kind_name);
  s.name = name;
  s.candidates = {LearnerSettings{}};
  s.candidates.front().kind = kind;
  k.when(kind == random_forest, "kind: random_forest", [&](Keys& trees) { tree_keys(trees, true, s.candidates); });
  k.when(kind == gradient_boosting, "kind: gradient_boosting",
         [&](Keys& trees) { tree_keys(trees, false, s.candidates); });
  k.when(kind == kernel_ridge, "kind: kernel_ridge", [&](Keys& kernel) { kernel_ridge_keys(kernel, s.candidates); });
  k.when(kind == ridge, "kind: ridge", [&](Keys& linear) { ridge_keys(linear, s.candidates); });
  k.when(kind == network, "kind: network", [&](Keys& net) { network_keys(net, s.candidates.front()); });
  std::vector<std::string> of;
  k.when(is_average, "kind: average", [&](Keys& average) {
    average.texts(of, Key("of", "names of the learners whose predictions are averaged").output().required());
  });
  if (is_average) {
    s.candidates.clear();
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
              "must name at least one learner: random_forest, gradient_boosting, kernel_ridge, ridge, network");
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
