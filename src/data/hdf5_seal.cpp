#include "data/hdf5_seal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "data/hdf5.h"

namespace epitaxy::data {

namespace {

constexpr std::string_view kMark = "epitaxy:";

/// Where the content of a file ends by its superblock (version 0, as this program writes it); nothing for other files.
std::optional<std::uint64_t> end_of_content(std::ifstream& file) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n\0", 9);  // The zero is the version.
  constexpr std::size_t kPlace = 40;
  std::array<char, kPlace + sizeof(std::uint64_t)> head{};
  if (!file.read(head.data(), head.size()) || std::string_view(head.data(), kSignature.size()) != kSignature) {
    return std::nullopt;
  }
  std::uint64_t end = 0;
  std::memcpy(&end, head.data() + kPlace, sizeof end);
  return end;
}

std::string seal_of_content(std::ifstream& file, std::uint64_t size) {
  constexpr std::uint64_t kChunk = std::uint64_t{1} << 22;
  Hasher hasher;
  std::vector<char> chunk(std::min(kChunk, size));
  file.seekg(0);
  while (size > 0 && file.read(chunk.data(), static_cast<std::streamsize>(std::min(kChunk, size)))) {
    hasher.add_bytes(chunk.data(), static_cast<std::size_t>(file.gcount()));
    size -= static_cast<std::uint64_t>(file.gcount());
  }
  return std::string(kMark) + hasher.hex();
}

}  // namespace

std::string seal_of(const char* bytes, std::size_t count) {
  Hasher hasher;
  hasher.add_bytes(bytes, count);
  return std::string(kMark) + hasher.hex();
}

bool has_seal(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  const auto end = end_of_content(file);
  return !failed && end && size > *end;
}

void check_seal(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  const auto end = end_of_content(file);
  if (failed || !end || size <= *end) {
    return;
  }
  const std::string expected = seal_of_content(file, *end);
  std::string seal(expected.size(), '\0');
  if (size - *end != expected.size() || !file.read(seal.data(), static_cast<std::streamsize>(seal.size())) ||
      seal != expected) {
    throw DamagedFileError(
        fmt::format("{}: the file is damaged (its content does not fit its checksum)", path.string()));
  }
}

}  // namespace epitaxy::data
