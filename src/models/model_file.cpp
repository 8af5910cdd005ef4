#include "models/model_file.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <ctime>

#include "base/error.h"
#include "base/file.h"
#include "epitaxy_version.h"

namespace epitaxy::models {

namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr const char* kTrainedOn = "/model/trained_on";

std::vector<const float*> pointers(const std::vector<linalg::Buffer<float>>& members) {
  std::vector<const float*> result;
  for (const auto& member : members) {
    result.push_back(member.data());
  }
  return result;
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
  for (const auto& parameter : layout.parameters()) {
    names.push_back(parameter.name);
    offsets.push_back(static_cast<std::int64_t>(parameter.offset));
    shapes.push_back(fmt::format("{}", fmt::join(parameter.shape, "x")));
  }
  file.write("/model/parameter_names", names);
  file.write("/model/parameter_shapes", shapes);
  file.write("/model/parameter_offsets", offsets);
  for (std::size_t i = 0; i < members.size(); ++i) {
    file.write(fmt::format("/model/weights/{:04}", i), members[i], layout.size());
  }
  if (!trained_on.empty()) {
    const auto& hashes = trained_on.hashes();
    file.write(kTrainedOn, std::vector<std::int64_t>(hashes.begin(), hashes.end()));
  }
  file.write_attribute("/model", "description", description.to_json());
  file.write_attribute("/model", "members", static_cast<std::int64_t>(members.size()));
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
    fail_input("{} holds no model", file.path().string());
  }
  ModelFile result;
  result.description = ModelDescription::from_json(description_text(file), kinds);
  const std::size_t size = make_model(result.description)->layout().size();
  const auto members = file.integer_attribute("/model", "members");
  if (members < 1) {
    throw data::DamagedFileError(fmt::format("{} is damaged: it holds no weights", file.path().string()));
  }
  for (std::int64_t i = 0; i < members; ++i) {
    const auto values = file.read<float>(fmt::format("/model/weights/{:04}", i));
    if (values.size() != size) {
      throw data::DamagedFileError(fmt::format("{} is damaged: it holds {} weights where its model has {}",
                                               file.path().string(), values.size(), size));
    }
    std::copy(values.begin(), values.end(), result.members.emplace_back(size).data());
  }
  if (file.exists(kTrainedOn)) {
    const auto hashes = file.read<std::int64_t>(kTrainedOn);
    result.trained_on = data::KnownGroups(std::vector<std::uint64_t>(hashes.begin(), hashes.end()));
  }
  return result;
}

void write_model(const std::filesystem::path& path, const ModelFile& model) {
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
