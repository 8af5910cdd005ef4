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

/// Names of the key must be columns of numbers of the table.
void check_names(Keys& k, const FitSettings& s, const char* key, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& target : s.table.targets) {
    known.push_back(target.name);
  }
  for (const auto& name : names) {
    const data::TargetImport* target = find_target(s, name);
    if (target == nullptr) {
      k.problem(key, fmt::format("names '{}', but 'table.targets' has {}", name,
                                 known.empty() ? "none" : text::join(known, ", ")));
    } else if (target->values == data::Values::classes && std::string_view(key) == "cheap") {
      k.problem(key, fmt::format("names '{}', which holds classes", name));
    } else if (std::ranges::count(names, name) > 1) {
      k.problem(key, fmt::format("names '{}' twice", name));
    }
  }
}

void target_keys(Keys& k, FitSettings& s) {
  DifferenceSettings& learning = s.learning;
  k.texts(
      learning.cheap,
      Key("cheap", "columns of the table that a cheap model computed; rows to predict must have them, too").content());
  std::vector<std::string> all;
  for (const auto& target : s.table.targets) {
    if (std::ranges::find(learning.cheap, target.name) == learning.cheap.end()) {
      all.push_back(target.name);
    }
  }
  s.targets = all;
  k.texts(s.targets,
          Key("learn", "targets of the table that are learned, each by itself; without it all but the cheap ones")
              .content());
  if (k.reading() && s.targets.empty()) {
    k.problem("learn", "must name at least one target of 'table'");
  }
  check_names(k, s, "learn", s.targets);
  check_names(k, s, "cheap", learning.cheap);
  for (const auto& name : s.targets) {
    if (std::ranges::find(learning.cheap, name) != learning.cheap.end()) {
      k.problem("learn", fmt::format("names '{}', which 'cheap' names, too", name));
    }
  }
  learning.ways = learning.cheap.empty() ? std::vector<Way>{find_way("direct")} : all_ways();
  k.when(!learning.cheap.empty(), "cheap: COLUMN", [&](Keys& cheap) { way_keys(cheap, learning.ways); });
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
  target_keys(k, s);
  DifferenceSettings& learning = s.learning;
  feature_keys(k, learning.features);
  learner_keys(k, block_kinds(learning.features), learning.learners);
  k.integer(learning.folds, {"folds", "parts of the cross-validation that gives the figures, by substance"}, {2, 1e5});
  cross_validation_keys(k, learning);
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
