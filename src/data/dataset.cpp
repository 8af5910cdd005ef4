#include "data/dataset.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "chem/tokens.h"
#include "data/hdf5.h"

namespace epitaxy::data {

namespace {

constexpr const char* kFormat = "epitaxy dataset";
/// The newest format that can be read.
constexpr std::int64_t kFormatVersion = 2;
constexpr const char* kMolecule = "molecule";
/// Rows read in one call at most: 22 MB of 86 features.
constexpr std::size_t kBlockRows = 65536;
const std::array<std::string, 3> kRepresentations = {"characters", "tokens", "selfies"};

bool holds_molecules(const DatasetIndex& index) { return index.kind == kMolecule; }

/// Programs that know compositions alone refuse format 2.
std::int64_t format_of(const DatasetIndex& index) { return holds_molecules(index) ? 2 : 1; }

void add_molecules(Hasher& hasher, const DatasetIndex& index) {
  for (const auto* strings : {&index.smiles, &index.selfies}) {
    for (const std::string& text : *strings) {
      hasher.add(text);
    }
  }
  for (const TokenList& list : index.token_lists) {
    hasher.add(list.representation);
    for (const std::string& symbol : list.symbols) {
      hasher.add(symbol);
    }
    const std::uint64_t longest = list.longest;
    hasher.add_bytes(&longest, sizeof longest);
  }
}

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
  for (const auto* strings : {&index.formulas, &index.groups}) {
    for (const std::string& text : *strings) {
      hasher.add(text);
    }
  }
  hasher.add(std::span<const std::int64_t>(index.lines));
  if (holds_molecules(index)) {
    add_molecules(hasher, index);
  }
  return hasher.hex();
}

void check_sizes(const Dataset& dataset) {
  const DatasetIndex& index = dataset.index;
  const std::size_t rows = index.rows;
  check(dataset.features.size() == rows * index.feature_names.size(), "a data set has features for every row");
  check(index.groups.size() == rows && index.formulas.size() == rows && index.lines.size() == rows,
        "a data set has identifiers for every row");
  const std::size_t strings = holds_molecules(index) ? rows : 0;
  check(index.smiles.size() == strings && index.selfies.size() == strings, "molecules have strings for every row");
  check(index.token_lists.empty() == !holds_molecules(index), "molecules have token lists");
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

void write_features(Hdf5File& file, const Dataset& dataset) {
  file.write("/features", dataset.features.data(), dataset.index.rows, dataset.index.feature_names.size());
  file.write("/feature_names", dataset.index.feature_names);
}

void write_molecules(Hdf5File& file, const DatasetIndex& index) {
  file.write("/smiles", index.smiles);
  file.write("/selfies", index.selfies);
  for (const TokenList& list : index.token_lists) {
    const std::string path = "/tokens/" + list.representation;
    file.write(path, list.symbols);
    file.write_attribute(path, "longest", static_cast<std::int64_t>(list.longest));
  }
}

/// Files of the version before have it in the settings of their import.
std::optional<Preparation> read_preparation(const Hdf5File& file) {
  if (file.has_attribute("/", "preparation")) {
    return preparation_from_json(file.text_attribute("/", "preparation"));
  }
  if (file.exists("/provenance") && file.has_attribute("/provenance", "settings")) {
    return preparation_of_settings(file.text_attribute("/provenance", "settings"));
  }
  return std::nullopt;
}

void expect_shape(const Hdf5File& file, const std::string& path, const std::vector<std::size_t>& expected) {
  if (file.shape(path) != expected) {
    fail_input("'{}' has another size than the rest", path);
  }
}

void read_features(const Hdf5File& file, DatasetIndex& index) {
  index.feature_names = file.read<std::string>("/feature_names");
  index.rows = file.shape("/features").front();
  expect_shape(file, "/features", {index.rows, index.feature_names.size()});
}

void read_molecules(const Hdf5File& file, DatasetIndex& index) {
  index.smiles = file.read<std::string>("/smiles");
  index.selfies = file.read<std::string>("/selfies");
  index.rows = index.smiles.size();
  expect_shape(file, "/selfies", {index.rows});
  for (const std::string& representation : kRepresentations) {
    const std::string path = "/tokens/" + representation;
    index.token_lists.push_back({representation, file.read<std::string>(path),
                                 static_cast<std::size_t>(file.integer_attribute(path, "longest"))});
  }
}

DatasetIndex read_content(const Hdf5File& file) try {
  DatasetIndex index;
  index.path = file.path();
  index.kind = file.text_attribute("/", "kind");
  index.fingerprint = file.text_attribute("/", "fingerprint");
  holds_molecules(index) ? read_molecules(file, index) : read_features(file, index);
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
  index.preparation = read_preparation(file);
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

const std::vector<std::string>& texts(const DatasetIndex& index, const std::string& representation) {
  return token_list(index, representation).representation == "selfies" ? index.selfies : index.smiles;
}

const TokenList& token_list(const DatasetIndex& index, const std::string& representation) {
  const std::string file = index.path.empty() ? "the data set" : index.path.string();
  if (!holds_molecules(index)) {
    fail_input("{}: holds data of kind '{}', not molecules; import it with 'kind: molecules'", file, index.kind);
  }
  for (const TokenList& list : index.token_lists) {
    if (list.representation == representation) {
      return list;
    }
  }
  fail_input("{}: molecules cannot be written as '{}'; known representations: {}", file, representation,
             text::join({kRepresentations.begin(), kRepresentations.end()}, ", "));
}

std::vector<TokenList> make_token_lists(const std::vector<std::string>& smiles,
                                        const std::vector<std::string>& selfies) {
  std::vector<TokenList> lists;
  for (const std::string& representation : kRepresentations) {
    const auto tokenizer = representation == "characters" ? chem::Tokenizer::characters : chem::Tokenizer::tokens;
    std::set<std::string_view> symbols;
    std::size_t longest = 0;
    for (const std::string& text : representation == "selfies" ? selfies : smiles) {
      const std::vector<std::string_view> tokens = chem::split(tokenizer, text);
      symbols.insert(tokens.begin(), tokens.end());
      longest = std::max(longest, tokens.size());
    }
    lists.push_back({representation, {symbols.begin(), symbols.end()}, longest});
  }
  return lists;
}

void write_dataset(const std::filesystem::path& path, const Dataset& dataset) {
  check_sizes(dataset);
  const DatasetIndex& index = dataset.index;
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    Hdf5File file(temporary, Hdf5File::Mode::create);
    file.write_attribute("/", "format", std::string(kFormat));
    file.write_attribute("/", "format_version", format_of(index));
    file.write_attribute("/", "kind", index.kind);
    file.write_attribute("/", "fingerprint", fingerprint_of(dataset));
    if (index.preparation) {
      file.write_attribute("/", "preparation", to_json(*index.preparation));
    }
    holds_molecules(index) ? write_molecules(file, index) : write_features(file, dataset);
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
  if (holds_molecules(index)) {
    return {};
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
