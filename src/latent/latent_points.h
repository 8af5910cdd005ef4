#pragma once
/// \file
/// Points of a latent space in files: HDF5 and CSV.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace epitaxy::latent {

/// What an HDF5 file of latent points holds. All but `mean` may be absent from a file that was made by other means.
struct LatentFile {
  std::size_t latent = 0;
  std::vector<float> mean;          ///< [rows, latent]
  std::vector<float> log_variance;  ///< [rows, latent]
  std::vector<std::string> smiles;  ///< [rows] canonical
  std::vector<std::int64_t> row;    ///< [rows] line in the table that was encoded
  std::string model_hash;
  std::string hash;

  std::size_t rows() const { return mean.size() / latent; }
};

/// True for `.h5` and `.hdf5`, false for `.csv` and `.csv.gz`. Throws InputError for another ending.
bool is_hdf5(const std::filesystem::path& path);
/// Writes atomically, with the hash of the content.
void write_latent_file(const std::filesystem::path& path, const LatentFile& file);
/// Throws InputError: no such file, damaged, no latent points.
LatentFile read_latent_file(const std::filesystem::path& path);

/// `z_000`, ...
std::string latent_column(std::size_t dimension);

/// Points with what their file says of them.
struct LatentPoints {
  std::vector<float> values;         ///< [rows, latent]
  std::vector<bool> present;         ///< [rows] false for rows of a table without a latent vector.
  std::vector<std::string> columns;  ///< The others of a table; `row` of HDF5.
  std::vector<std::string> fields;   ///< [rows, columns]
  std::string model_hash;            ///< Of the model that encoded them, if that is known.

  std::size_t rows() const { return present.size(); }
};

/// From HDF5 or CSV. Throws InputError: no such file, damaged, not `latent` columns, fields that are no numbers.
LatentPoints read_points(const std::filesystem::path& path, std::size_t latent);

}  // namespace epitaxy::latent
