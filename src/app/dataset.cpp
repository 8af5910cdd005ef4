#include "epitaxy/dataset.h"

#include "data/dataset.h"

namespace epitaxy {

Dataset read_dataset(const std::filesystem::path& path) {
  data::DatasetIndex index = data::read_index(path);
  Dataset dataset{index.kind,
                  index.fingerprint,
                  std::move(index.formulas),
                  std::move(index.smiles),
                  std::move(index.groups),
                  std::move(index.lines),
                  {}};
  for (data::Target& target : index.targets) {
    dataset.targets.push_back({std::move(target.name), std::move(target.unit), std::move(target.values)});
  }
  return dataset;
}

}  // namespace epitaxy
