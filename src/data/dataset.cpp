#include "data/dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>
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
/// Where the texts of the source are, whatever the substance.
constexpr const char* kSource = "/formula";
/// The newest format that can be read: 1 holds compositions, 2 molecules, 3 any substance.
constexpr std::int64_t kFormatVersion = 3;

/// What the first two formats held besides.
struct OldFeatures {
  std::vector<std::string> names;
  std::vector<float> values;
};

/// `old` of the first two formats, whose fingerprints are made like those of today but for the features; format 1 has
/// one array of texts.
std::string fingerprint_of(const DatasetIndex& index, std::int64_t format = kFormatVersion,
                           const OldFeatures& old = {}) {
  Hasher hasher;
  const auto add_texts = [&](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      hasher.add(text);
    }
  };
  hasher.add(index.substance->name());
  add_texts(old.names);
  hasher.add(std::span<const float>(old.values));
  for (const Target& target : index.targets) {
    hasher.add(target.name);
    hasher.add(target.unit);
    hasher.add(std::span<const double>(target.values));
    add_texts(target.classes);
  }
  add_texts(index.source);
  add_texts(index.groups);
  hasher.add(std::span<const std::int64_t>(index.lines));
  if (format > 1) {
    add_texts(index.texts);
  }
  for (const auto& [notation, texts] : index.notations) {
    add_texts(texts);
  }
  for (const TokenList& list : index.token_lists) {
    hasher.add(list.representation);
    add_texts(list.symbols);
    const std::uint64_t longest = list.longest;
    hasher.add_bytes(&longest, sizeof longest);
  }
  return hasher.hex();
}

/// Of what a data set holds besides, bound to its content. The fingerprint names the data of runs and leaves it out.
std::string preparation_hash(const std::string& fingerprint, const std::string& preparation) {
  Hasher hasher;
  hasher.add(fingerprint);
  hasher.add(preparation);
  return hasher.hex();
}

void check_sizes(const DatasetIndex& index) {
  const std::size_t rows = index.rows;
  check(index.texts.size() == rows && index.groups.size() == rows && index.source.size() == rows &&
            index.lines.size() == rows,
        "a data set has texts and identifiers for every row");
  for (const std::string& notation : index.substance->notations()) {
    const auto found = index.notations.find(notation);
    check(found != index.notations.end() && found->second.size() == rows, "a data set has notations of every row");
  }
  check(index.token_lists.size() == index.substance->representations().size(),
        "a data set has the token lists of its representations");
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
    if (!target.classes.empty()) {
      file.write("/classes/" + target.name, target.classes);
    }
    names.push_back(target.name);
  }
  file.write("/target_names", names);
}

/// Prepared texts stand under the substance's own name, unless the texts of the source stand there.
std::string path_of_texts(const chem::Substance& substance) {
  const std::string own = "/" + substance.text_name();
  return own == kSource ? "/text" : own;
}

void write_texts(Hdf5File& file, const DatasetIndex& index) {
  file.write(path_of_texts(*index.substance), index.texts);
  for (const auto& [notation, texts] : index.notations) {
    file.write("/" + notation, texts);
  }
  for (const TokenList& list : index.token_lists) {
    const std::string path = "/tokens/" + list.representation;
    file.write(path, list.symbols);
    file.write_attribute(path, "longest", static_cast<std::int64_t>(list.longest));
  }
}

/// Files of earlier versions have it in the settings of their import.
std::optional<Preparation> read_preparation(const Hdf5File& file, const chem::Substance& substance) {
  std::optional<Preparation> preparation;
  if (file.has_attribute("/", "preparation")) {
    preparation = preparation_from_json(file.text_attribute("/", "preparation"));
    keep_rules_of(substance, *preparation);
  } else if (file.exists("/provenance") && file.has_attribute("/provenance", "settings")) {
    preparation = preparation_of_settings(file.text_attribute("/provenance", "settings"));
  }
  return preparation;
}

