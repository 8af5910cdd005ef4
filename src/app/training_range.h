#pragma once
/// \file
/// What the training rows of a model are made of, to tell of rows that are made of more: similarity sees neither size
/// nor one new element among known ones.
#include <span>
#include <string>

#include "chem/substance.h"

namespace epitaxy::app {

class TrainingRange {
 public:
  /// `texts` as prepared.
  TrainingRange(const chem::Substance& substance, std::span<const std::string> texts);

  /// Elements of a prepared text that no training row has; a molecule with over a quarter more heavy atoms than the
  /// largest of them. Empty: neither.
  std::string doubt(const std::string& text) const;

 private:
  const chem::Substance& substance_;
  chem::Makeup all_;  ///< All elements, the largest size.
};

}  // namespace epitaxy::app
