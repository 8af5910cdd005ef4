#include "latent/latent_points.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/hdf5.h"
#include "data/table_source.h"

namespace epitaxy::latent {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kFormatVersion = 1;

std::string hash_of(const LatentFile& file) {
  Hasher hasher;
  hasher.add(file.model_hash);
  hasher.add(std::span<const float>(file.mean));
  hasher.add(std::span<const float>(file.log_variance));
  hasher.add(std::span<const std::int64_t>(file.row));
  for (const std::string& smiles : file.smiles) {
    hasher.add(smiles);
  }
  return hasher.hex();
}

std::string text_or_nothing(const data::Hdf5File& file, const std::string& name) {
  return file.has_attribute("/", name) ? file.text_attribute("/", name) : "";
}

/// An array of a file that need not be there; it has the rows of the points, and columns as given.
template <typename T>
std::vector<T> read_optional(const data::Hdf5File& file, const std::string& path,
                             const std::vector<std::size_t>& shape) {
  if (!file.exists(path)) {
    return {};
  }
  if (const auto found = file.shape(path); found != shape) {
    fail_input("{}: '{}' has the shape {}, but by '/mean' it should have {}", file.path().string(), path,
               fmt::join(found, "x"), fmt::join(shape, "x"));
  }
  return file.read<T>(path);
}

}  // namespace

bool is_hdf5(const fs::path& path) {
  const fs::path name = path.extension() == ".gz" ? path.stem() : path;
  const bool hdf5 = path.extension() == ".h5" || path.extension() == ".hdf5";
  if (!hdf5 && name.extension() != ".csv") {
    fail_input("{}: files of latent vectors end in .h5 or .csv", path.string());
  }
  return hdf5;
}

void write_latent_file(const fs::path& path, const LatentFile& content) {
  file::write_atomically(path, [&](const fs::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    out.write("/mean", content.mean, content.latent);
    out.write("/log_variance", content.log_variance, content.latent);
    out.write("/smiles", content.smiles);
    out.write("/row", content.row);
    out.write_attribute("/", "format", std::string("epitaxy latent"));
    out.write_attribute("/", "format_version", kFormatVersion);
    out.write_attribute("/", "model_hash", content.model_hash);
    out.write_attribute("/", "hash", hash_of(content));
    out.close();
  });
}

LatentFile read_latent_file(const fs::path& path) {
  const data::Hdf5File file(path, data::Hdf5File::Mode::read);
  if (!file.exists("/mean")) {
    fail_input("{}: holds no latent vectors ('/mean'); 'epitaxy encode' writes such files", path.string());
  }
  const auto shape = file.shape("/mean");
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
    fail_input("{}: '/mean' has to be an array [rows, latent] with at least one row", path.string());
  }
  LatentFile content;
  content.latent = shape[1];
  content.mean = file.read<float>("/mean");
  content.log_variance = read_optional<float>(file, "/log_variance", shape);
  content.smiles = read_optional<std::string>(file, "/smiles", {shape[0]});
  content.row = read_optional<std::int64_t>(file, "/row", {shape[0]});
  content.model_hash = text_or_nothing(file, "model_hash");
  content.hash = text_or_nothing(file, "hash");
  if (!content.hash.empty() && content.hash != hash_of(content)) {
    throw data::DamagedFileError(
        fmt::format("{} is damaged: its content does not fit its checksum; encode again, and write changed vectors to "
                    "a new file",
                    path.string()));
  }
  return content;
}

std::string latent_column(std::size_t dimension) { return fmt::format("z_{:03}", dimension); }

