#pragma once
/// \file
/// What `epitaxy fit` tries where the user does not say: features and learners by substance and number of rows.
#include <string>

#include "chem/substance.h"

namespace epitaxy::transfer {

/// A text as YAML reads it, whatever it holds.
std::string quoted(const std::string& text);

/// How much is tried.
struct PortfolioSize {
  std::size_t rows = 0;
  bool quick = false;
  bool given = false;      ///< Learners read columns of the user's own, too.
  int folds = 0;           ///< 0: by the number of rows.
  int inner_folds = 0;     ///< The same.
  std::string start = {};  ///< A pretrained model that reads the texts; empty: none.
  bool latent = false;     ///< It has latent vectors.
  bool two_parts = false;  ///< Labels at the lowest value are tried apart from those above it.
};

/// The keys `features`, `learners`, `folds`, `inner_folds`, `learning_curve` of a stage file `fit`, as YAML with
/// comments.
std::string portfolio(const chem::Substance& substance, const PortfolioSize& size);

}  // namespace epitaxy::transfer
