#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "transfer/fit.h"

namespace epitaxy::transfer {

namespace {

using config::Key;
using config::Keys;

const data::TargetImport* find_target(const FitSettings& s, const std::string& name) {
  const auto found = std::ranges::find(s.table.targets, name, &data::TargetImport::name);
  return found == s.table.targets.end() ? nullptr : &*found;
}

/// Names of the key must be columns of the table, of numbers unless classes are allowed.
void check_names(Keys& k, const FitSettings& s, const char* key, const std::vector<std::string>& names,
                 bool classes = false) {
  std::vector<std::string> known;
  for (const auto& target : s.table.targets) {
    known.push_back(target.name);
  }
  for (const auto& name : names) {
    const data::TargetImport* target = find_target(s, name);
    if (target == nullptr) {
      k.problem(key, fmt::format("names '{}', but 'table.targets' has {}", name,
                                 known.empty() ? "none" : text::join(known, ", ")));
    } else if (target->values == data::Values::classes && !classes) {
      k.problem(key, fmt::format("names '{}', which holds classes", name));
    } else if (std::ranges::count(names, name) > 1) {
      k.problem(key, fmt::format("names '{}' twice", name));
    }
  }
}

/// The keys beside `learn` that name a column.
std::vector<std::string> uses_of(const FitSettings& s, const std::string& name) {
  const DifferenceSettings& learning = s.learning;
  std::vector<std::string> uses;
  if (std::ranges::find(learning.cheap, name) != learning.cheap.end()) {
    uses.emplace_back("cheap");
  }
  if (std::ranges::find(learning.given, name) != learning.given.end()) {
    uses.emplace_back("given");
  }
  if (learning.weights == name) {
    uses.emplace_back("weights");
  }
  return uses;
}

/// What folds go by tells of rows, and is no value to learn.
bool is_of_split(const FitSettings& s, const std::string& name) {
  return s.learning.split.column == name || s.learning.split.groups == name;
}

/// A column has one use: what is learned cannot be read.
void check_uses(Keys& k, const FitSettings& s) {
  for (const auto& target : s.table.targets) {
    std::vector<std::string> uses = uses_of(s, target.name);
    if (std::ranges::find(s.targets, target.name) != s.targets.end()) {
      uses.insert(uses.begin(), "learn");
    }
    if (!uses.empty() && uses[0] == "learn" && is_of_split(s, target.name)) {
      k.problem("learn", fmt::format("names '{}', which 'split' names, too", target.name));
    }
    if (uses.size() > 1) {
      k.problem(uses[0].c_str(), fmt::format("names '{}', which '{}' names, too", target.name, uses[1]));
    }
    if (!uses.empty() && target.column == s.table.column) {
      k.problem(uses[0].c_str(), fmt::format("names '{}', the column with the {} themselves, which are read anyway",
                                             target.name, s.table.substance->texts()));
    }
  }
}

void target_keys(Keys& k, FitSettings& s) {
  DifferenceSettings& learning = s.learning;
  k.texts(
      learning.cheap,
      Key("cheap", "columns of the table that a cheap model computed; rows to predict must have them, too").content());
  k.texts(learning.given,
          Key("given",
              "columns of the table that all learners read beside those of the text: numbers, or categories (values: "
              "classes); rows to predict must have them, too")
              .content());
  k.text(learning.weights,
         Key("weights", "column of the table that says how much each row counts, such as 1 / variance").content());
  std::vector<std::string> all;
  for (const auto& target : s.table.targets) {
    if (uses_of(s, target.name).empty() && !is_of_split(s, target.name)) {
      all.push_back(target.name);
    }
  }
  s.targets = all;
  k.texts(s.targets,
          Key("learn", "targets of the table that are learned, each by itself; without it all that no other key names")
              .content());
  if (k.reading() && s.targets.empty()) {
    k.problem("learn", "must name at least one target of 'table'");
  }
  check_names(k, s, "learn", s.targets, true);
  check_names(k, s, "cheap", learning.cheap);
  check_names(k, s, "given", learning.given, true);
  if (!learning.weights.empty()) {
    check_names(k, s, "weights", {learning.weights});
  }
  check_uses(k, s);
  for (const auto& name : s.targets) {
    const data::TargetImport* target = find_target(s, name);
    if (target != nullptr && target->values == data::Values::classes && !learning.cheap.empty()) {
      k.problem("cheap", fmt::format("is for numbers, but 'learn' names '{}', which holds classes", name));
    }
  }
  if (!learning.given.empty() && s.table.duplicates != data::Duplicates::keep) {
    k.problem("given", "needs 'table.duplicates: keep': rows of one substance may differ by what is given");
  }
  learning.ways = learning.cheap.empty() ? std::vector<Way>{find_way("direct")} : all_ways();
  k.when(!learning.cheap.empty(), "cheap: COLUMN", [&](Keys& cheap) { way_keys(cheap, learning.ways); });
}

void test_keys(Keys& k, FitSettings& s) {
  k.section({"test", "rows that only the final model predicts"}, [&](Keys& test) {
    test.file(s.test.file, {"file", "another table with the same columns"});
    test.number(s.test.fraction,
                {"fraction", "share of the rows of the table, taken by the rule of `split` before anything is learned"},
                {0, 1});
    if (test.reading() && test.given("fraction") && !(s.test.fraction > 0 && s.test.fraction < 1)) {
      test.problem("fraction", "must lie between 0 and 1");
    }
    if (test.given("fraction") && !s.test.file.empty()) {
      test.problem("fraction", "and 'file' exclude each other");
    }
  });
}

/// A model without structures cannot have learners that hold rows.
void refuse_structures(Keys& k, const DifferenceSettings& learning) {
  for (const LearnerChoice& choice : learning.learners) {
    for (const learners::Candidate& candidate : choice.candidates) {
      if (candidate.learner->keeps_rows()) {
        k.problem("structures", fmt::format("cannot be left out of a model with '{}', which keeps the features of its "
                                            "training rows: leave it out of 'learners'",
                                            choice.name));
        break;
      }
    }
  }
}

}  // namespace

void keys(Keys& k, FitSettings& s) {
  s.table.missing_allowed = true;
  s.table.max_rejected = 0.1;
  k.section({"table", "the table, with the keys of import"}, [&](Keys& table) { data::keys(table, s.table); });
  DifferenceSettings& learning = s.learning;
  k.integer(learning.folds, {"folds", "parts of the cross-validation that gives the figures, by substance"}, {2, 1e5});
  cross_validation_keys(k, learning);
  target_keys(k, s);
  feature_keys(k, learning.features);
  learner_keys(k, block_kinds(learning.features), learning.learners);
  test_keys(k, s);
  k.flag(s.curve, Key("learning_curve", "the error with 25, 50 and 100 % of the rows is told, too").output());
  k.number(s.budget,
           Key("budget",
               "units of work for each target at most: learners are tried in their order as far as these go; a unit is "
               "one training on 1000 rows (plan.json); 0: all learners")
               .output(),
           {0, 1e12});
  k.flag(s.structures,
         Key("structures",
             "the model file holds the training rows' texts: predictions then tell the nearest one, and warn "
             "of rows that are far from all")
             .output());
  if (k.reading() && !s.structures) {
    refuse_structures(k, learning);
  }
  learning.signature = k.signature();
}

}  // namespace epitaxy::transfer
