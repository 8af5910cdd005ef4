#pragma once
/// \file
/// A small data set of molecules with a cheap and a better property, and a small pretrained autoencoder.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/temporary_folder.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae.h"
#include "transfer/job.h"

namespace epitaxy::test {

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Chains of six atoms, C, N or O, numbered: all different up to 729.
inline std::string chain(std::size_t number) {
  std::string text;
  for (int i = 0; i < 6; ++i) {
    text += "CNO"[number % 3];
    number /= 3;
  }
  return text;
}

/// A data set of molecules with the targets `cheap` and `better`, both in eV. The better one counts oxygen twice.
inline data::Dataset chains(std::size_t first, std::size_t count) {
  data::Dataset dataset;
  data::DatasetIndex& index = dataset.index;
  index.substance = &chem::molecules();
  index.rows = count;
  index.targets = {{"cheap", "eV", {}, {}}, {"better", "eV", {}, {}}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = chain(first + i);
    const auto atoms = [&](char atom) { return static_cast<double>(std::ranges::count(text, atom)); };
    index.texts.push_back(text);
    index.lines.push_back(static_cast<std::int64_t>(i) + 2);
    index.targets[0].values.push_back(atoms('N') + atoms('O'));
    index.targets[1].values.push_back(atoms('N') + 2 * atoms('O') + 0.5);
  }
  index.groups = index.source = index.notations["selfies"] = index.texts;
  index.token_lists = data::make_token_lists(index);
  return dataset;
}

/// The rules of molecules, but for one.
inline chem::Rules rules_with(const std::string& name, const std::string& value) {
  chem::Rules rules = chem::molecules().default_rules();
  std::ranges::find(rules, name, &chem::Rules::value_type::first)->second = value;
  return rules;
}

/// With one head, `cheap`.
inline models::ModelDescription small_description(std::vector<std::string> tokens = {"C", "N", "O"}) {
  models::MoleculeVaeSettings vae;
  vae.representation = "tokens";
  vae.length = 8;
  vae.convolutions = {{6, 3}, {6, 3}};
  vae.dense = 12;
  vae.latent = 6;
  vae.cells = 5;
  vae.layers = 1;
  auto d = models::describe(models::molecule_vae(), vae);
  d.features = std::move(tokens);
  d.seen.assign(d.features.size(), 5);
  d.heads = {{"cheap", "cheap", "eV", {2.0, 1.5}}};
  return d;
}

inline models::ModelFile small_model(const models::ModelDescription& description = small_description()) {
  models::ModelFile file;
  file.description = description;
  const auto model = models::make_model(description);
  file.members.emplace_back(model->layout().size());
  model->layout().initialize(file.members.front().data(), 11);
  return file;
}

/// Files of a transfer, and settings that name them.
class TransferCase {
 public:
  explicit TransferCase(const data::Dataset& training, const models::ModelFile& model = small_model(),
                        const data::Dataset& test = chains(400, 60)) {
    data::write_dataset(folder_ / "training.h5", training);
    data::write_dataset(folder_ / "test.h5", test);
    models::write_model(folder_ / "model.h5", model);
    settings.file = folder_ / "training.h5";
    settings.target = "better";
    settings.pretrained = folder_ / "model.h5";
    settings.head.name = "better";
    settings.shares = {0.1, 0.5, 1};
    settings.seeds = {1};
    settings.test_file = folder_ / "test.h5";
    variant.name = "fine_tune";
    variant.training.epochs = 2;
    variant.training.batch = 16;
    variant.training.arithmetic = {linalg::DataType::float32, linalg::Backend::openblas};
  }

  /// With `variant` as the only one.
  transfer::TransferData load() {
    settings.variants = {variant};
    return transfer::load_transfer_data(settings);
  }

  transfer::FinetuneSettings settings;
  transfer::Variant variant;

 private:
  TemporaryFolder folder_;
};

inline bool never_stop() { return false; }

}  // namespace epitaxy::test
