#pragma once
/// \file
/// `epitaxy suggest`: which candidates to measure next, by a model of a table.
#include <filesystem>
#include <string>

#include "parallel/communicator.h"

namespace epitaxy::app {

struct SuggestOptions {
  std::filesystem::path model;
  std::filesystem::path input;
  std::filesystem::path output;  ///< Empty: a table for people on standard output.
  std::size_t number = 20;
  std::string goal;      ///< `maximize`, `minimize`, a number, or a class; empty: to learn.
  std::string strategy;  ///< `explore`, `balance`, `exploit`; empty: explore without a goal, else balance.
  std::string target;    ///< Of a model of several.
  std::string column;    ///< With the texts; empty: as `predict` finds it.
};

/// Chooses candidates one by one, each time the one with the largest gain
///
///     gain = e w (1 - s) - d
///
/// where w is half the width of the interval (in the scale that was learned; of classes the probability of being
/// wrong), s the similarity to the nearest of the training rows and of those chosen before, d what the prediction
/// misses of the goal (none to explore), and e = 0 to exploit, else 1. That is an upper confidence bound (Srinivas et
/// al., ICML 2010) whose width shrinks around what is chosen, as in GP-BUCB (Desautels, Krause and Burdick, J. Mach.
/// Learn. Res. 15, 4053, 2014).
///
/// Writes the chosen rows of the input, followed by rank, gain, prediction, interval, nearest training row and reason.
/// The ranks share the predictions. Collective. Throws InputError: no model of a table, several targets and none
/// named, a goal that it cannot have, fewer candidates than asked for after unreadable, known and repeated ones were
/// left out.
void suggest(const parallel::Communicator& communicator, const SuggestOptions& options);

}  // namespace epitaxy::app
