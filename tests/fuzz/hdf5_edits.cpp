#include "fuzz/hdf5_edits.h"

#include <hdf5.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "data/hdf5_handle.h"

namespace epitaxy::fuzz {

namespace {

using data::Handle;
using Words = std::vector<std::string>;

/// As many words as are asked for, of which the last is the rest of the line.
Words words_of(std::string_view line, std::size_t most) {
  Words words;
  while (words.size() + 1 < most && line.find(' ') != std::string_view::npos) {
    words.emplace_back(line.substr(0, line.find(' ')));
    line.remove_prefix(line.find(' ') + 1);
  }
  words.emplace_back(line);
  return words;
}

std::string unescaped(std::string text) {
  for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 1)) {
    text.replace(at, 2, "\n");
  }
  return text.substr(0, text.find('\0'));
}

std::int64_t integer(const std::string& word) { return text::to_integer(word).value_or(0); }

/// Replaces an attribute; `text` where it is one.
void set_attribute(hid_t file, const Words& words, hid_t type, const void* value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  H5Adelete_by_name(file, words[1].c_str(), words[2].c_str(), H5P_DEFAULT);
  const Handle attribute(
      H5Acreate_by_name(file, words[1].c_str(), words[2].c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (attribute >= 0) {
    H5Awrite(attribute, type, value);
  }
}

void set_array(hid_t file, const Words& words) {
  const hsize_t dimensions[2] = {static_cast<hsize_t>(integer(words[3])),
                                 words.size() > 4 ? static_cast<hsize_t>(integer(words[4])) : 0};
  const Handle space(H5Screate_simple(words.size() > 4 ? 2 : 1, dimensions, nullptr), H5Sclose);
  const Handle texts = data::text_type();
  const Handle fixed = data::fixed_text_type(16);
  const char kind = words[2].empty() ? 'f' : words[2][0];
  const hid_t type = kind == 's'   ? static_cast<hid_t>(texts)
                     : kind == 'x' ? static_cast<hid_t>(fixed)
                     : kind == 'i' ? H5T_NATIVE_INT64
                     : kind == 'd' ? H5T_NATIVE_DOUBLE
                     : kind == 'b' ? H5T_NATIVE_UINT8
                                   : H5T_NATIVE_FLOAT;
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_LATE);
  const Handle links = data::link_properties();
  H5Ldelete(file, words[1].c_str(), H5P_DEFAULT);
  const Handle array(H5Dcreate2(file, words[1].c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose);
}

void set_item(hid_t file, const Words& words) {
  const Handle array(H5Dopen2(file, words[1].c_str(), H5P_DEFAULT), H5Dclose);
  if (array < 0) {
    return;
  }
  const Handle space(H5Dget_space(array), H5Sclose);
  std::array<hsize_t, 2> place{static_cast<hsize_t>(integer(words[2])), 0};
  const hsize_t one = 1;
  if (H5Sget_simple_extent_ndims(space) > 2 || H5Sselect_elements(space, H5S_SELECT_SET, 1, place.data()) < 0) {
    return;
  }
  const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose);
  const Handle type(H5Dget_type(array), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING) {
    const double value = text::to_double(words[3]).value_or(0);
    H5Dwrite(array, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value);
  } else if (data::is_variable_text(type)) {
    const std::string value = unescaped(words[3]);
    const char* pointer = value.c_str();
    const Handle texts = data::text_type();
    H5Dwrite(array, texts, memory, space, H5P_DEFAULT, &pointer);
  }
}

void change(hid_t file, const Words& words) {
  const std::string& verb = words[0];
  const std::size_t count = words.size();
  if (verb == "text" && count == 4) {
    const std::string value = unescaped(words[3]);
    const char* pointer = value.c_str();
    const Handle texts = data::text_type();
    set_attribute(file, words, texts, &pointer);
  } else if (verb == "integer" && count == 4) {
    const std::int64_t value = integer(words[3]);
    set_attribute(file, words, H5T_NATIVE_INT64, &value);
  } else if (verb == "number" && count == 4) {
    const double value = text::to_double(words[3]).value_or(0);
    set_attribute(file, words, H5T_NATIVE_DOUBLE, &value);
  } else if (verb == "drop" && count == 2) {
    H5Ldelete(file, words[1].c_str(), H5P_DEFAULT);
  } else if (verb == "forget" && count == 3) {
    H5Adelete_by_name(file, words[1].c_str(), words[2].c_str(), H5P_DEFAULT);
  } else if (verb == "array" && count >= 4) {
    set_array(file, words);
  } else if (verb == "item" && count == 4) {
    set_item(file, words);
  } else if (verb == "alias" && count == 3) {
    H5Lcreate_hard(file, words[1].c_str(), file, words[2].c_str(), data::link_properties(), H5P_DEFAULT);
  } else if (verb == "link" && count == 3) {
    H5Lcreate_soft(words[1].c_str(), file, words[2].c_str(), data::link_properties(), H5P_DEFAULT);
  }
}

/// How many words a verb has, the first of them itself.
std::size_t length_of(std::string_view verb) {
  if (verb == "text" || verb == "integer" || verb == "number" || verb == "item") {
    return 4;
  }
  return verb == "array" ? 5 : verb == "drop" || verb == "base" || verb == "cut" ? 2 : 3;
}

/// Changes that go through HDF5; without any the bytes stay as they are, with their checksum.
std::string changed(const std::string& base, const std::vector<Words>& changes) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_fapl_core(access, std::size_t{1} << 16, false);
  std::string copy = base;
  H5Pset_file_image(access, copy.data(), copy.size());
  const Handle file(H5Fopen("edited.h5", H5F_ACC_RDWR, access), H5Fclose);
  if (file < 0) {
    return base;
  }
  for (const Words& words : changes) {
    change(file, words);
  }
  H5Fflush(file, H5F_SCOPE_LOCAL);
  std::string bytes(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_file_image(file, nullptr, 0))), '\0');
  H5Fget_file_image(file, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

std::string edited_hdf5(const std::vector<std::string>& bases, std::string_view edits) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::string bytes = bases.front();
  std::vector<Words> changes;
  std::vector<Words> damages;
  for (const std::string& line : text::split(edits, '\n')) {
    const Words words = words_of(line, length_of(line.substr(0, line.find(' '))));
    if (words[0] == "base" && words.size() == 2) {
      bytes = bases[static_cast<std::uint64_t>(integer(words[1])) % bases.size()];
    } else if (words[0] == "byte" || words[0] == "cut") {
      damages.push_back(words);
    } else if (words.size() > 1 && changes.size() < 64) {
      changes.push_back(words);
    }
  }
  if (!damages.empty() && changes.empty()) {
    for (const Words& words : damages) {
      const auto place = static_cast<std::uint64_t>(words.size() > 1 ? integer(words[1]) : 0);
      if (words[0] == "cut") {
        bytes.resize(std::min<std::uint64_t>(place, bytes.size()));
      } else if (words.size() == 3 && place < bytes.size()) {
        bytes[place] = static_cast<char>(integer(words[2]));
      }
    }
    return bytes;
  }
  return changes.empty() ? bytes : changed(bytes, changes);
}

std::string fixture_bytes(std::string_view name) {
  return file::read(std::filesystem::path(EPITAXY_TEST_DIR) / "fixtures" / "previous_version" / name);
}

}  // namespace epitaxy::fuzz
