#pragma once
/// \file
/// A checksum behind the content of an HDF5 file. HDF5 keeps none of its own metadata in this format, and a damaged
/// heap of texts makes it crash, so files are looked at before HDF5 reads them. It ignores what stands behind its end.
#include <cstddef>
#include <filesystem>
#include <string>

namespace epitaxy::data {

/// What to write behind the bytes of a file.
std::string seal_of(const char* bytes, std::size_t count);

/// Throws DamagedFileError when a file and its seal do not fit. Files without a seal, shorter than they should be or in
/// another format are left to HDF5.
void check_seal(const std::filesystem::path& path);

/// Whether there is one: another program that opens a file for writing cuts it off.
bool has_seal(const std::filesystem::path& path);

}  // namespace epitaxy::data
