#pragma once
/// \file
/// `epitaxy predict` with a model of difference learning, which reads cheap values besides formulas or SMILES.
#include "app/predict.h"

namespace epitaxy::app {

/// As `predict`; the output has the limits of an interval, too. Collective.
void predict_difference(const parallel::Communicator& communicator, const PredictOptions& options);

}  // namespace epitaxy::app
