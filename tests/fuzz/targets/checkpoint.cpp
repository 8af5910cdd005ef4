// Checkpoints.
#include "train/checkpoint.h"

#include "base/file.h"
#include "fuzz/hdf5_edits.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

std::vector<std::string> valid_checkpoint_files() {
  std::vector<std::string> files = {fixture_bytes("checkpoint.h5")};
  const auto path = scratch_file("checkpoint.h5", files[0]);
  train::write_checkpoint(path.parent_path(), train::read_checkpoint(path));
  files.push_back(file::read(path));
  return files;
}

void read_checkpoint(std::string_view bytes) {
  static const std::vector<std::string> bases = valid_checkpoint_files();
  const auto checkpoint = train::read_checkpoint(scratch_file("checkpoint.h5", edited_hdf5(bases, bytes)));
  for (const auto& [name, values] : checkpoint.optimizer) {
    expect(values.size() == checkpoint.weights.size(), "moments have the size of the weights", name);
  }
}

const Target kCheckpoint("checkpoint", read_checkpoint);

}  // namespace

}  // namespace epitaxy::fuzz
