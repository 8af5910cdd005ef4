#pragma once
/// \file
/// Small models of molecules with random weights, and what `predict`, `encode` and `decode` make with them.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "app/predict.h"
#include "base/log.h"
#include "data/csv.h"
#include "data/temporary_folder.h"
#include "models/kinds.h"
#include "models/model_file.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae.h"
#include "numbers.h"

namespace epitaxy::test {

inline models::ModelDescription small_model() {
  models::MoleculeVaeSettings s;
  s.representation = "tokens";
  s.length = 8;
  s.convolutions = {{3, 3}};
  s.dense = 6;
  s.latent = 3;
  s.cells = 5;
  s.layers = 1;
  models::ModelDescription d = models::describe(models::molecule_vae(), s);
  d.features = {"(", ")", "C", "O"};
  d.seen = {1, 1, 1, 1};
  d.heads = {{"gap", "gap_eV", "eV", {5, 2}}, {"cheap", "gap_eV", "eV", {4, 1}}, {"dipole", "mu_D", "D", {1, 3}}};
  d.preparation = data::Preparation{{}, "smiles", {}};
  return d;
}

/// Models with random weights in a folder, and a few molecules.
struct ModelFiles {
  TemporaryFolder folder;
  models::ModelDescription description = small_model();

  ModelFiles() {
    log::set_silent(true);
    folder.write("in.csv", "smiles\nCCO\nC\nOC(C)C\n");
  }
  ~ModelFiles() { log::set_silent(false); }

  std::filesystem::path path(const std::string& name) const { return folder.path() / name; }

  linalg::Buffer<float> weights(std::uint32_t seed) const {
    const std::size_t size = models::make_model(description)->layout().size();
    linalg::Buffer<float> buffer(size);
    std::ranges::copy(random_numbers(size, seed), buffer.begin());
    return buffer;
  }

  std::filesystem::path model(const std::vector<std::uint32_t>& seeds) const {
    models::ModelFile file{description, {}, {}};
    for (const std::uint32_t seed : seeds) {
      file.members.push_back(weights(seed));
    }
    models::write_model(path("model.h5"), file);
    return path("model.h5");
  }

  data::CsvTable predict(const std::vector<std::uint32_t>& seeds, const std::string& head = "") const {
    app::predict(parallel::Communicator::self(), {model(seeds), path("in.csv"), path("out.csv"), "", head});
    return data::CsvTable::read(path("out.csv"));
  }
};

}  // namespace epitaxy::test
