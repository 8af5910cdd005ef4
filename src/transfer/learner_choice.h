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
  std::vector<std::string> reads = {};    ///< Kinds of the blocks of features that it reads; empty: all.
};

/// The section `learners`. `blocks` are the kinds of features that there are.
void learner_keys(config::Keys& k, const std::vector<std::string>& blocks, std::vector<LearnerChoice>& learners);

}  // namespace epitaxy::transfer