namespace {

/// The dimension that a column of a table holds: `z_7`, `z_007`.
std::optional<std::size_t> latent_dimension(const std::string& column) {
  const bool digits = column.size() > 2 && column.size() < 9 &&
                      std::all_of(column.begin() + 2, column.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && column.starts_with("z_") ? std::optional(std::stoul(column.substr(2))) : std::nullopt;
}

/// By dimension: which column holds it.
std::vector<std::size_t> find_columns(const data::CsvTable& table, const fs::path& path, std::size_t latent) {
  std::map<std::size_t, std::size_t> found;
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    if (const auto dimension = latent_dimension(table.columns()[c])) {
      if (!found.emplace(*dimension, c).second) {
        fail_input("{}: two columns hold the latent dimension {}", path.string(), *dimension);
      }
    }
  }
  if (found.size() != latent || found.rbegin()->first != latent - 1) {
    std::string there = "none";
    if (!found.empty()) {
      there = fmt::format("{} ({} to {})", found.size(), table.columns()[found.begin()->second],
                          table.columns()[found.rbegin()->second]);
    }
    fail_input("{}: the model needs {} latent columns, {} to {}; the table has {}. Encode with the same model",
               path.string(), latent, latent_column(0), latent_column(latent - 1), there);
  }
  std::vector<std::size_t> columns;
  for (const auto& [dimension, column] : found) {
    columns.push_back(table.number_column(table.columns()[column]));
  }
  return columns;
}

/// The latent vector of a row of a table; false when all its fields are empty.
bool read_vector(const data::CsvTable& table, std::size_t row, const std::vector<std::size_t>& columns,
                 const fs::path& path, float* values) {
  if (const std::string problem = table.row_problem(row); !problem.empty()) {
    fail_input("{}:{}: {}", path.string(), table.line(row), problem);
  }
  if (std::ranges::all_of(columns, [&](std::size_t c) { return table.field(row, c).empty(); })) {
    return false;
  }
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const auto field = table.number_text(row, columns[j]);
    const auto value = text::to_double(field);
    values[j] = static_cast<float>(value.value_or(NAN));
    if (!std::isfinite(values[j])) {
      fail_input("{}:{}: '{}' in the column {} is not a finite number", path.string(), table.line(row), field,
                 table.columns()[columns[j]]);
    }
  }
  return true;
}

LatentPoints read_csv_points(const fs::path& path, std::size_t latent) {
  const data::CsvTable table = data::read_table(path);
  const std::vector<std::size_t> latent_columns = find_columns(table, path, latent);
  std::vector<std::size_t> others;
  LatentPoints points;
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    if (!latent_dimension(table.columns()[c])) {
      others.push_back(c);
      points.columns.push_back(table.columns()[c]);
    }
  }
  points.values.resize(table.rows() * latent);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    points.present.push_back(read_vector(table, row, latent_columns, path, points.values.data() + row * latent));
    for (const std::size_t c : others) {
      points.fields.emplace_back(table.field(row, c));
    }
  }
  if (std::ranges::find(points.present, true) == points.present.end()) {
    fail_input("{}: no row has a latent vector", path.string());
  }
  return points;
}

LatentPoints read_hdf5_points(const fs::path& path, std::size_t latent) {
  LatentFile file = read_latent_file(path);
  if (file.latent != latent) {
    fail_input("{}: its latent vectors have {} numbers, those of the model {}. Encode with the same model",
               path.string(), file.latent, latent);
  }
  LatentPoints points;
  points.columns = {"row"};
  for (std::size_t row = 0; row < file.rows(); ++row) {
    const auto values = std::span<const float>(file.mean).subspan(row * latent, latent);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
      fail_input("{}: row {} of '/mean' (from 0) holds numbers that are not finite", path.string(), row);
    }
    points.fields.push_back(file.row.empty() ? std::to_string(row) : std::to_string(file.row[row]));
  }
  points.present.assign(file.rows(), true);
  points.values = std::move(file.mean);
  points.model_hash = std::move(file.model_hash);
  return points;
}

}  // namespace

LatentPoints read_points(const fs::path& path, std::size_t latent) {
  return is_hdf5(path) ? read_hdf5_points(path, latent) : read_csv_points(path, latent);
}

}  // namespace epitaxy::latent
