#pragma once
/// \file
/// The file of a block: what was decoded from its points, complete and sealed. Layout: docs/file_formats.md.
#include <filesystem>
#include <string>

#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

/// E.g. `0001_0000065536.h5`: by scramble and first point, so that names sort as blocks do.
std::string part_name(BlockKey key);

/// Hash of everything in a block.
std::string hash_of(const BlockResults& block);

/// Writes atomically. `campaign` names the campaign that the block belongs to. Throws Error when the disk is full.
void write_part(const std::filesystem::path& path, const BlockResults& block, const std::string& campaign);

/// What a part says of itself.
struct PartHeader {
  BlockKey key;
  std::size_t points = 0;
  std::size_t attempts = 1;
  std::string hash;  ///< hash_of
};

/// Throw data::DamagedFileError when there is no whole part of that name, InputError for one of another campaign
/// (unless `campaign` is empty). The header alone is taken without a look at the content behind the file's checksum.
PartHeader read_part_header(const std::filesystem::path& path, const std::string& campaign);
BlockResults read_part(const std::filesystem::path& path, const std::string& campaign);

}  // namespace epitaxy::sampling
