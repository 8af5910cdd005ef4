#include "app/latent_model.h"

#include "app/input_rows.h"
#include "base/error.h"

namespace epitaxy::app {

LatentModel::LatentModel(const std::filesystem::path& path)
    : file_(models::read_model(path)), model_(models::make_model(file_.description)) {
  models::molecule_model(*model_, path.string());
  if (file_.members.size() != 1) {
    fail_input("{} holds {} models, each with a latent space of its own: take a single one, such as a best.h5",
               path.string(), file_.members.size());
  }
  Hasher hasher;
  models::hash_model(hasher, file_.description, {file_.members.front().data()});
  hash_ = hasher.hex();
}

std::unique_ptr<models::MoleculeVaeExecutor> LatentModel::executor() const {
  const auto& net = models::molecule_model(*model_, "").net();
  auto made = net.executor({.rows = kChunkRows, .arithmetic = {}, .training = false, .trainable = {}});
  made->load(file_.members.front().data());
  return made;
}

}  // namespace epitaxy::app
