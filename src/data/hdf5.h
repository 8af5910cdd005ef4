#pragma once
/// \file
/// Thin RAII over the serial HDF5 C library: files, groups, arrays, attributes. All throw with the file's name in the
/// message: InputError when a file cannot be opened or lacks something (DamagedFileError when its content is
/// corrupted), Error when writing fails. What lies in other files is not followed, except the parts of a virtual array
/// in its own folder; what does not fit in memory is refused. No times are stored, so the same content gives the same
/// bytes. A checksum behind the content is looked at whenever a file is opened.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace epitaxy::data {

/// The file is there but cut off or corrupted: another copy, or the step that made it, has to provide it again.
class DamagedFileError : public InputError {
 public:
  using InputError::InputError;
};

/// One file's share of a virtual array: the array of the same path, of shape `shape`, stands at `begin`, which has a
/// number for each dimension of the virtual array, of which the last ones are those of `shape`.
struct VirtualPart {
  std::filesystem::path file;  ///< Relative to the virtual array's file.
  std::vector<std::size_t> begin;
  std::vector<std::size_t> shape;
};

/// One open HDF5 file. Paths are absolute inside the file ("/targets/energy"); parents are created when writing. A file
/// that is created is built in memory and reaches the disk in `close`, because HDF5 does not survive a full disk.
class Hdf5File {
 public:
  enum class Mode { read, create };
  Hdf5File(const std::filesystem::path& path, Mode mode);
  ~Hdf5File();
  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&&) = delete;

  /// Writes a created file to disk and closes it; throws Error when it does not fit. Without it a created file stays
  /// empty.
  void close();

  /// T is float, double, std::int64_t, std::uint8_t or std::string (UTF-8, variable length; fixed lengths are read,
  /// too). `rows x columns`; columns 0 = 1-D.
  template <typename T>
  void write(const std::string& path, const std::vector<T>& values, std::size_t columns = 0);
  template <typename T>
  void write(const std::string& path, const T* values, std::size_t rows, std::size_t columns = 0);
  /// The same, deflated as one piece; texts have the fixed length of the longest (in bytes, with zeros behind): for
  /// many small files.
  template <typename T>
  void write_deflated(const std::string& path, const std::vector<T>& values, std::size_t columns = 0);
  /// An array whose content lies in other files, which need not be there when it is written. Texts are of fixed length.
  /// Where a file cannot be read, other readers see what means nothing: NaN, "?", the largest integer.
  template <typename T>
  void write_virtual(const std::string& path, const std::vector<std::size_t>& shape,
                     const std::vector<VirtualPart>& parts, std::size_t text_length = 0);
  template <typename T>
  std::vector<T> read(const std::string& path) const;
  /// Rows [first, first + count) of a 2-D (or 1-D) array.
  template <typename T>
  std::vector<T> read_rows(const std::string& path, std::size_t first, std::size_t count) const;
  /// Dimensions of an array: {rows} or {rows, columns}.
  std::vector<std::size_t> shape(const std::string& path) const;

  void write_attribute(const std::string& path, const std::string& name, const std::string& value);
  void write_attribute(const std::string& path, const std::string& name, double value);
  void write_attribute(const std::string& path, const std::string& name, std::int64_t value);
  std::string text_attribute(const std::string& path, const std::string& name) const;
  double number_attribute(const std::string& path, const std::string& name) const;
  std::int64_t integer_attribute(const std::string& path, const std::string& name) const;
  bool has_attribute(const std::string& path, const std::string& name) const;

  /// Whether the checksum behind the content is there. Without it another program has written the file, or an early
  /// version: what is in it has to be compared with a hash of its own.
  bool is_sealed() const;
  bool exists(const std::string& path) const;
  std::vector<std::string> children(const std::string& group) const;  ///< Names, sorted.
  const std::filesystem::path& path() const { return path_; }

 private:
  void release() noexcept;

  std::filesystem::path path_;
  std::int64_t id_ = -1;
  int descriptor_ = -1;  ///< Of the file on disk, while it is being created.
};

}  // namespace epitaxy::data
