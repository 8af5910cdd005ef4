#include "data/hdf5.h"
#include "data/hdf5_handle.h"

namespace epitaxy::data {

namespace {

namespace fs = std::filesystem;

/// Creates or replaces one scalar attribute; the object becomes a group when there is none yet.
void write_scalar(hid_t file, const fs::path& file_path, const std::string& path, const std::string& name, hid_t type,
                  const void* value) {
  if (!path_exists(file, path)) {
    const Handle links = link_properties();
    const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties, false);
    const Handle group(H5Gcreate2(file, path.c_str(), links, properties, H5P_DEFAULT), H5Gclose);
  }
  const Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
  if (object >= 0 && H5Aexists(object, name.c_str()) > 0) {
    H5Adelete(object, name.c_str());
  }
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle properties(H5Pcreate(H5P_ATTRIBUTE_CREATE), H5Pclose);
  H5Pset_char_encoding(properties, H5T_CSET_UTF8);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, properties, H5P_DEFAULT), H5Aclose);
  if (attribute < 0 || H5Awrite(attribute, type, value) < 0) {
    fail("{}: writing attribute '{}' of '{}' failed ({})", file_path.string(), name, path, last_reason());
  }
}

Handle open_attribute(hid_t file, const fs::path& file_path, const std::string& path, const std::string& name) {
  const bool there = path_exists(file, path);
  if (!there || H5Aexists_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT) <= 0) {
    fail_input("{}: '{}' has no attribute '{}'", file_path.string(), path, name);
  }
  return {H5Aopen_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose};
}

template <typename T>
T read_scalar(hid_t file, const fs::path& file_path, const std::string& path, const std::string& name) {
  const Handle attribute = open_attribute(file, file_path, path, name);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  T value{};
  if (H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, native_type<T>(), &value) < 0) {
    fail_input("{}: attribute '{}' of '{}' is not a number", file_path.string(), name, path);
  }
  return value;
}

}  // namespace

void Hdf5File::write_attribute(const std::string& path, const std::string& name, const std::string& value) {
  check_no_zero_byte(value, path_, name);
  const char* text = value.c_str();
  write_scalar(id_, path_, path, name, text_type(), &text);
}

void Hdf5File::write_attribute(const std::string& path, const std::string& name, double value) {
  write_scalar(id_, path_, path, name, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5File::write_attribute(const std::string& path, const std::string& name, std::int64_t value) {
  write_scalar(id_, path_, path, name, H5T_NATIVE_INT64, &value);
}

std::string Hdf5File::text_attribute(const std::string& path, const std::string& name) const {
  const Handle attribute = open_attribute(id_, path_, path, name);
  const Handle stored(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  char* text = nullptr;
  if (!is_variable_text(stored) || H5Sget_simple_extent_npoints(space) != 1 ||
      H5Aread(attribute, text_type(), &text) < 0) {
    fail_input("{}: attribute '{}' of '{}' is not a text", path_.string(), name, path);
  }
  std::string value = text == nullptr ? "" : text;
  H5free_memory(text);
  return value;
}

double Hdf5File::number_attribute(const std::string& path, const std::string& name) const {
  return read_scalar<double>(id_, path_, path, name);
}

std::int64_t Hdf5File::integer_attribute(const std::string& path, const std::string& name) const {
  return read_scalar<std::int64_t>(id_, path_, path, name);
}

bool Hdf5File::has_attribute(const std::string& path, const std::string& name) const {
  return exists(path) && H5Aexists_by_name(id_, path.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

}  // namespace epitaxy::data
