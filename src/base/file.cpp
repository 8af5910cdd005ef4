#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <limits>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

namespace epitaxy::file {

namespace {

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) {
      throw_last();
    }
  }
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::string_view content) {
    while (!content.empty()) {
      const ssize_t written = ::write(number_, content.data(), content.size());
      if (written < 0 && errno != EINTR) {
        throw_last();
      }
      content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
  }

  void sync() {
    // Some file systems do not flush folders; they say so with EINVAL.
    if (::fsync(number_) != 0 && errno != EINVAL && errno != ENOTSUP) {
      throw_last();
    }
  }

  /// Closes and reports what a network file system reports only then.
  void close() {
    const int status = ::close(number_);
    number_ = -1;
    if (status != 0) {
      throw_last();
    }
  }

  [[noreturn]] static void throw_last() { throw std::system_error(errno, std::generic_category()); }

 private:
  int number_;
};

std::string reason(const std::error_code& code) { return std::generic_category().message(code.value()); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view kMark = ".tmp";
constexpr std::size_t kPlaceDigits = 8;

/// Eight digits for the machine, its start and the process namespace: where a process number means something.
std::string this_place() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string start;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> start;
  std::error_code ignored;
  Hasher hasher;
  hasher.add(host.data());
  hasher.add(start);
  hasher.add(fs::read_symlink("/proc/self/ns/pid", ignored).string());
  return hasher.hex().substr(0, kPlaceDigits);
}

/// When a process began, in ticks of this machine's clock; nothing when it has ended (and perhaps not been buried yet).
std::optional<long long> start_of(long long process) {
  std::ifstream stream(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(stream, line);
  const auto name_end = line.rfind(')');  // a name may hold anything
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  const auto fields = text::split(text::trim(line.substr(name_end + 1)), ' ');
  constexpr std::size_t kStart = 19;
  if (fields.size() <= kStart || fields[0] == "Z" || fields[0] == "X") {
    return std::nullopt;
  }
  return text::to_integer(fields[kStart]);
}

/// E.g. `best.h5.tmp4711-812034-0123abcd`, by process, its start and its machine: unique among all processes that share
/// a file system, also those to come.
fs::path temporary_name(const fs::path& path) {
  fs::path temporary = path;
  return temporary += fmt::format("{}{}-{}-{}", kMark, ::getpid(), start_of(::getpid()).value_or(0), this_place());
}

/// Who writes a temporary file, by its name.
struct Writer {
  long long process = 0;
  long long start = 0;
  std::string place;
};

std::optional<Writer> writer_of(const std::string& name) {
  const auto mark = name.rfind(kMark);
  if (mark == std::string::npos || mark == 0) {
    return std::nullopt;
  }
  const auto parts = text::split(name.substr(mark + kMark.size()), '-');
  if (parts.size() != 3 || parts[2].size() != kPlaceDigits ||
      parts[2].find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  const auto process = text::to_integer(parts[0]);
  const auto start = text::to_integer(parts[1]);
  return process && start ? std::optional(Writer{*process, *start, parts[2]}) : std::nullopt;
}

/// Nobody writes the file any more: its process has ended, or, where that cannot be seen, a day went by.
bool is_abandoned(const fs::directory_entry& entry, const Writer& writer) {
  if (writer.place == this_place() && start_of(::getpid())) {
    return start_of(writer.process) != writer.start;
  }
  std::error_code failed;
  const auto written = entry.last_write_time(failed);
  return !failed && fs::file_time_type::clock::now() - written > std::chrono::hours(24);
}

std::string bytes(std::uintmax_t count) {
  if (count < 1024) {
    return fmt::format("{} B", count);
  }
  return count < 1024 * 1024 ? fmt::format("{} KiB", count / 1024) : fmt::format("{} MiB", count / (1024 * 1024));
}

/// Free space where `path` lies; unknown counts as plenty.
std::uintmax_t free_bytes(const fs::path& path) {
  std::error_code error;
  return fs::space(folder_of(path), error).available;
}

[[noreturn]] void fail_full(const fs::path& path, const std::string& why, std::uintmax_t free) {
  fail("cannot write {}: {} ({} free on that file system); free some space and run again, nothing was lost",
       path.string(), why, bytes(free));
}

bool means_full(const std::error_code& code) { return code == std::errc::no_space_on_device || code.value() == EDQUOT; }

/// Passes on the exception in flight, saying so when a full disk is the likely cause. `free` was measured before the
/// temporary file was removed. Libraries such as HDF5 do not pass the cause on, hence the guess from the free space.
[[noreturn]] void pass_on(const fs::path& path, std::uintmax_t free) {
  constexpr std::uintmax_t kNearlyFull = 1 << 20;
  try {
    throw;
  } catch (const std::system_error& error) {
    if (means_full(error.code())) {
      fail_full(path, reason(error.code()), free);
    }
    fail("cannot write {}: {}", path.string(), reason(error.code()));
  } catch (const std::exception& error) {
    if (free < kNearlyFull) {
      fail_full(path, error.what(), free);
    }
    throw;
  }
}

}  // namespace

std::string read(const fs::path& path) { return read_at_most(path, std::numeric_limits<std::size_t>::max()); }

std::string read_at_most(const fs::path& path, std::size_t most) {
  if (fs::is_directory(path)) {
    fail_input("{} is a folder, not a file", path.string());
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    fail_input("cannot read {}: {}", path.string(), std::generic_category().message(errno));
  }
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string content;
  std::string piece(kPiece, '\0');
  while (stream.read(piece.data(), kPiece) || stream.gcount() > 0) {
    content.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    if (content.size() > most) {
      fail_input("{} has more than {}: is it the right file?", path.string(), told_bytes(most));
    }
  }
  if (stream.bad()) {
    fail("cannot read {}: {}", path.string(), std::generic_category().message(errno));
  }
  return content;
}

void check_replaceable(const fs::path& path, const std::vector<fs::path>& inputs) {
  if (path.empty()) {
    fail_input("the name of the output is empty: name a file");
  }
  std::error_code ignored;
  for (const fs::path& input : inputs) {
    if (fs::equivalent(path, input, ignored)) {
      fail_input("{}: the output would replace what is read ({}): give it another name", path.string(), input.string());
    }
  }
  const fs::file_status status = fs::symlink_status(path, ignored);
  if (fs::is_symlink(status)) {
    fail_input("{}: is a link to {}, and the link would be replaced: name the file itself", path.string(),
               fs::read_symlink(path, ignored).string());
  }
  if (fs::is_directory(status) || path.filename().empty()) {
    fail_input("{}: is a folder: name a file in it", path.string());
  }
  if (fs::is_character_file(status) || fs::is_block_file(status)) {
    fail("{}: cannot be written: it is a device, and results are files that are written whole", path.string());
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fail_input("{}: is a pipe or a socket, and results are files that are written whole", path.string());
  }
  if (fs::exists(status) && ::access(path.c_str(), W_OK) != 0) {
    fail_input("{}: is there and cannot be written: {}", path.string(), std::generic_category().message(errno));
  }
}

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& writer) {
  const fs::path temporary = temporary_name(path);
  try {
    writer(temporary);
    Descriptor(temporary, O_RDONLY).sync();
    fs::rename(temporary, path);
    Descriptor(folder_of(path), O_RDONLY).sync();
  } catch (...) {
    const std::uintmax_t free = free_bytes(path);
    std::error_code ignored;
    fs::remove(temporary, ignored);
    pass_on(path, free);
  }
}

