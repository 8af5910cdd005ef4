#include "data/hdf5.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <type_traits>
#include <utility>

#include "data/hdf5_guard.h"
#include "data/hdf5_handle.h"
#include "data/hdf5_seal.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_write(const fs::path& file, const std::string& path) {
  fail("{}: writing '{}' failed ({})", file.string(), path, last_reason());
}

[[noreturn]] void fail_read(const fs::path& file, const std::string& path) {
  throw DamagedFileError(fmt::format("{}: reading '{}' failed ({})", file.string(), path, last_reason()));
}

/// Whether another program holds the lock that HDF5 takes while it writes a file.
bool is_being_written(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool locked = descriptor >= 0 && ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  return locked;
}

[[noreturn]] void fail_being_written(const fs::path& path) {
  fail_input("{}: another program has the file open for writing (h5py, a notebook, another run?): close it there first",
             path.string());
}

[[noreturn]] void fail_open(const fs::path& path) {
  const std::string reason = last_reason();
  if (is_being_written(path)) {
    fail_being_written(path);
  }
  if (reason.find("unable to lock") != std::string::npos) {
    fail_input(
        "{}: HDF5 cannot lock the file ({}). Another program may be writing it; on a network file system without "
        "locks, set HDF5_USE_FILE_LOCKING=FALSE",
        path.string(), reason);
  }
  if (H5Fis_hdf5(path.c_str()) > 0) {
    throw DamagedFileError(fmt::format("{}: the file is damaged ({})", path.string(), reason));
  }
  H5Eclear2(H5E_DEFAULT);
  fail_input("{}: cannot be opened as an HDF5 file ({})", path.string(), reason);
}

hid_t open_for_reading(const fs::path& path, hid_t access) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    fail_input("{}: no such file", path.string());
  }
  if (fs::is_directory(path, ignored)) {
    fail_input("{}: is a folder, not an HDF5 file", path.string());
  }
  try {
    check_seal(path);
  } catch (const DamagedFileError&) {
    if (is_being_written(path)) {
      fail_being_written(path);
    }
    throw;
  }
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
  if (id < 0) {
    fail_open(path);
  }
  return id;
}

/// A file under construction lives in memory: HDF5 1.10 crashes when the disk is full while it writes metadata.
hid_t create_in_memory(const fs::path& path, hid_t access) {
  constexpr std::size_t kGrowth = std::size_t{1} << 20;
  H5Pset_fapl_core(access, kGrowth, false);
  const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (id < 0) {
    fail("{}: cannot be created ({})", path.string(), last_reason());
  }
  return id;
}

int create_on_disk(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    fail("{}: cannot be created ({})", path.string(), std::strerror(errno));
  }
  return descriptor;
}

void write_all(int descriptor, const char* bytes, std::size_t count, const fs::path& path) {
  while (count > 0) {
    const ssize_t written = ::write(descriptor, bytes, count);
    if (written < 0 && errno != EINTR) {
      fail("{}: writing failed ({})", path.string(), std::strerror(errno));
    }
    if (written > 0) {
      bytes += written;
      count -= static_cast<std::size_t>(written);
    }
  }
}

/// The bytes of a file that was created in memory; valid while it stays open and unchanged.
std::pair<const char*, std::size_t> image(hid_t file, const fs::path& path) {
  void** memory = nullptr;
  ssize_t size = -1;
  if (H5Fflush(file, H5F_SCOPE_LOCAL) >= 0 &&
      H5Fget_vfd_handle(file, H5P_DEFAULT, reinterpret_cast<void**>(&memory)) >= 0) {
    size = H5Fget_file_image(file, nullptr, 0);
  }
  if (size < 0 || memory == nullptr) {
    fail("{}: writing failed ({})", path.string(), last_reason());
  }
  return {static_cast<const char*>(*memory), static_cast<std::size_t>(size)};
}

/// An open array of a file with its shape.
struct OpenArray {
  Handle array;
  Handle type;
  std::vector<hsize_t> dimensions;
};

