#include "models/model_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>

#include "base/error.h"
#include "base/file.h"
#include "epitaxy_version.h"

namespace epitaxy::models {

namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr const char* kTrainedOn = "/model/trained_on";
constexpr const char* kGroupHash = "hash";

std::string weights_path(std::int64_t member) { return fmt::format("/model/weights/{:04}", member); }

std::vector<const float*> pointers(const std::vector<linalg::Buffer<float>>& members) {
  std::vector<const float*> result;
  for (const auto& member : members) {
    result.push_back(member.data());
  }
  return result;
}

template <typename... Args>
[[noreturn]] void fail_damaged(const data::Hdf5File& file, fmt::format_string<Args...> format, Args&&... args) {
  throw data::DamagedFileError(
      fmt::format("{} is damaged: {}", file.path().string(), fmt::format(format, std::forward<Args>(args)...)));
}

/// What is stored of a parameter's place.
struct Place {
  std::string name;
  std::string shape;
  std::int64_t offset = 0;

  bool operator==(const Place&) const = default;
  std::string told() const { return fmt::format("'{}' [{}] at {}", name, shape, offset); }
};

std::vector<Place> places_of(const nn::ParameterLayout& layout) {
  std::vector<Place> places;
  for (const auto& parameter : layout.parameters()) {
    places.push_back({parameter.name, fmt::format("{}", fmt::join(parameter.shape, "x")),
                      static_cast<std::int64_t>(parameter.offset)});
  }
  return places;
}

ModelDescription read_description(const data::Hdf5File& file, std::span<const Kind* const> kinds) try {
  return ModelDescription::from_json(description_text(file), kinds);
} catch (const InputError& error) {
  fail_input("{}: {}", file.path().string(), error.what());
}

/// The model of a description that may say anything.
std::unique_ptr<Model> model_of(const data::Hdf5File& file, const ModelDescription& description) try {
  return make_model(description);
} catch (const Error& error) {
  fail_damaged(file, "its description is not that of a model: {}", error.what());
}

/// The parameters that a file names are those of its model: its weights mean nothing otherwise.
void check_places(const data::Hdf5File& file, const nn::ParameterLayout& layout) {
  const std::vector<Place> expected = places_of(layout);
  for (const char* array : {"/model/parameter_names", "/model/parameter_shapes", "/model/parameter_offsets"}) {
    if (!file.exists(array) || file.shape(array) != std::vector<std::size_t>{expected.size()}) {
      fail_damaged(file, "'{}' should tell of the {} parameters that its model has", array, expected.size());
    }
  }
  const auto names = file.read<std::string>("/model/parameter_names");
  const auto shapes = file.read<std::string>("/model/parameter_shapes");
  const auto offsets = file.read<std::int64_t>("/model/parameter_offsets");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (const Place found{names[i], shapes[i], offsets[i]}; found != expected[i]) {
      fail_damaged(file, "it holds the parameter {} where its model has {}", found.told(), expected[i].told());
    }
  }
}

/// Compared before any of them is read.
void check_weights(const data::Hdf5File& file, std::int64_t members, std::size_t size) {
  if (members < 1 || !file.exists("/model/weights")) {
    fail_damaged(file, "it holds no weights");
  }
  const auto stored = file.children("/model/weights").size();
  if (stored != static_cast<std::uint64_t>(members)) {
    fail_damaged(file, "it holds weights of {} members where it should have {}", stored, members);
  }
  for (std::int64_t i = 0; i < members; ++i) {
    const std::vector<std::size_t> shape = file.shape(weights_path(i));
    if (shape.size() != 1 || shape[0] != size) {
      fail_damaged(file, "it holds {} weights where its model has {}", fmt::join(shape, "x"), size);
    }
  }
}

/// Of all that a model group says.
std::string group_hash(const std::string& description, std::size_t size, const std::vector<const float*>& members,
                       const data::KnownGroups& trained_on) {
  Hasher hasher;
  hash_model(hasher, description, size, members);
  const auto& hashes = trained_on.hashes();
  hasher.add_bytes(hashes.data(), hashes.size() * sizeof(hashes.front()));
  return hasher.hex();
}

}  // namespace

std::map<std::string, std::string> provenance() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::time_t now = std::time(nullptr);
  std::array<char, 32> written{};
  std::tm utc{};
  std::strftime(written.data(), written.size(), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  return {{"software", std::string("epitaxy ") + EPITAXY_VERSION},
          {"commit", EPITAXY_COMMIT},
          {"host", host.data()},
          {"written", written.data()}};
}