void write_atomically(const fs::path& path, std::string_view content) {
  write_atomically(path, [content](const fs::path& temporary) {
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(content);
    file.close();
  });
}

void make_writable_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    fail_input("cannot create the folder {}: {}", path.string(), reason(error));
  }
  // Permissions alone do not tell: the file system may be read-only or full, or the quota used up.
  const fs::path probe = path / fmt::format(".epitaxy_probe{}", ::getpid());
  try {
    Descriptor file(probe, O_WRONLY | O_CREAT | O_TRUNC);
    file.write("probe\n");
    file.close();
  } catch (const std::system_error& failure) {
    fs::remove(probe, error);
    fail_input("cannot write in the folder {}: {}", path.string(), reason(failure.code()));
  }
  fs::remove(probe, error);
}

bool create(const fs::path& path, std::string_view content) {
  const fs::path temporary = temporary_name(path);
  write_atomically(temporary, content);
  // Unlike a renaming, a link never replaces what is there, also on network file systems.
  bool created = ::link(temporary.c_str(), path.c_str()) == 0;
  const bool no_links = !created && errno != EEXIST;
  std::error_code failed;
  if (no_links && !fs::exists(path, failed)) {
    fs::rename(temporary, path, failed);
    created = !failed;
  }
  fs::remove(temporary, failed);
  if (!created && !fs::exists(path)) {
    fail("cannot create {}", path.string());
  }
  sync(folder_of(path));
  return created;
}

void remove_temporaries(const fs::path& folder) {
  std::error_code ignored;
  // Others may remove folders meanwhile: what cannot be read is passed over.
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, ignored);
  for (; entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    const auto writer = writer_of(entry->path().filename().string());
    if (writer && entry->is_regular_file(ignored) && is_abandoned(*entry, *writer)) {
      fs::remove(entry->path(), ignored);
    }
  }
}

void sync(const fs::path& path) {
  try {
    Descriptor(path, O_RDONLY).sync();
  } catch (const std::system_error& error) {
    if (means_full(error.code())) {
      fail_full(path, reason(error.code()), free_bytes(path));
    }
    fail("cannot flush {} to disk: {}", path.string(), reason(error.code()));
  }
}

}  // namespace epitaxy::file
