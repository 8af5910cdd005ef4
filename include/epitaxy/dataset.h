#pragma once
/// \file
/// A data set that the stage `import` wrote.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace epitaxy {

struct DatasetTarget {
  std::string name;            ///< E.g. `formation_energy_eV_atom`.
  std::string unit;            ///< E.g. `eV/atom`; `class` of names of classes.
  std::vector<double> values;  ///< [rows], NaN where missing; of classes their place in alphabetical order, from 0.
};

struct Dataset {
  std::string kind;                 ///< `composition` or `molecule`.
  std::string fingerprint;          ///< Hash of the content.
  std::vector<std::string> texts;   ///< [rows] formula or SMILES as the user wrote it.
  std::vector<std::string> smiles;  ///< [rows] canonical SMILES, of molecules alone.
  std::vector<std::string> groups;  ///< [rows] rows of one group never part in a split.
  std::vector<std::int64_t> lines;  ///< [rows] line in the source file.
  std::vector<DatasetTarget> targets;

  std::size_t rows() const { return texts.size(); }
};

/// Throws InputError when the file is missing, no data set, damaged, or of a newer format.
Dataset read_dataset(const std::filesystem::path& path);

}  // namespace epitaxy