/// Some rows of the arrays of a file, each of which has `all`.
struct Window {
  std::size_t all = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

template <typename T>
std::vector<T> read_part(const Hdf5File& file, const std::string& path, const Window& window) {
  if (file.shape(path) != std::vector<std::size_t>{window.all}) {
    fail_input("'{}' has another size than the rest", path);
  }
  return file.read_rows<T>(path, window.first, window.count);
}

std::string path_of_texts(const Hdf5File& file) {
  // Formulas need no preparing, and format 1 holds them as they were written.
  return file.integer_attribute("/", "format_version") == 1
             ? kSource
             : path_of_texts(chem::substance(file.text_attribute("/", "kind")));
}

std::size_t count_rows(const Hdf5File& file) { return file.shape(path_of_texts(file)).at(0); }

void read_texts(const Hdf5File& file, const Window& window, DatasetIndex& index) {
  index.texts = read_part<std::string>(file, path_of_texts(file), window);
  index.rows = index.texts.size();
  for (const std::string& notation : index.substance->notations()) {
    index.notations[notation] = read_part<std::string>(file, "/" + notation, window);
  }
  for (const chem::Representation& representation : index.substance->representations()) {
    const std::string tokens = "/tokens/" + representation.name;
    index.token_lists.push_back({representation.name, file.read<std::string>(tokens),
                                 static_cast<std::size_t>(file.integer_attribute(tokens, "longest"))});
  }
}

Target read_target(const Hdf5File& file, const std::string& name, const Window& window) {
  const std::string path = "/targets/" + name;
  Target target{name, file.text_attribute(path, "unit"), read_part<double>(file, path, window), {}};
  if (!file.exists("/classes/" + name)) {
    return target;
  }
  target.classes = file.read<std::string>("/classes/" + name);
  for (const double value : target.values) {
    if (!std::isnan(value) && !(value >= 0 && value < static_cast<double>(target.classes.size()))) {
      fail_input("'{}' has a class without a name", path);
    }
  }
  return target;
}

DatasetIndex read_content(const Hdf5File& file, std::size_t first, std::size_t count) try {
  const std::size_t all = count_rows(file);
  const Window window{all, std::min(first, all), std::min(count, all - std::min(first, all))};
  DatasetIndex index;
  index.path = file.path();
  index.substance = &chem::substance(file.text_attribute("/", "kind"));
  index.fingerprint = file.text_attribute("/", "fingerprint");
  read_texts(file, window, index);
  index.source = read_part<std::string>(file, kSource, window);
  index.groups = read_part<std::string>(file, "/group", window);
  index.lines = read_part<std::int64_t>(file, "/line", window);
  for (const std::string& name : file.read<std::string>("/target_names")) {
    index.targets.push_back(read_target(file, name, window));
  }
  index.preparation = read_preparation(file, *index.substance);
  return index;
} catch (const InputError& error) {
  // The format mark is there, so anything that is missing or does not fit was lost.
  throw DamagedFileError(error.what());
}

/// True for files of earlier versions, which have no hash of it.
bool preparation_fits(const Hdf5File& file, const std::string& fingerprint) {
  if (!file.has_attribute("/", "preparation_hash")) {
    return true;
  }
  return file.has_attribute("/", "preparation") &&
         preparation_hash(fingerprint, file.text_attribute("/", "preparation")) ==
             file.text_attribute("/", "preparation_hash");
}

/// Throws InputError when a file was changed since its fingerprint was made. A sealed one was not: the whole of it has
/// been compared with its checksum. Another program that writes in a file cuts the seal off.
void check_fingerprint(const Hdf5File& file, const DatasetIndex& index) {
  if (file.is_sealed()) {
    return;
  }
  OldFeatures old;
  const std::int64_t format = file.integer_attribute("/", "format_version");
  if (format < kFormatVersion && file.exists("/features")) {
    old = {file.read<std::string>("/feature_names"), file.read<float>("/features")};
  }
  if (fingerprint_of(index, format, old) != index.fingerprint) {
    fail_input(
        "{}: its content was changed by another program and does not fit its fingerprint any more: change the source "
        "and import it again, into another folder if results of the old data are to stay",
        file.path().string());
  }
  if (!preparation_fits(file, index.fingerprint)) {
    fail_input(
        "{}: what it says of the preparation of its {} was changed by another program: import the source again, with "
        "the rules that are meant",
        file.path().string(), index.substance->plural());
  }
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
  if (!file.has_attribute("/", "kind")) {
    return;  // damaged
  }
  const std::string kind = file.text_attribute("/", "kind");
  const auto known = [&](const chem::Substance* substance) { return substance->name() == kind; };
  if (std::ranges::none_of(chem::substances(), known)) {
    fail_input("{}: holds rows of kind '{}', which this program does not know", path, kind);
  }
}

std::string name_in_messages(const DatasetIndex& index) {
  return index.path.empty() ? "the data set" : index.path.string();
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
  const std::string file = name_in_messages(*this);
  if (name.empty()) {
    fail_input("{}: holds {} targets, so one has to be named: {}", file, targets.size(), text::join(names, ", "));
  }
  const auto nearest = text::nearest(name, names);
  fail_input("{}: holds no target '{}'{}; it holds: {}", file, name,
             nearest ? " (did you mean '" + *nearest + "'?)" : "", text::join(names, ", "));
}

const std::vector<std::string>& texts(const DatasetIndex& index, const std::string& notation) {
  if (notation.empty()) {
    return index.texts;
  }
  const auto found = index.notations.find(notation);
  if (found == index.notations.end()) {
    fail_input("{}: {} have no notation '{}'", name_in_messages(index), index.substance->plural(), notation);
  }
  return found->second;
}

const TokenList& token_list(const DatasetIndex& index, const std::string& representation) {
  for (const TokenList& list : index.token_lists) {
    if (list.representation == representation) {
      return list;
    }
  }
  try {
    index.substance->representation(representation);
  } catch (const InputError& error) {
    fail_input("{}: {}", name_in_messages(index), error.what());
  }
  fail("{}: lacks the tokens of '{}'", name_in_messages(index), representation);
}

std::vector<TokenList> make_token_lists(const DatasetIndex& index) {
  std::vector<TokenList> lists;
  for (const chem::Representation& representation : index.substance->representations()) {
    std::set<std::string_view> symbols;
    std::size_t longest = 0;
    for (const std::string& text : texts(index, representation.notation)) {
      const std::vector<std::string_view> tokens = chem::split(representation.tokenizer, text);
      symbols.insert(tokens.begin(), tokens.end());
      longest = std::max(longest, tokens.size());
    }
    lists.push_back({representation.name, {symbols.begin(), symbols.end()}, longest});
  }
  return lists;
}

void write_dataset(const std::filesystem::path& path, const Dataset& dataset) {
  const DatasetIndex& index = dataset.index;
  check_sizes(index);
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    Hdf5File file(temporary, Hdf5File::Mode::create);
    file.write_attribute("/", "format", std::string(kFormat));
    file.write_attribute("/", "format_version", kFormatVersion);
    file.write_attribute("/", "kind", index.substance->name());
    const std::string fingerprint = fingerprint_of(index);
    file.write_attribute("/", "fingerprint", fingerprint);
    if (index.preparation) {
      const std::string preparation = to_json(*index.preparation);
      file.write_attribute("/", "preparation", preparation);
      file.write_attribute("/", "preparation_hash", preparation_hash(fingerprint, preparation));
    }
    write_texts(file, index);
    write_targets(file, index.targets);
    file.write(kSource, index.source);
    file.write("/group", index.groups);
    file.write("/line", index.lines);
    for (const auto& [name, value] : dataset.provenance) {
      file.write_attribute("/provenance", name, value);
    }
    file.close();
  });
}

namespace {

/// What `read` makes of an opened data set.
template <typename Read>
auto open_dataset(const std::filesystem::path& path, Read read) {
  try {
    const Hdf5File file(path, Hdf5File::Mode::read);
    check_format(file);
    return read(file);
  } catch (const DamagedFileError& error) {
    throw DamagedFileError(
        fmt::format("{}: the data set is damaged; import it again ({})", path.string(), error.what()));
  }
}

}  // namespace

DatasetIndex read_window(const std::filesystem::path& path, std::size_t first, std::size_t count) {
  return open_dataset(path, [&](const Hdf5File& file) {
    DatasetIndex index = read_content(file, first, count);
    const bool whole = index.rows == count_rows(file);
    check_fingerprint(file, whole || file.is_sealed() ? index : read_content(file, 0, count_rows(file)));
    return index;
  });
}

DatasetIndex read_index(const std::filesystem::path& path) {
  return read_window(path, 0, std::numeric_limits<std::size_t>::max());
}

std::size_t count_rows(const std::filesystem::path& path) {
  return open_dataset(path, [](const Hdf5File& file) { return count_rows(file); });
}

}  // namespace epitaxy::data