OpenArray open_array(hid_t file, const fs::path& file_path, const std::string& path) {
  if (!path_exists(file, path)) {
    fail_input("{}: holds no '{}'", file_path.string(), path);
  }
  Handle array(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose);
  if (array < 0) {
    fail_read(file_path, path);
  }
  const Handle space(H5Dget_space(array), H5Sclose);
  Handle type(H5Dget_type(array), H5Tclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 1 || rank > 2) {
    fail_input("{}: '{}' is not an array of one or two dimensions", file_path.string(), path);
  }
  std::vector<hsize_t> dimensions(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, dimensions.data(), nullptr);
  return {std::move(array), std::move(type), std::move(dimensions)};
}

/// The part of an array to read, in memory and in the file.
struct Selection {
  Handle memory;
  Handle file;
};

Selection select_rows(hid_t array, std::size_t first, const std::vector<hsize_t>& extent) {
  const std::vector<hsize_t> start{first, 0};
  Handle file(H5Dget_space(array), H5Sclose);
  H5Sselect_hyperslab(file, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
  return {Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose), std::move(file)};
}

/// Texts of fixed length end at their first zero.
bool read_fixed_texts(hid_t array, hid_t stored, const Selection& selection, std::vector<std::string>& values) {
  const std::size_t length = H5Tget_size(stored);
  std::vector<char> bytes(values.size() * length);
  const bool read = H5Dread(array, stored, selection.memory, selection.file, H5P_DEFAULT, bytes.data()) >= 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char* text = bytes.data() + i * length;
    values[i].assign(text, strnlen(text, length));
  }
  return read;
}

template <typename T>
bool read_values(hid_t array, [[maybe_unused]] hid_t stored, const Selection& selection, std::vector<T>& values) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (!is_variable_text(stored)) {
      return read_fixed_texts(array, stored, selection, values);
    }
    const Handle type = text_type();
    std::vector<char*> pointers(values.size(), nullptr);
    const bool read = H5Dread(array, type, selection.memory, selection.file, H5P_DEFAULT, pointers.data()) >= 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = pointers[i] == nullptr ? "" : pointers[i];
      H5free_memory(pointers[i]);
    }
    return read;
  } else {
    return H5Dread(array, native_type<T>(), selection.memory, selection.file, H5P_DEFAULT, values.data()) >= 0;
  }
}

/// Of a value in memory, while an array of them is read.
template <typename T>
std::size_t bytes_of([[maybe_unused]] hid_t stored) {
  if constexpr (std::is_same_v<T, std::string>) {
    return sizeof(T) + (is_variable_text(stored) ? sizeof(char*) : 2 * H5Tget_size(stored));
  } else {
    return sizeof(T);
  }
}

template <typename T>
bool write_values(hid_t array, hid_t type, const T* values, [[maybe_unused]] std::size_t count) {
  if constexpr (std::is_same_v<T, std::string>) {
    std::vector<const char*> pointers(count);
    std::transform(values, values + count, pointers.begin(), [](const std::string& text) { return text.c_str(); });
    return H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) >= 0;
  } else {
    return H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
  }
}

}  // namespace

Hdf5File::Hdf5File(const fs::path& path, Mode mode) : path_(path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  if (mode == Mode::read) {
    id_ = open_for_reading(path, access);
    return;
  }
  id_ = create_in_memory(path, access);
  try {
    descriptor_ = create_on_disk(path);
  } catch (...) {
    H5Fclose(id_);
    throw;
  }
}

Hdf5File::~Hdf5File() { release(); }

