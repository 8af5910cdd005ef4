#include <algorithm>
#include <functional>
#include <map>

#include "base/error.h"
#include "transfer/difference.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace {

using Candidates = std::vector<learners::LearnerSettings>;

const std::map<std::string, learners::LearnerKind> kLearners{
    {"random_forest", learners::LearnerKind::random_forest},
    {"gradient_boosting", learners::LearnerKind::gradient_boosting},
    {"kernel_ridge", learners::LearnerKind::kernel_ridge},
    {"ridge", learners::LearnerKind::ridge},
    {"network", learners::LearnerKind::network}};

/// A list in the input multiplies the candidates.
template <typename T>
void multiply(Candidates& candidates, const std::vector<T>& values,
              const std::function<void(learners::LearnerSettings&, T)>& set) {
  Candidates result;
  for (const learners::LearnerSettings& candidate : candidates) {
    for (const T value : values) {
      result.push_back(candidate);
      set(result.back(), value);
    }
  }
  if (!result.empty()) {
    candidates = std::move(result);
  }
}

class CandidateReader {
 public:
  CandidateReader(config::Section section, Candidates& candidates) : section_(section), candidates_(candidates) {}

  void number(const char* key, double fallback, config::Range range, double learners::LearnerSettings::*member) {
    multiply<double>(candidates_, section_.numbers(key, std::vector<double>{fallback}, range),
                     [member](learners::LearnerSettings& s, double value) { s.*member = value; });
  }
  void integer(const char* key, int fallback, config::Range range, int learners::LearnerSettings::*member) {
    multiply<long long>(
        candidates_, section_.integers(key, std::vector<long long>{fallback}, range),
        [member](learners::LearnerSettings& s, long long value) { s.*member = static_cast<int>(value); });
  }

 private:
  config::Section section_;
  Candidates& candidates_;
};

void read_trees(CandidateReader read, bool is_forest) {
  using S = learners::LearnerSettings;
  read.integer("trees", is_forest ? 100 : 300, {1, 1e5}, &S::trees);
  read.integer("depth", is_forest ? 0 : 4, {is_forest ? 0.0 : 1.0, 64}, &S::depth);
  read.number("rows", is_forest ? 0.632 : 0.5, {0.01, 1}, &S::rows);
  read.number("columns", is_forest ? 0.2 : 0.3, {1e-4, 1}, &S::columns);
  read.number("least_rows", 2, {1, 1e6}, &S::least_rows);
  if (!is_forest) {
    read.number("learning_rate", 0.05, {1e-4, 1}, &S::learning_rate);
    read.number("leaf_penalty", 1, {0, 1e6}, &S::leaf_penalty);
  }
}

void read_network(config::Section section, Candidates& candidates) {
  learners::LearnerSettings settings = candidates.front();
  for (const long long width : section.integers("widths", std::vector<long long>{128, 64}, {1, 65536})) {
    settings.widths.push_back(static_cast<std::size_t>(width));
  }
  config::Section training = section.section("training");
  settings.training = train::read_training(training, {.epochs = 100, .batch = 32, .shards = 1});
  if (settings.training.shards != 1) {
    training.problem("shards", "must be 1: the jobs of 'difference' run on one rank each");
  }
  candidates = {settings};
}

constexpr const char* kAverage = "average";

/// The names of an average's members become indices once all learners are known.
using Members = std::map<std::string, std::vector<std::string>>;

LearnerChoice read_learner(config::Section section, const std::string& name, Members& members) {
  std::vector<std::string> kinds{kAverage};
  for (const auto& [kind, value] : kLearners) {
    kinds.push_back(kind);
  }
  LearnerChoice choice{name, {learners::LearnerSettings{}}};
  const bool is_kind = kLearners.contains(name) || name == kAverage;
  const std::string kind = section.choice("kind", kinds, is_kind ? std::optional<std::string>(name) : std::nullopt);
  if (kind == kAverage) {
    members[name] = section.strings("of");
    return {name, {}};
  }
  const auto found = kLearners.find(kind);
  if (found == kLearners.end()) {
    return choice;  // a problem that is reported at the end
  }
  choice.candidates.front().kind = found->second;
  CandidateReader read(section, choice.candidates);
  using S = learners::LearnerSettings;
  switch (found->second) {
    case learners::LearnerKind::random_forest:
    case learners::LearnerKind::gradient_boosting:
      read_trees(read, found->second == learners::LearnerKind::random_forest);
      break;
    case learners::LearnerKind::kernel_ridge:
      read.number("penalty", 0.03, {1e-10, 1e6}, &S::penalty);
      read.number("fragments", 0.5, {0, 1}, &S::fragments);
      read.number("width", 1, {1e-3, 1e3}, &S::width);
      read.number("cheap_width", 1, {1e-3, 1e3}, &S::cheap_width);
      break;
    case learners::LearnerKind::ridge:
      read.number("penalty", 0.1, {1e-10, 1e6}, &S::penalty);
      break;
    default:
      read_network(section, choice.candidates);
  }
  choice.settings = section.resolved();
  return choice;
}