void write_model_group(data::Hdf5File& file, const ModelDescription& description,
                       const std::vector<const float*>& members, const data::KnownGroups& trained_on) {
  const auto model = make_model(description);
  const auto& layout = model->layout();
  std::vector<std::string> names;
  std::vector<std::string> shapes;
  std::vector<std::int64_t> offsets;
  for (const Place& place : places_of(layout)) {
    names.push_back(place.name);
    shapes.push_back(place.shape);
    offsets.push_back(place.offset);
  }
  file.write("/model/parameter_names", names);
  file.write("/model/parameter_shapes", shapes);
  file.write("/model/parameter_offsets", offsets);
  for (std::size_t i = 0; i < members.size(); ++i) {
    file.write(weights_path(static_cast<std::int64_t>(i)), members[i], layout.size());
  }
  if (!trained_on.empty()) {
    const auto& hashes = trained_on.hashes();
    file.write(kTrainedOn, std::vector<std::int64_t>(hashes.begin(), hashes.end()));
  }
  file.write_attribute("/model", "description", description.to_json());
  file.write_attribute("/model", "members", static_cast<std::int64_t>(members.size()));
  file.write_attribute("/model", kGroupHash, group_hash(description.to_json(), layout.size(), members, trained_on));
}

void hash_model(Hasher& hasher, const std::string& description, std::size_t size,
                const std::vector<const float*>& members) {
  hasher.add(description);
  for (const float* member : members) {
    hasher.add_bytes(member, size * sizeof(float));
  }
}

std::string description_text(const data::Hdf5File& file) { return file.text_attribute("/model", "description"); }

ModelFile read_model_group(const data::Hdf5File& file, std::span<const Kind* const> kinds) {
  if (!file.exists("/model")) {
    fail_input("{} holds no model{}", file.path().string(),
               file.has_attribute("/", "format")
                   ? fmt::format(": it is a file of '{}'", file.text_attribute("/", "format"))
                   : "");
  }
  ModelFile result;
  result.description = read_description(file, kinds);
  const auto model = model_of(file, result.description);
  const std::size_t size = model->layout().size();
  const auto members = file.integer_attribute("/model", "members");
  check_weights(file, members, size);
  check_places(file, model->layout());
  for (std::int64_t i = 0; i < members; ++i) {
    const auto values = file.read<float>(weights_path(i));
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
      fail_damaged(file, "it holds weights that are no finite numbers, so it predicts nothing");
    }
    std::copy(values.begin(), values.end(), result.members.emplace_back(size).data());
  }
  if (file.exists(kTrainedOn)) {
    const auto hashes = file.read<std::int64_t>(kTrainedOn);
    result.trained_on = data::KnownGroups(std::vector<std::uint64_t>(hashes.begin(), hashes.end()));
  }
  if (file.has_attribute("/model", kGroupHash) &&  // files of earlier versions have none
      file.text_attribute("/model", kGroupHash) !=
          group_hash(description_text(file), size, pointers(result.members), result.trained_on)) {
    fail_damaged(file, "its content does not fit its checksum");
  }
  return result;
}

void write_model(const std::filesystem::path& path, const ModelFile& model,
                 const std::function<void(data::Hdf5File&)>& add) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    write_model_group(out, model.description, pointers(model.members), model.trained_on);
    Hasher hasher;
    hash_model(hasher, model.description.to_json(), model.members.front().size(), pointers(model.members));
    out.write_attribute("/", "format", std::string("epitaxy model"));
    out.write_attribute("/", "format_version", kFormatVersion);
    out.write_attribute("/", "hash", hasher.hex());
    for (const auto& [name, value] : model.provenance) {
      out.write_attribute("/model", "provenance_" + name, value);
    }
    if (add) {
      add(out);
    }
    out.close();
  });
}

ModelFile read_model(const std::filesystem::path& path, std::span<const Kind* const> kinds) {
  const data::Hdf5File file(path, data::Hdf5File::Mode::read);
  ModelFile model = read_model_group(file, kinds);
  if (file.has_attribute("/", "format") && file.text_attribute("/", "format") == "epitaxy model") {
    Hasher hasher;
    hash_model(hasher, description_text(file), model.members.front().size(), pointers(model.members));
    if (hasher.hex() != file.text_attribute("/", "hash")) {
      throw data::DamagedFileError(fmt::format("{} is damaged: its content does not fit its checksum", path.string()));
    }
  }
  return model;
}

}  // namespace epitaxy::models
