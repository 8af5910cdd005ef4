#include "epitaxy/data/dataset.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/hash.h"
#include "epitaxy/base/text.h"
#include "epitaxy/data/hdf5.h"

namespace epitaxy::data {

namespace {

constexpr const char* kFormat = "epitaxy dataset";
constexpr std::int64_t kFormatVersion = 1;
/// Rows read in one call at most: 22 MB of 86 features.
constexpr std::size_t kBlockRows = 65536;

std::string fingerprint_of(const Dataset& dataset) {
  const DatasetIndex& index = dataset.index;
  Hasher hasher;
  hasher.add(index.kind);
  for (const std::string& name : index.feature_names) {
    hasher.add(name);
  }
  hasher.add(std::span<const float>(dataset.features));
  for (const Target& target : index.targets) {
    hasher.add(target.name);
    hasher.add(target.unit);
    hasher.add(std::span<const double>(target.values));
  }
  for (const auto* texts : {&index.formulas, &index.groups}) {
    for (const std::string& text : *texts) {
      hasher.add(text);
    }
  }
  hasher.add(std::span<const std::int64_t>(index.lines));
  return hasher.hex();
}

void check_sizes(const Dataset& dataset) {
  const DatasetIndex& index = dataset.index;
  const std::size_t rows = index.rows;
  check(dataset.features.size() == rows * index.feature_names.size(), "a data set has features for every row");
  check(index.groups.size() == rows && index.formulas.size() == rows && index.lines.size() == rows,
        "a data set has identifiers for every row");
  for (const Target& target : index.targets) {
    check(target.values.size() == rows, "a data set has a target value (or NaN) for every row");
  }
}

/// Names of targets become paths in the file, so their order is kept in an attribute and a slash is not allowed.
void write_targets(Hdf5File& file, const std::vector<Target>& targets) {
  std::vector<std::string> names;
  for (const Target& target : targets) {
    check(!target.name.empty() && target.name.find('/') == std::string::npos,
          "a target's name is not empty and holds no '/'");
    const std::string path = "/targets/" + target.name;
    file.write(path, target.values);
    file.write_attribute(path, "unit", target.unit);
    names.push_back(target.name);
  }
  file.write("/target_names", names);
}

void expect_shape(const Hdf5File& file, const std::string& path, const std::vector<std::size_t>& expected) {
  if (file.shape(path) != expected) {
    fail_input("'{}' has another size than the rest", path);
  }
}

DatasetIndex read_content(const Hdf5File& file) try {
  DatasetIndex index;
  index.path = file.path();
  index.kind = file.text_attribute("/", "kind");
  index.fingerprint = file.text_attribute("/", "fingerprint");
  index.feature_names = file.read<std::string>("/feature_names");
  index.rows = file.shape("/features").front();
  expect_shape(file, "/features", {index.rows, index.feature_names.size()});
  for (const char* path : {"/formula", "/group", "/line"}) {
    expect_shape(file, path, {index.rows});
  }
  index.formulas = file.read<std::string>("/formula");
  index.groups = file.read<std::string>("/group");
  index.lines = file.read<std::int64_t>("/line");
  for (const std::string& name : file.read<std::string>("/target_names")) {
    const std::string path = "/targets/" + name;
    expect_shape(file, path, {index.rows});
    index.targets.push_back({name, file.text_attribute(path, "unit"), file.read<double>(path)});
  }
  return index;
} catch (const InputError& error) {
  // The format mark is there, so anything that is missing or does not fit was lost.
  throw DamagedFileError(error.what());
}

void check_format(const Hdf5File& file) {
  const std::string path = file.path().string();
  if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != kFormat) {
    fail_input("{}: is an HDF5 file but not a data set; 'epitaxy run' with an import stage makes one from a CSV file",
               path);
  }
  const std::int64_t version = file.integer_attribute("/", "format_version");
  if (version > kFormatVersion) {
    fail_input("{}: was written by a newer epitaxy (format {}; this program reads up to {})", path, version,
               kFormatVersion);
  }
}

}  // namespace

const Target& DatasetIndex::target(const std::string& name) const {
  std::vector<std::string> names;
  for (const Target& candidate : targets) {
    if (candidate.name == name || (name.empty() && targets.size() == 1)) {
      return candidate;
    }
    names.push_back(candidate.name);
  }
  const std::string file = path.empty() ? "the data set" : path.string();
  if (name.empty()) {
    fail_input("{}: holds {} targets, so one has to be named: {}", file, targets.size(), text::join(names, ", "));
  }
  const auto nearest = text::nearest(name, names);
  fail_input("{}: holds no target '{}'{}; it holds: {}", file, name,
             nearest ? " (did you mean '" + *nearest + "'?)" : "", text::join(names, ", "));
}

void write_dataset(const std::filesystem::path& path, const Dataset& dataset) {
  check_sizes(dataset);
  const DatasetIndex& index = dataset.index;
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    Hdf5File file(temporary, Hdf5File::Mode::create);
    file.write_attribute("/", "format", std::string(kFormat));
    file.write_attribute("/", "format_version", kFormatVersion);
    file.write_attribute("/", "kind", index.kind);
    file.write_attribute("/", "fingerprint", fingerprint_of(dataset));
    file.write("/features", dataset.features.data(), index.rows, index.feature_names.size());
    file.write("/feature_names", index.feature_names);
    write_targets(file, index.targets);
    file.write("/formula", index.formulas);
    file.write("/group", index.groups);
    file.write("/line", index.lines);
    for (const auto& [name, value] : dataset.provenance) {
      file.write_attribute("/provenance", name, value);
    }
    file.close();
  });
}

DatasetIndex read_index(const std::filesystem::path& path) {
  try {
    const Hdf5File file(path, Hdf5File::Mode::read);
    check_format(file);
    return read_content(file);
  } catch (const DamagedFileError& error) {
    throw DamagedFileError(
        fmt::format("{}: the data set is damaged; import it again ({})", path.string(), error.what()));
  }
}

std::vector<float> read_features(const DatasetIndex& index, const std::vector<std::size_t>& rows) {
  const Hdf5File file(index.path, Hdf5File::Mode::read);
  const std::size_t columns = index.feature_names.size();
  if (file.text_attribute("/", "fingerprint") != index.fingerprint) {
    fail_input("{}: the data set was replaced while it was in use", index.path.string());
  }
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a] < rows[b]; });
  check(rows.empty() || rows[order.back()] < index.rows, "a data set holds the rows asked for");

  std::vector<float> features(rows.size() * columns);
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t first = rows[order[begin]];
    std::size_t end = begin;
    while (end < order.size() && rows[order[end]] < first + kBlockRows) {
      ++end;
    }
    const std::vector<float> block = file.read_rows<float>("/features", first, rows[order[end - 1]] - first + 1);
    for (; begin < end; ++begin) {
      const auto source = block.begin() + static_cast<std::ptrdiff_t>((rows[order[begin]] - first) * columns);
      std::copy_n(source, columns, features.begin() + static_cast<std::ptrdiff_t>(order[begin] * columns));
    }
  }
  return features;
}

}  // namespace epitaxy::data
