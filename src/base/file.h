#pragma once
/// \file
/// Files that are complete or absent: written to a temporary name, flushed to disk, renamed.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::file {

namespace fs = std::filesystem;

/// Reads a whole text file. Throws InputError when it cannot be opened.
std::string read(const fs::path& path);
/// Throws InputError for one of more than `most` bytes, too.
std::string read_at_most(const fs::path& path, std::size_t most);

/// Replaces `path` by what `writer` writes to the temporary path it is given. On any failure the temporary file is
/// removed, `path` is untouched and the error is passed on, with the free space named when the disk is full.
void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& writer);
void write_atomically(const fs::path& path, std::string_view content);

/// Creates a file with this content, complete, unless there is one: then it returns false. Of several processes, also
/// on several machines, that do so at once one succeeds (on a file system without hard links, nearly always).
bool create(const fs::path& path, std::string_view content);

/// Removes the temporary files of `write_atomically` that killed processes left in a folder and those below it, but not
/// those of a process that is still at work: of another machine (or container) only what is older than a day.
void remove_temporaries(const fs::path& folder);

/// Throws InputError when a result of a command may not be written there, before any work: it is a folder, a pipe, a
/// link (which would be replaced, and not what it leads to), read-only, or one of the `inputs`, under whatever name;
/// Error for a device.
void check_replaceable(const fs::path& path, const std::vector<fs::path>& inputs);

/// Creates a folder (and its parents) and makes sure a file can be written in it. Throws InputError with the reason.
void make_writable_folder(const fs::path& path);

/// Flushes a closed file, or a folder's entries, to disk. Throws Error.
void sync(const fs::path& path);

}  // namespace epitaxy::file