void find_members(config::Section learners, const Members& members, std::vector<LearnerChoice>& choices) {
  for (const auto& [name, names] : members) {
    LearnerChoice& average = *std::ranges::find(choices, name, &LearnerChoice::name);
    for (const auto& member : names) {
      const auto found = std::ranges::find(choices, member, &LearnerChoice::name);
      if (found == choices.end() || members.contains(member)) {
        learners.section(name).problem("of", fmt::format("names '{}', which is no other learner", member));
      } else {
        average.members.push_back(static_cast<std::size_t>(found - choices.begin()));
      }
    }
    if (names.size() < 2) {
      learners.section(name).problem("of", "must name at least two learners");
    }
  }
}

void read_ways(config::Section root, DifferenceSettings& settings) {
  std::vector<std::string> names;
  for (const Way& way : all_ways()) {
    names.push_back(way.name);
  }
  for (const auto& name : root.strings("ways", names)) {
    const auto found = std::ranges::find(all_ways(), name, &Way::name);
    if (found == all_ways().end()) {
      root.problem("ways", fmt::format("has no '{}'; there are {}", name, fmt::join(names, ", ")));
    } else if (std::ranges::find(settings.ways, name, &Way::name) != settings.ways.end()) {
      root.problem("ways", fmt::format("lists '{}' twice", name));
    } else {
      settings.ways.push_back(*found);
    }
  }
  if (settings.ways.empty()) {
    root.problem("ways", "must list at least one way");
  }
}

void read_labels(config::Section root, DifferenceSettings& settings) {
  for (const long long count : root.integers("labels", std::vector<long long>{}, {10, 1e9})) {
    settings.labels.push_back(static_cast<std::size_t>(count));
  }
  std::ranges::sort(settings.labels);
  if (root.has("folds")) {
    root.problem("folds", "and 'test.file' exclude each other");
  }
}

void read_learners(config::Section learners, DifferenceSettings& settings) {
  Members members;
  for (const auto& name : learners.keys()) {
    settings.learners.push_back(read_learner(learners.section(name), name, members));
  }
  find_members(learners, members, settings.learners);
}

}  // namespace

DifferenceSettings read_difference(config::Section root) {
  DifferenceSettings settings;
  auto test = root.section("test");
  const bool has_test = test.has("file");
  if (!has_test) {
    settings.folds = static_cast<int>(root.integer("folds", 10, {2, 1e5}));
    if (root.has("labels")) {
      root.problem("labels", "needs 'test.file': fewer labels are measured on rows of their own");
    }
  }
  settings.inner_folds = static_cast<int>(root.integer("inner_folds", 5, {2, 1e4}));
  settings.split_seed = static_cast<std::uint64_t>(root.integer("split_seed", 1, {0, 1e9}));
  settings.coverage = root.number("coverage", 0.9, {0.01, 0.999});
  settings.signature = root.resolved();
  settings.features = read_feature_blocks(root);
  settings.signature += to_json(settings.features);

  // What tells the jobs apart, or is told by fingerprints, names and the hash of the latent features' model.
  read_learners(root.section("learners"), settings);
  if (settings.learners.empty()) {
    root.problem("learners",
                 "must name at least one learner: random_forest, gradient_boosting, kernel_ridge, ridge, "
                 "network");
  }
  read_ways(root, settings);
  if (has_test) {
    read_labels(root, settings);
  }
  settings.seeds = read_seeds(root);
  auto data = root.section("data");
  settings.file = data.string("file");
  settings.measured = data.string("measured");
  settings.cheap = data.strings("cheap");
  if (settings.cheap.empty()) {
    data.problem("cheap", "must name the target that a cheap model computed");
  }
  settings.test_file = test.string("file", "");
  return settings;
}

}  // namespace epitaxy::transfer
