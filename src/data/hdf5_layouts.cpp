/// \file
/// Arrays that are deflated, and arrays that are made of those of other files.
#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "data/hdf5.h"
#include "data/hdf5_handle.h"

namespace epitaxy::data {

namespace {

constexpr unsigned kDeflateLevel = 6;

using Sizes = std::vector<hsize_t>;

Handle space_of(const Sizes& shape) {
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
}

Handle array_properties() {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  return properties;
}

Handle create_array(hid_t file, const std::string& path, hid_t type, hid_t space, hid_t properties) {
  const Handle links = link_properties();
  return {H5Dcreate2(file, path.c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose};
}

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t length = 0;
  for (const std::string& text : texts) {
    length = std::max(length, text.size());
  }
  return std::max<std::size_t>(length, 1);
}

std::vector<char> pad(const std::vector<std::string>& texts, std::size_t length) {
  std::vector<char> bytes(texts.size() * length, 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::memcpy(bytes.data() + i * length, texts[i].data(), texts[i].size());
  }
  return bytes;
}

template <typename T>
Handle stored_type(std::size_t text_length) {
  if constexpr (std::is_same_v<T, std::string>) {
    return fixed_text_type(text_length);
  } else {
    return {H5Tcopy(native_type<T>()), H5Tclose};
  }
}

/// What stands for a value that cannot be read, in the type of the array: HDF5 does not tell its readers, and its own 0
/// would mean something.
template <typename T>
std::vector<char> not_there(std::size_t text_length) {
  if constexpr (std::is_same_v<T, std::string>) {
    return pad({"?"}, std::max<std::size_t>(text_length, 1));
  } else {
    const T value = std::is_floating_point_v<T> ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::max();
    std::vector<char> bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  }
}

/// An array made of those of other files, which have one path each, or all the same. Returns why it could not be made.
std::optional<std::string> create_virtual(hid_t file, const std::string& path, const Sizes& shape, hid_t type,
                                          const std::vector<VirtualPart>& parts, const std::vector<std::string>& arrays,
                                          const void* fill) {
  const Handle space = space_of(shape);
  const Handle properties = array_properties();
  H5Pset_fill_value(properties, type, fill);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const VirtualPart& part = parts[i];
    check(part.begin.size() == shape.size() && part.shape.size() <= shape.size(), "a part lies in its virtual array");
    const Sizes begin(part.begin.begin(), part.begin.end());
    Sizes extent(shape.size() - part.shape.size(), 1);
    extent.insert(extent.end(), part.shape.begin(), part.shape.end());
    const Handle source = space_of({part.shape.begin(), part.shape.end()});
    const std::string& array = arrays.size() == 1 ? arrays.front() : arrays[i];
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, begin.data(), nullptr, extent.data(), nullptr) < 0 ||
        H5Pset_virtual(properties, space, part.file.c_str(), array.c_str(), source) < 0) {
      return last_reason();
    }
  }
  H5Sselect_all(space);
  const Handle array = create_array(file, path, type, space, properties);
  return array < 0 ? std::optional(last_reason()) : std::nullopt;
}

/// HDF5 takes some 35 kB of memory for each part of a virtual array that it writes. An array of more parts is therefore
/// made of pieces, virtual arrays in the same file.
constexpr std::size_t kMostParts = 256;

/// The parts from the first one on that follow one another along the rows, as one of the file itself; and where they
/// stand in it.
std::pair<VirtualPart, std::vector<VirtualPart>> cut_piece(const std::vector<VirtualPart>& parts, std::size_t first) {
  VirtualPart piece{".", parts[first].begin, parts[first].shape};
  std::vector<VirtualPart> inner;
  const std::size_t rows = piece.begin.size() - piece.shape.size();  // the dimension along which they follow
  piece.shape.front() = 0;
  for (std::size_t i = first; i < std::min(first + kMostParts, parts.size()); ++i) {
    std::vector<std::size_t> next = piece.begin;
    next[rows] += piece.shape.front();
    if (parts[i].begin != next || parts[i].shape.front() != parts[first].shape.front()) {
      break;
    }
    std::vector<std::size_t> begin(piece.shape.size(), 0);
    begin.front() = piece.shape.front();
    inner.push_back({parts[i].file, std::move(begin), parts[i].shape});
    piece.shape.front() += parts[i].shape.front();
  }
  return {std::move(piece), std::move(inner)};
}

}  // namespace

template <typename T>
void Hdf5File::write_deflated(const std::string& path, const std::vector<T>& values, std::size_t columns) {
  check(columns == 0 || values.size() % columns == 0, "an array has full rows");
  const Sizes shape = columns == 0 ? Sizes{values.size()} : Sizes{values.size() / columns, columns};
  std::size_t length = 0;
  std::vector<char> texts;
  const void* bytes = values.data();
  if constexpr (std::is_same_v<T, std::string>) {
    std::ranges::for_each(values, [&](const std::string& text) { check_no_zero_byte(text, path_, path); });
    length = longest(values);
    texts = pad(values, length);
    bytes = texts.data();
  }
  const Handle properties = array_properties();
  if (!values.empty()) {  // an empty chunk is none
    H5Pset_chunk(properties, static_cast<int>(shape.size()), shape.data());
    H5Pset_deflate(properties, kDeflateLevel);
  }
  const Handle type = stored_type<T>(length);
  const Handle array = create_array(id_, path, type, space_of(shape), properties);
  if (array < 0 || H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0) {
    fail("{}: writing '{}' failed ({})", path_.string(), path, last_reason());
  }
}

template <typename T>
void Hdf5File::write_virtual(const std::string& path, const std::vector<std::size_t>& shape,
                             const std::vector<VirtualPart>& parts, std::size_t text_length) {
  const std::vector<char> fill = not_there<T>(text_length);
  const auto write = [&](const std::string& array, const std::vector<std::size_t>& extent,
                         const std::vector<VirtualPart>& sources, const std::vector<std::string>& arrays) {
    const auto reason = create_virtual(id_, array, {extent.begin(), extent.end()}, stored_type<T>(text_length), sources,
                                       arrays, fill.data());
    if (reason) {
      fail("{}: writing '{}' failed ({})", path_.string(), array, *reason);
    }
  };
  if (parts.size() <= kMostParts) {
    write(path, shape, parts, {path});
    return;
  }
  std::vector<VirtualPart> pieces;
  std::vector<std::string> arrays;
  for (std::size_t first = 0; first < parts.size(); first += pieces.back().shape.front() / parts[first].shape.front()) {
    const auto [piece, sources] = cut_piece(parts, first);
    arrays.push_back(fmt::format("/pieces/{:06}{}", pieces.size(), path));
    write(arrays.back(), piece.shape, sources, {path});
    pieces.push_back(piece);
  }
  write(path, shape, pieces, arrays);
}

#define EPITAXY_INSTANTIATE(T)                                                                       \
  template void Hdf5File::write_deflated<T>(const std::string&, const std::vector<T>&, std::size_t); \
  template void Hdf5File::write_virtual<T>(const std::string&, const std::vector<std::size_t>&,      \
                                           const std::vector<VirtualPart>&, std::size_t);
EPITAXY_INSTANTIATE(float)
EPITAXY_INSTANTIATE(double)
EPITAXY_INSTANTIATE(std::int64_t)
EPITAXY_INSTANTIATE(std::uint8_t)
EPITAXY_INSTANTIATE(std::string)
#undef EPITAXY_INSTANTIATE

}  // namespace epitaxy::data
