#include "train/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/key_reader.h"
#include "data/hdf5.h"
#include "models/model_file.h"

namespace epitaxy::train {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr const char* kFormat = "epitaxy checkpoint";

/// The integer and real members of a state, by the names they have in the file.
template <typename State, typename Integers, typename Numbers>
void visit_state(State& s, Integers integer, Numbers number) {
  integer("epoch", s.epoch);
  integer("step", s.step);
  integer("optimizer_steps", s.optimizer_steps);
  integer("best_epoch", s.best_epoch);
  integer("bad_steps", s.bad_steps);
  integer("skipped_steps", s.skipped_steps);
  number("loss_sum", s.loss_sum);
  number("labels", s.labels);
  number("best", s.best);
  number("loss_part_0", s.loss_parts[0]);
  number("loss_part_1", s.loss_parts[1]);
  number("loss_part_2", s.loss_parts[2]);
}

}  // namespace

namespace {

/// `description` as it is stored.
std::string hash_of(const Checkpoint& checkpoint, const std::string& description) {
  Hasher hasher;
  models::hash_model(hasher, description, checkpoint.weights.size(), {checkpoint.weights.data()});
  for (const auto& [name, values] : checkpoint.optimizer) {
    hasher.add(name);
    hasher.add_bytes(values.data(), values.size() * sizeof(float));
  }
  const auto add = [&](const char* name, const auto& value) {
    hasher.add(name);
    hasher.add_bytes(&value, sizeof(value));
  };
  visit_state(checkpoint.state, add, add);
  hasher.add(checkpoint.signature);
  return hasher.hex();
}

}  // namespace

std::string Checkpoint::hash() const { return hash_of(*this, description.to_json()); }

void write_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  const fs::path next = folder / "checkpoint.next.h5";
  file::write_atomically(next, [&](const fs::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    models::write_model_group(out, checkpoint.description, {checkpoint.weights.data()}, checkpoint.trained_on);
    for (const auto& [name, values] : checkpoint.optimizer) {
      out.write("/optimizer/" + name, values.data(), values.size());
    }
    visit_state(
        checkpoint.state, [&](const char* name, std::int64_t v) { out.write_attribute("/", name, v); },
        [&](const char* name, double v) { out.write_attribute("/", name, v); });
    std::vector<std::string> paths;
    std::vector<std::string> prints;
    for (const auto& [path, print] : checkpoint.fingerprints) {
      paths.push_back(path);
      prints.push_back(print);
    }
    out.write("/data/paths", paths);
    out.write("/data/fingerprints", prints);
    out.write_attribute("/data", "signature", checkpoint.signature);
    for (const auto& [name, value] : checkpoint.provenance) {
      out.write_attribute("/model", "provenance_" + name, value);
    }
    out.write_attribute("/", "format", std::string(kFormat));
    out.write_attribute("/", "format_version", kFormatVersion);
    out.write_attribute("/", "complete", static_cast<std::int64_t>(checkpoint.complete));
    out.write_attribute("/", "hash", checkpoint.hash());
    out.close();
  });
  const fs::path current = folder / "checkpoint.h5";
  if (fs::exists(current)) {
    fs::rename(current, folder / "checkpoint.previous.h5");
  }
  fs::rename(next, current);
  file::sync(folder);
}

namespace {

std::map<std::string, linalg::Buffer<float>> read_optimizer(const data::Hdf5File& in, std::size_t size) {
  std::map<std::string, linalg::Buffer<float>> moments;
  for (const std::string& name : in.exists("/optimizer") ? in.children("/optimizer") : std::vector<std::string>{}) {
    const std::string path = "/optimizer/" + name;
    if (in.shape(path) != std::vector<std::size_t>{size}) {
      throw data::DamagedFileError(fmt::format("{} is damaged: '{}' should have {} numbers, one for each weight",
                                               in.path().string(), path, size));
    }
    const auto values = in.read<float>(path);
    std::ranges::copy(values, moments.emplace(name, size).first->second.data());
  }
  return moments;
}

std::map<std::string, std::string> read_fingerprints(const data::Hdf5File& in) {
  const auto paths = in.read<std::string>("/data/paths");
  const auto prints = in.read<std::string>("/data/fingerprints");
  if (paths.size() != prints.size()) {
    throw data::DamagedFileError(fmt::format("{} is damaged: it names {} data sets, but has {} fingerprints",
                                             in.path().string(), paths.size(), prints.size()));
  }
  std::map<std::string, std::string> fingerprints;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    fingerprints[paths[i]] = prints[i];
  }
  return fingerprints;
}

}  // namespace

