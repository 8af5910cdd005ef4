#include "data/hdf5_guard.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <vector>

#include "base/memory.h"
#include "data/hdf5.h"
#include "data/hdf5_handle.h"
#include "data/hdf5_seal.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

/// Virtual arrays of virtual arrays: of the program itself there are two levels.
constexpr int kDeepest = 8;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

/// The largest number where the product has no place.
std::uint64_t product(std::uint64_t a, std::uint64_t b) { return b != 0 && a > kMost / b ? kMost : a * b; }

/// Where a source of a virtual array comes from.
struct Source {
  std::string file;
  std::string path;

  auto operator<=>(const Source&) const = default;
};

template <typename Get>
std::string text_of(Get get) {
  const ssize_t length = get(nullptr, 0);
  if (length <= 0) {
    return "";
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  get(text.data(), text.size() + 1);
  return text;
}

/// Of a virtual array, each once.
std::set<Source> sources_of(hid_t properties) {
  std::set<Source> sources;
  std::size_t count = 0;
  H5Pget_virtual_count(properties, &count);
  for (std::size_t i = 0; i < count; ++i) {
    sources.insert(
        {text_of([&](char* text, std::size_t size) { return H5Pget_virtual_filename(properties, i, text, size); }),
         text_of([&](char* text, std::size_t size) { return H5Pget_virtual_dsetname(properties, i, text, size); })});
  }
  return sources;
}

/// The file of a source, which lies in the folder of the virtual array, or below it.
fs::path locate(const Source& source, const fs::path& file, const std::string& path) {
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(fs::absolute(file).parent_path(), ignored);
  const fs::path place = fs::weakly_canonical(folder / source.file, ignored);
  const fs::path way = place.lexically_relative(folder);
  if (way.empty() || *way.begin() == "..") {
    fail_input(
        "{}: '{}' is made of {}, which is outside the file's folder and is not followed: copy its content into the "
        "file",
        file.string(), path, source.file);
  }
  return folder / source.file;
}

void check_array(hid_t array, const fs::path& file, const std::string& path, int depth);

void check_source(hid_t owner, const Source& source, const fs::path& file, const std::string& path, int depth) {
  if (depth >= kDeepest) {
    fail_input("{}: '{}' is made of virtual arrays that are made of others, too deeply", file.string(), path);
  }
  const auto look = [&](hid_t id, const fs::path& place) {
    if (!path_exists(id, source.path)) {
      throw DamagedFileError(fmt::format("{}: holds no '{}'", place.string(), source.path));
    }
    const Handle array(H5Dopen2(id, source.path.c_str(), H5P_DEFAULT), H5Dclose);
    check_array(array, place, source.path, depth + 1);
  };
  if (source.file == ".") {
    const Handle own(H5Iget_file_id(owner), H5Fclose);
    look(own, file);
    return;
  }
  const fs::path place = locate(source, file, path);
  try {
    std::error_code ignored;
    if (!fs::exists(place, ignored)) {
      fail_input("{}: no such file", place.string());
    }
    check_seal(place);
    const Handle other(H5Fopen(place.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (other < 0) {
      fail_input("{}: cannot be opened ({})", place.string(), last_reason());
    }
    look(other, place);
  } catch (const InputError& error) {
    throw DamagedFileError(fmt::format("{}: a part of '{}' cannot be read: {}", file.string(), path, error.what()));
  }
}

/// Of an array in one piece: none.
std::vector<hsize_t> chunk_shape(hid_t properties) {
  if (H5Pget_layout(properties) != H5D_CHUNKED) {
    return {};
  }
  std::vector<hsize_t> extents(H5S_MAX_RANK, 1);
  extents.resize(static_cast<std::size_t>(std::max(0, H5Pget_chunk(properties, H5S_MAX_RANK, extents.data()))));
  return extents;
}

/// Chunks that were never written are filled by HDF5 without a word.
void check_chunks(hid_t array, const std::vector<hsize_t>& chunk, const fs::path& file, const std::string& path) {
  const Handle space(H5Dget_space(array), H5Sclose);
  std::vector<hsize_t> extents(chunk.size(), 0);
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  std::uint64_t expected = 1;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    expected = product(expected, extents[i] / chunk[i] + (extents[i] % chunk[i] != 0 ? 1 : 0));
  }
  hsize_t stored = 0;
  if (H5Dget_num_chunks(array, space, &stored) < 0 || stored < expected) {
    throw DamagedFileError(fmt::format("{}: '{}' should have {} chunks, but {} of them were ever written",
                                       file.string(), path, expected, stored));
  }
}

/// How much of the array is in the file; deflated chunks can be a thousand times as large as stored.
void check_stored(hid_t array, hid_t properties, const fs::path& file, const std::string& path) {
  const Handle space(H5Dget_space(array), H5Sclose);
  const Handle type(H5Dget_type(array), H5Tclose);
  const auto values = static_cast<std::uint64_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  const std::uint64_t needed = product(values, H5Tget_size(type));
  const std::uint64_t stored = H5Dget_storage_size(array);
  std::error_code failed;
  const std::uint64_t length = fs::file_size(file, failed);
  const std::vector<hsize_t> chunk = chunk_shape(properties);
  const bool chunked = !chunk.empty();
  if (needed > 0 && (stored == 0 || (!chunked && (stored < needed || (!failed && needed > length))))) {
    throw DamagedFileError(fmt::format("{}: '{}' should hold {} in {} values, but {} of it are in the file",
                                       file.string(), path, told_bytes(needed), values,
                                       told_bytes(failed ? stored : std::min(stored, length))));
  }
  if (chunked) {
    check_chunks(array, chunk, file, path);
  }
}

void check_array(hid_t array, const fs::path& file, const std::string& path, int depth) {
  if (array < 0) {
    throw DamagedFileError(fmt::format("{}: reading '{}' failed ({})", file.string(), path, last_reason()));
  }
  const Handle properties(H5Dget_create_plist(array), H5Pclose);
  if (H5Pget_external_count(properties) > 0) {
    std::array<char, 4096> name{};
    H5Pget_external(properties, 0, name.size() - 1, name.data(), nullptr, nullptr);
    fail_input("{}: the content of '{}' lies in another file ({}), which is not followed: copy it into the file",
               file.string(), path, name.data());
  }
  if (H5Pget_layout(properties) == H5D_VIRTUAL) {
    for (const Source& source : sources_of(properties)) {
      check_source(array, source, file, path, depth);
    }
  } else {
    check_stored(array, properties, file, path);
  }
}

/// The largest number of bytes that a chunk takes when it is read; 0 for arrays in one piece.
std::uint64_t chunk_bytes(hid_t array) {
  const Handle properties(H5Dget_create_plist(array), H5Pclose);
  const std::vector<hsize_t> chunk = chunk_shape(properties);
  const Handle type(H5Dget_type(array), H5Tclose);
  std::uint64_t bytes = chunk.empty() ? 0 : H5Tget_size(type);
  for (const hsize_t extent : chunk) {
    bytes = product(bytes, extent);
  }
  return bytes;
}

}  // namespace

void check_content(hid_t array, const fs::path& file, const std::string& path) { check_array(array, file, path, 0); }

void check_memory(hid_t array, const std::array<std::size_t, 3>& factors, const fs::path& file,
                  const std::string& path) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 26;  // asking what there is costs more than these
  const std::uint64_t chunk = product(chunk_bytes(array), 2);
  const std::uint64_t values_bytes = product(product(factors[0], factors[1]), factors[2]);
  const std::uint64_t needed = chunk > kMost - values_bytes ? kMost : chunk + values_bytes;
  if (needed <= kSmall) {
    return;
  }
  require_memory(fmt::format("{}: '{}'", file.string(), path), needed);
}

}  // namespace epitaxy::data
