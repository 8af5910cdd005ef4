// Model files: formulas and molecules, of the version before and of this one.
#include "base/file.h"
#include "fuzz/hdf5_edits.h"
#include "fuzz/target.h"
#include "models/model_file.h"

namespace epitaxy::fuzz {

namespace {

std::vector<std::string> valid_model_files() {
  std::vector<std::string> files = {fixture_bytes("composition_net.h5"), fixture_bytes("molecule_vae.h5")};
  for (const std::size_t old : {0, 1}) {
    models::ModelFile model = models::read_model(scratch_file("old.h5", files[old]));
    model.provenance = {{"software", "fuzz"}};
    model.trained_on = data::KnownGroups({1, 5});
    const auto path = scratch_file("new.h5", "");
    models::write_model(path, model);
    files.push_back(file::read(path));
  }
  return files;
}

void read_model(std::string_view bytes) {
  static const std::vector<std::string> bases = valid_model_files();
  const models::ModelFile file = models::read_model(scratch_file("model.h5", edited_hdf5(bases, bytes)));
  const auto model = models::make_model(file.description);
  for (const auto& member : file.members) {
    expect(member.size() == model->layout().size(), "weights fit their model");
  }
  model->executor({.rows = 4, .arithmetic = {}});
}

const Target kModel("model", read_model);

}  // namespace

}  // namespace epitaxy::fuzz
