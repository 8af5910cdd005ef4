#pragma once
/// \file
/// What is asked of an array before anything is allocated for it, because a file may come from anywhere: that its
/// content lies in the file (or, of a virtual array, in files of the same folder), and that there is as much of it as
/// its dimensions say. Not for files outside Hdf5File.
#include <hdf5.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>

namespace epitaxy::data {

/// Throws InputError for an array whose content lies elsewhere: in external storage, in files outside the folder.
/// Throws DamagedFileError when a part of a virtual array cannot be read, which HDF5 would fill without a word, and for
/// one of which less is stored than its dimensions say.
void check_content(hid_t array, const std::filesystem::path& file, const std::string& path);

/// Throws InputError when there is no memory for what is to be read, whose bytes are the product of the factors (it may
/// be larger than any number), and for a chunk of the array.
void check_memory(hid_t array, const std::array<std::size_t, 3>& factors, const std::filesystem::path& file,
                  const std::string& path);

}  // namespace epitaxy::data