Checkpoint read_checkpoint(const fs::path& path) {
  const data::Hdf5File in(path, data::Hdf5File::Mode::read);
  if (!in.has_attribute("/", "format") || in.text_attribute("/", "format") != kFormat) {
    fail_input("{} is not a checkpoint of epitaxy", path.string());
  }
  if (in.integer_attribute("/", "format_version") > kFormatVersion) {
    fail_input("{} was written by a newer version of epitaxy", path.string());
  }
  Checkpoint checkpoint;
  auto model = models::read_model_group(in);
  checkpoint.description = std::move(model.description);
  checkpoint.weights = std::move(model.members.at(0));
  checkpoint.optimizer = read_optimizer(in, checkpoint.weights.size());
  visit_state(
      checkpoint.state, [&](const char* name, std::int64_t& v) { v = in.integer_attribute("/", name); },
      [&](const char* name, double& v) { v = in.number_attribute("/", name); });
  checkpoint.fingerprints = read_fingerprints(in);
  checkpoint.signature = in.text_attribute("/data", "signature");
  checkpoint.complete = in.integer_attribute("/", "complete") != 0;
  if (hash_of(checkpoint, models::description_text(in)) != in.text_attribute("/", "hash")) {
    throw data::DamagedFileError(path.string() + " is damaged: its content does not fit its checksum");
  }
  return checkpoint;
}

std::optional<Checkpoint> find_checkpoint(const fs::path& folder) {
  std::string problems;
  bool any = false;
  for (const char* name : {"checkpoint.next.h5", "checkpoint.h5", "checkpoint.previous.h5"}) {
    const fs::path path = folder / name;
    if (!fs::exists(path)) {
      continue;
    }
    any = true;
    try {
      Checkpoint checkpoint = read_checkpoint(path);
      if (!problems.empty()) {
        log::warning("{}; going on from {}", problems, path.string());
      }
      return checkpoint;
    } catch (const InputError& error) {
      problems += (problems.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (any) {
    fail_input("no readable checkpoint in {}: {}. Restore one, or start anew with --fresh", folder.string(), problems);
  }
  return std::nullopt;
}

void check_same_run(const Checkpoint& checkpoint, const std::string& signature,
                    const std::map<std::string, std::string>& fingerprints, const fs::path& folder) {
  const char* advice = "Use another --output, or --fresh to throw the checkpoint away";
  if (!config::is_signature(checkpoint.signature)) {
    fail_input("the checkpoint in {} is of an earlier version, which recorded its settings in another form. {}",
               folder.string(), advice);
  }
  if (checkpoint.signature != signature) {
    fail_input("the checkpoint in {} was made with other settings:{}\n{}", folder.string(),
               config::signature_difference(checkpoint.signature, signature, "checkpoint: ", "input:      "), advice);
  }
  std::vector<std::string> before;
  std::vector<std::string> now;
  for (const auto& [path, print] : checkpoint.fingerprints) {
    before.push_back(print);
  }
  for (const auto& [path, print] : fingerprints) {
    now.push_back(print);
    if (std::ranges::find(before, print) == before.end()) {
      fail_input("the data set {} has changed since the checkpoint in {} was made (fingerprint {} is new). {}", path,
                 folder.string(), print, advice);
    }
  }
  if (before.size() != now.size()) {
    fail_input("the checkpoint in {} was made with {} data sets, not {}. {}", folder.string(), before.size(),
               now.size(), advice);
  }
}

}  // namespace epitaxy::train
