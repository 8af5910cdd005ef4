#include "latent/network.h"

namespace epitaxy::latent {

Network::Network(const models::MoleculeModel& model, const nn::Arithmetic& arithmetic, std::size_t rows)
    : model_(model),
      text_(model.description()),
      reader_(model.description().kind->reader(model.description())),
      rows_(rows),
      executor_(model.net().executor(
          {.rows = rows, .arithmetic = arithmetic, .training = false, .trainable = {}, .of_kind = {}})) {}

}  // namespace epitaxy::latent
