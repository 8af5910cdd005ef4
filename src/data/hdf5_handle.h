#pragma once
/// \file
/// What the implementation of Hdf5File shares: owned identifiers, types, reasons of failures. Not for other files.
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

namespace epitaxy::data {

static_assert(std::is_same_v<hid_t, std::int64_t>, "Hdf5File stores HDF5 identifiers as std::int64_t");

/// Owns one HDF5 identifier.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) {
      closer_(id_);
    }
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Closer closer_;
};

/// The type of T in memory and in files.
template <typename T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, float>) {
    return H5T_NATIVE_FLOAT;
  } else if constexpr (std::is_same_v<T, double>) {
    return H5T_NATIVE_DOUBLE;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return H5T_NATIVE_INT64;
  } else {
    static_assert(std::is_same_v<T, std::uint8_t>);
    return H5T_NATIVE_UINT8;
  }
}

/// Variable-length UTF-8.
Handle text_type();
/// Of a fixed length in bytes (at least 1), with zeros behind shorter ones.
Handle fixed_text_type(std::size_t length);
bool is_variable_text(hid_t type);
/// Links with UTF-8 names that create the groups on their way.
Handle link_properties();
/// What HDF5 has to say about the last failure.
std::string last_reason();
/// True when every link on the way to an absolute path is there. Throws InputError when one leads to another file.
bool path_exists(hid_t file, const std::string& path);
/// Throws Error for a text with a zero byte, where HDF5 would end it.
void check_no_zero_byte(const std::string& text, const std::filesystem::path& file, const std::string& path);

}  // namespace epitaxy::data
