#pragma once
/// \file
/// Learners with settings, as an input gives them.
#include <string>

#include "config/key_reader.h"
#include "learners/learners.h"

namespace epitaxy::test {

/// All candidates of a learner, by its keys: "penalty: [0.1, 1]".
inline std::vector<learners::Candidate> candidates_of(const learners::Learner& learner, const std::string& yaml) {
  const auto document = config::Document::from_text(yaml, "learner.yaml");
  config::KeyReader reader(document.root());
  auto candidates = learner.candidates(reader);
  document.finish();
  return candidates;
}

/// The first of them.
inline learners::Candidate candidate_of(const learners::Learner& learner, const std::string& yaml) {
  return candidates_of(learner, yaml).front();
}

}  // namespace epitaxy::test
