#pragma once
/// \file
/// Settings of training data for tests.
#include <string>

#include "train/training_data.h"

namespace epitaxy::test {

inline train::LabelSource label(const std::string& head, const std::string& target, double fraction = 1) {
  train::LabelSource source;
  source.head = head;
  source.target = target;
  source.fraction = fraction;
  return source;
}

inline train::SplitSettings without_validation() {
  train::SplitSettings split;
  split.validation_fraction = 0;
  return split;
}

}  // namespace epitaxy::test
