#include "train/kind_evaluation.h"

namespace epitaxy::train {

const EvaluationKind* evaluation_of(const models::Kind* kind) {
  for (const EvaluationKind* evaluation : {&molecule_vae_evaluation()}) {
    if (&evaluation->kind() == kind) {
      return evaluation;
    }
  }
  return nullptr;
}

}  // namespace epitaxy::train
