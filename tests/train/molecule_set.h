#pragma once
/// \file
/// Data sets of molecules made by hand.
#include <string>
#include <vector>

#include "data/dataset.h"

namespace epitaxy::test {

/// Of prepared SMILES, each a group of its own.
inline data::Dataset molecule_set(const std::vector<std::string>& texts, std::vector<data::Target> targets) {
  data::Dataset dataset;
  data::DatasetIndex& index = dataset.index;
  index.substance = &chem::molecules();
  index.rows = texts.size();
  index.targets = std::move(targets);
  index.texts = index.groups = index.source = texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    index.notations["selfies"].push_back(index.substance->write("selfies", texts[i]));
    index.lines.push_back(static_cast<std::int64_t>(i) + 2);
  }
  index.token_lists = data::make_token_lists(index);
  return dataset;
}

/// Chains of 1 to 20 carbon atoms: an alkane, an alcohol, a methyl ether and an amine of each.
inline std::vector<std::string> chains_of_carbon() {
  std::vector<std::string> texts;
  for (std::size_t carbons = 1; carbons <= 20; ++carbons) {
    for (const char* end : {"", "O", "OC", "N"}) {
      texts.push_back(std::string(carbons, 'C') + end);
    }
  }
  return texts;
}

}  // namespace epitaxy::test
