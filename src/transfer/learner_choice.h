#pragma once
/// \file
/// The learners of a table, as the input names them.
#include <string>
#include <vector>

#include "config/keys.h"
#include "learners/learner.h"

namespace epitaxy::transfer {

/// A learner of the input: its candidates differ in hyper-parameters. Or the average of others.
struct LearnerChoice {
  std::string name;
  std::vector<learners::Candidate> candidates;
  std::vector<std::size_t> members = {};  ///< Of an average: indices of learners, which have no members themselves.
  std::string settings = {};              ///< What decides the bits of its jobs, see config::KeyReader.
};

/// The section `learners`.
void learner_keys(config::Keys& k, std::vector<LearnerChoice>& learners);

}  // namespace epitaxy::transfer
