#pragma once
/// \file
/// A small molecule autoencoder that was never trained. Large weights make its decoder write many different strings.
#include <memory>
#include <string>
#include <vector>

#include "latent/network.h"
#include "models/kinds.h"
#include "models/molecule_vae/small_vae.h"
#include "numbers.h"

namespace epitaxy::test {

inline models::ModelDescription latent_description() {
  models::ModelDescription d = models::describe(models::molecule_vae(), small_vae(14));
  d.features = {"C", "O", "N", "=", "(", ")"};
  d.seen = {9, 9, 9, 9, 9, 9};
  d.heads = {{"gap", "gap_eV", "eV", {.mean = 6, .scale = 2}, 1}, {"dipole", "mu_D", "D", {}, 1}};
  return d;
}

struct LatentCase {
  models::MoleculeModel model{latent_description()};
  std::vector<float> weights = std::vector<float>(model.layout().size());

  LatentCase() {
    model.layout().initialize(weights.data(), 3);
    for (float& weight : weights) {
      weight *= 5;
    }
  }

  std::shared_ptr<latent::Network> network(std::size_t rows = latent::kBlockRows) const {
    auto network = std::make_shared<latent::Network>(model, nn::Arithmetic{}, rows);
    network->load(weights.data());
    return network;
  }

  /// Chains of carbon and oxygen, all different up to 4,096.
  static std::string molecule(std::size_t number) {
    std::string text;
    for (std::size_t code = number + 2; code > 1; code /= 2) {
      text += code % 2 == 0 ? 'C' : 'O';
    }
    return text;
  }
};

}  // namespace epitaxy::test
