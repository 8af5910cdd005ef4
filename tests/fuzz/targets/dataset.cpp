// Data sets: compositions and molecules, of the version before and of this one.
#include "data/dataset.h"

#include "base/file.h"
#include "fuzz/hdf5_edits.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

std::string dataset_written_anew(const std::string& bytes) {
  data::Dataset dataset;
  dataset.index = data::read_index(scratch_file("old.h5", bytes));
  dataset.provenance = {{"source", "fuzz.csv"}, {"settings", "stage: import\n"}};
  const auto path = scratch_file("new.h5", "");
  data::write_dataset(path, dataset);
  return file::read(path);
}

std::vector<std::string> valid_dataset_files() {
  std::vector<std::string> files = {fixture_bytes("compositions.h5"), fixture_bytes("molecules.h5")};
  files.push_back(dataset_written_anew(files[0]));
  files.push_back(dataset_written_anew(files[1]));
  return files;
}

void read_dataset(std::string_view bytes) {
  static const std::vector<std::string> bases = valid_dataset_files();
  const auto path = scratch_file("dataset.h5", edited_hdf5(bases, bytes));
  const data::DatasetIndex index = data::read_index(path);
  expect(index.rows == data::count_rows(path) && index.texts.size() == index.rows, "a data set has its rows");
  const data::DatasetIndex window = data::read_window(path, 1, 2);
  expect(window.rows <= 2, "a window has its rows");
}

const Target kDataset("dataset", read_dataset);

}  // namespace

}  // namespace epitaxy::fuzz
