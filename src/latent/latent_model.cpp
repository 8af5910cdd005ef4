#include "latent/latent_model.h"

#include "base/error.h"

namespace epitaxy::latent {

LatentModel::LatentModel(const std::filesystem::path& path)
    : file_(models::read_model(path)), model_(models::make_model(file_.description)) {
  models::molecule_model(*model_, path.string());
  if (file_.members.size() != 1) {
    fail_input("{} holds {} models, each with a latent space of its own: take a single one, such as a best.h5",
               path.string(), file_.members.size());
  }
  Hasher hasher;
  models::hash_model(hasher, file_.description.to_json(), file_.members.front().size(), {file_.members.front().data()});
  hash_ = hasher.hex();
}

std::shared_ptr<Network> LatentModel::network() const {
  auto network = std::make_shared<Network>(model(), nn::Arithmetic{});
  network->load(weights());
  return network;
}

}  // namespace epitaxy::latent
