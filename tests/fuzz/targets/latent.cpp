// Files of latent points.
#include "base/file.h"
#include "fuzz/hdf5_edits.h"
#include "fuzz/target.h"
#include "latent/latent_points.h"

namespace epitaxy::fuzz {

namespace {

std::vector<std::string> valid_latent_files() {
  latent::LatentFile content;
  content.latent = 2;
  content.mean = {0.5f, -1.0f, 2.0f, 0.25f};
  content.log_variance = {-1.0f, -1.0f, -2.0f, -2.0f};
  content.smiles = {"CCO", "C"};
  content.row = {2, 3};
  content.model_hash = "abc";
  const auto path = scratch_file("new.h5", "");
  latent::write_latent_file(path, content);
  return {file::read(path)};
}

void read_latent(std::string_view bytes) {
  static const std::vector<std::string> bases = valid_latent_files();
  const auto path = scratch_file("latent.h5", edited_hdf5(bases, bytes));
  const latent::LatentFile file = latent::read_latent_file(path);
  expect(file.rows() * file.latent == file.mean.size(), "a file of points has full rows");
  const latent::LatentPoints points = latent::read_points(path, file.latent);
  expect(points.values.size() == points.rows() * file.latent, "points have all their numbers");
  expect(points.fields.size() == points.rows() * points.columns.size(), "points have all their fields");
}

const Target kLatent("latent", read_latent);

}  // namespace

}  // namespace epitaxy::fuzz