Hdf5File::Hdf5File(Hdf5File&& other) noexcept
    : path_(std::move(other.path_)),
      id_(std::exchange(other.id_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void Hdf5File::release() noexcept {
  if (id_ >= 0) {
    H5Fclose(std::exchange(id_, -1));
  }
  if (descriptor_ >= 0) {
    ::close(std::exchange(descriptor_, -1));
  }
}

void Hdf5File::close() {
  if (descriptor_ >= 0) {
    const auto [bytes, count] = image(id_, path_);
    write_all(descriptor_, bytes, count, path_);
    const std::string seal = seal_of(bytes, count);
    write_all(descriptor_, seal.data(), seal.size(), path_);
    if (::close(std::exchange(descriptor_, -1)) != 0) {
      fail("{}: writing failed ({})", path_.string(), std::strerror(errno));
    }
  }
  release();
}

template <typename T>
void Hdf5File::write(const std::string& path, const T* values, std::size_t rows, std::size_t columns) {
  const hsize_t dimensions[2] = {rows, columns};
  const std::size_t count = rows * std::max<std::size_t>(columns, 1);
  const Handle space(H5Screate_simple(columns == 0 ? 1 : 2, dimensions, nullptr), H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  const Handle links = link_properties();
  const Handle texts = text_type();
  hid_t type = texts;
  if constexpr (std::is_same_v<T, std::string>) {
    std::for_each(values, values + count, [&](const std::string& text) { check_no_zero_byte(text, path_, path); });
  } else {
    type = native_type<T>();
  }
  const Handle array(H5Dcreate2(id_, path.c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose);
  if (array < 0 || !write_values(array, type, values, count)) {
    fail_write(path_, path);
  }
}

template <typename T>
void Hdf5File::write(const std::string& path, const std::vector<T>& values, std::size_t columns) {
  check(columns == 0 || values.size() % columns == 0, "an array has full rows");
  write(path, values.data(), columns == 0 ? values.size() : values.size() / columns, columns);
}

template <typename T>
std::vector<T> Hdf5File::read(const std::string& path) const {
  return read_rows<T>(path, 0, shape(path)[0]);
}

template <typename T>
std::vector<T> Hdf5File::read_rows(const std::string& path, std::size_t first, std::size_t count) const {
  const OpenArray open = open_array(id_, path_, path);
  if (first > open.dimensions[0] || count > open.dimensions[0] - first) {
    fail_input("{}: '{}' has {} rows, so rows {} to {} cannot be read", path_.string(), path, open.dimensions[0], first,
               first + count);
  }
  if ((H5Tget_class(open.type) == H5T_STRING) != std::is_same_v<T, std::string>) {
    fail_input("{}: '{}' does not hold {}", path_.string(), path, std::is_same_v<T, std::string> ? "texts" : "numbers");
  }
  std::vector<hsize_t> extent = open.dimensions;
  extent[0] = count;
  const std::size_t columns = extent.size() == 2 ? extent[1] : 1;
  if (count > 0 && columns > 0) {
    check_content(open.array, path_, path);
    check_memory(open.array, {count, columns, bytes_of<T>(open.type)}, path_, path);
  }
  std::vector<T> values(count * columns);
  if (!values.empty() && !read_values(open.array, open.type, select_rows(open.array, first, extent), values)) {
    fail_read(path_, path);
  }
  return values;
}

std::vector<std::size_t> Hdf5File::shape(const std::string& path) const {
  const OpenArray open = open_array(id_, path_, path);
  return {open.dimensions.begin(), open.dimensions.end()};
}

bool Hdf5File::is_sealed() const { return has_seal(path_); }

bool Hdf5File::exists(const std::string& path) const { return path_exists(id_, path); }

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  if (!exists(group)) {
    fail_input("{}: holds no '{}'", path_.string(), group);
  }
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
    static_cast<std::vector<std::string>*>(target)->emplace_back(name);
    return 0;
  };
  hsize_t position = 0;
  if (H5Literate_by_name(id_, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, &position, collect, &names, H5P_DEFAULT) < 0) {
    fail_input("{}: '{}' is not a group ({})", path_.string(), group, last_reason());
  }
  std::sort(names.begin(), names.end());
  return names;
}

#define EPITAXY_INSTANTIATE(T)                                                              \
  template void Hdf5File::write<T>(const std::string&, const std::vector<T>&, std::size_t); \
  template void Hdf5File::write<T>(const std::string&, const T*, std::size_t, std::size_t); \
  template std::vector<T> Hdf5File::read<T>(const std::string&) const;                      \
  template std::vector<T> Hdf5File::read_rows<T>(const std::string&, std::size_t, std::size_t) const;
EPITAXY_INSTANTIATE(float)
EPITAXY_INSTANTIATE(double)
EPITAXY_INSTANTIATE(std::int64_t)
EPITAXY_INSTANTIATE(std::uint8_t)
EPITAXY_INSTANTIATE(std::string)
#undef EPITAXY_INSTANTIATE

}  // namespace epitaxy::data
