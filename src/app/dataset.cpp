#include "epitaxy/dataset.h"

#include "data/dataset.h"

namespace epitaxy {

Dataset read_dataset(const std::filesystem::path& path) {
  data::DatasetIndex index = data::read_index(path);
  const bool smiles = index.substance->text_name() == "smiles";
  Dataset dataset{index.substance->name(),
                  index.fingerprint,
                  std::move(index.source),
                  smiles ? std::move(index.texts) : std::vector<std::string>{},
                  std::move(index.groups),
                  std::move(index.lines),
                  {}};
  for (data::Target& target : index.targets) {
    dataset.targets.push_back({std::move(target.name), std::move(target.unit), std::move(target.values)});
  }
  return dataset;
}

}  // namespace epitaxy
