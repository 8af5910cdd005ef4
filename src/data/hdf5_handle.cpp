#include "data/hdf5_handle.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/text.h"

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

namespace {

std::string name_of_file(hid_t object) {
  const ssize_t length = H5Fget_name(object, nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(length, 0)), '\0');
  H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

/// The parts of a path, the first one last.
std::vector<std::string> way_to(const std::string& path) {
  std::vector<std::string> way = text::split(path, '/');
  std::erase_if(way, [](const std::string& part) { return part.empty() || part == "."; });
  std::ranges::reverse(way);
  return way;
}

}  // namespace

bool path_exists(hid_t file, const std::string& path) {
  constexpr int kMostSoftLinks = 16;  // as HDF5 follows
  int soft_links = 0;
  std::string place;  // by hard links alone
  for (std::vector<std::string> way = way_to(path); !way.empty();) {
    const std::string next = place + "/" + way.back();
    way.pop_back();
    H5L_info_t link{};
    if (H5Lexists(file, next.c_str(), H5P_DEFAULT) <= 0 || H5Lget_info(file, next.c_str(), &link, H5P_DEFAULT) < 0) {
      return false;
    }
    if (link.type == H5L_TYPE_HARD) {
      place = next;
      continue;
    }
    if (link.type != H5L_TYPE_SOFT) {
      fail_input("{}: '{}' is a link to another file, which is not followed: copy what it leads to into the file",
                 name_of_file(file), next);
    }
    std::string target(link.u.val_size, '\0');
    if (++soft_links > kMostSoftLinks ||
        H5Lget_val(file, next.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) {
      return false;
    }
    target = target.c_str();
    place = target.starts_with('/') ? "" : place;
    std::ranges::move(way_to(target), std::back_inserter(way));
  }
  return true;
}

void check_no_zero_byte(const std::string& text, const std::filesystem::path& file, const std::string& path) {
  if (text.find('\0') != std::string::npos) {
    fail("{}: a text of '{}' holds a zero byte and cannot be stored", file.string(), path);
  }
}

}  // namespace epitaxy::data
