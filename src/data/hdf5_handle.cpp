#include "data/hdf5_handle.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::data {

namespace {

herr_t collect_reason(unsigned depth, const H5E_error2_t* error, void* reasons) {
  // Walked from the cause outwards: the first two say what happened, the rest only which calls it passed through.
  if (depth < 2 && error->desc != nullptr && *error->desc != '\0') {
    auto& text = *static_cast<std::string*>(reasons);
    text += (text.empty() ? "" : ", ") + std::string(error->desc);
    std::erase(text, '\n');
  }
  return 0;
}

}  // namespace

std::string last_reason() {
  std::string reasons;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_reason, &reasons);
  H5Eclear2(H5E_DEFAULT);
  return reasons.empty() ? "no reason given by HDF5" : reasons;
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Handle fixed_text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, std::max<std::size_t>(length, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

bool is_variable_text(hid_t type) { return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0; }

Handle link_properties() {
  Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(properties, 1);
  H5Pset_char_encoding(properties, H5T_CSET_UTF8);
  return properties;
}

bool path_exists(hid_t file, const std::string& path) {
  if (path == "/") {
    return true;
  }
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    if (H5Lexists(file, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) {
      return false;
    }
  }
  return H5Lexists(file, path.c_str(), H5P_DEFAULT) > 0;
}

void check_no_zero_byte(const std::string& text, const std::filesystem::path& file, const std::string& path) {
  if (text.find('\0') != std::string::npos) {
    fail("{}: a text of '{}' holds a zero byte and cannot be stored", file.string(), path);
  }
}

}  // namespace epitaxy::data
