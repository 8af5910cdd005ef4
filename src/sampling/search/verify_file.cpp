#include "sampling/search/verify_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "data/hdf5.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using chem::XtbResult;
using data::Hdf5File;

namespace {

template <typename T, typename Field>
void write_column(Hdf5File& file, const std::string& name, const VerifyBatch& batch, Field XtbResult::*field) {
  std::vector<T> values;
  for (const XtbResult& result : batch.results) {
    values.push_back(static_cast<T>(result.*field));
  }
  file.write(name, values);
}

template <typename T, typename Field>
void read_column(const Hdf5File& file, const std::string& name, VerifyBatch& batch, Field XtbResult::*field) {
  const auto values = file.read<T>(name);
  if (values.size() != batch.results.size()) {
    throw data::DamagedFileError(file.path().string() + ": " + name + " has another length than /smiles");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    batch.results[i].*field = static_cast<Field>(values[i]);
  }
}

}  // namespace

std::string batch_name(const std::vector<std::string>& smiles, const std::string& settings) {
  Hasher hasher;
  hasher.add(settings);
  for (const std::string& molecule : smiles) {
    hasher.add(molecule);
  }
  return hasher.hex().substr(0, 16) + ".h5";
}

void write_batch(const fs::path& path, const VerifyBatch& batch, const std::string& settings) {
  file::write_atomically(path, [&](const fs::path& temporary) {
    Hdf5File file(temporary, Hdf5File::Mode::create);
    file.write_attribute("/", "format", std::string("epitaxy verification"));
    file.write_attribute("/", "format_version", std::int64_t{1});
    file.write_attribute("/", "settings", settings);
    file.write("/smiles", batch.smiles);
    write_column<std::uint8_t>(file, "/converged", batch, &XtbResult::converged);
    write_column<std::uint8_t>(file, "/rearranged", batch, &XtbResult::rearranged);
    write_column<std::uint8_t>(file, "/fell_apart", batch, &XtbResult::fell_apart);
    write_column<std::uint8_t>(file, "/open_shell", batch, &XtbResult::open_shell);
    write_column<double>(file, "/energy_Ha", batch, &XtbResult::energy_Ha);
    write_column<double>(file, "/homo_eV", batch, &XtbResult::homo_eV);
    write_column<double>(file, "/lumo_eV", batch, &XtbResult::lumo_eV);
    write_column<double>(file, "/gap_eV", batch, &XtbResult::gap_eV);
    write_column<std::int64_t>(file, "/steps", batch, &XtbResult::steps);
    write_column<std::string>(file, "/failure", batch, &XtbResult::failure);
    write_column<std::string>(file, "/xyz", batch, &XtbResult::xyz);
    file.close();
  });
}

std::optional<VerifyBatch> read_batch(const fs::path& path, const std::string& settings) {
  const Hdf5File file(path, Hdf5File::Mode::read);
  if (!file.has_attribute("/", "settings") || file.text_attribute("/", "settings") != settings) {
    return std::nullopt;
  }
  VerifyBatch batch{file.read<std::string>("/smiles"), {}};
  batch.results.resize(batch.smiles.size());
  read_column<std::uint8_t>(file, "/converged", batch, &XtbResult::converged);
  read_column<std::uint8_t>(file, "/rearranged", batch, &XtbResult::rearranged);
  if (file.exists("/fell_apart")) {  // Older files do not tell these apart.
    read_column<std::uint8_t>(file, "/fell_apart", batch, &XtbResult::fell_apart);
    read_column<std::uint8_t>(file, "/open_shell", batch, &XtbResult::open_shell);
  }
  read_column<double>(file, "/energy_Ha", batch, &XtbResult::energy_Ha);
  read_column<double>(file, "/homo_eV", batch, &XtbResult::homo_eV);
  read_column<double>(file, "/lumo_eV", batch, &XtbResult::lumo_eV);
  read_column<double>(file, "/gap_eV", batch, &XtbResult::gap_eV);
  read_column<std::int64_t>(file, "/steps", batch, &XtbResult::steps);
  read_column<std::string>(file, "/failure", batch, &XtbResult::failure);
  read_column<std::string>(file, "/xyz", batch, &XtbResult::xyz);
  return batch;
}

}  // namespace epitaxy::sampling
