#include "fuzz/target.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/log.h"
#include "chem/text_error.h"

namespace epitaxy::fuzz {

namespace fs = std::filesystem;

namespace {

/// A folder that is removed when the program ends in order.
class ScratchFolder {
 public:
  ScratchFolder() {
    const fs::path memory = "/dev/shm";
    path_ = (fs::exists(memory) ? memory : fs::temp_directory_path()) / fmt::format("epitaxy_fuzz_{}", getpid());
    fs::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

}  // namespace

Target::Target(const char* target, void (*reader)(std::string_view bytes)) : name(target), read(reader) {
  targets().push_back(*this);
}

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

void run(const Target& target, std::string_view bytes) {
  log::set_silent(true);
  try {
    target.read(bytes);
  } catch (const Error& error) {
    expect(!std::string_view(error.what()).starts_with("internal error"), "inputs do not break invariants",
           error.what());
  } catch (const chem::TextError&) {
    return;
  }
}

void expect(bool holds, std::string_view promise, std::string_view seen) {
  if (!holds) {
    std::fprintf(stderr, "broken promise: %.*s\n%.*s\n", static_cast<int>(promise.size()), promise.data(),
                 static_cast<int>(seen.size()), seen.data());
    std::abort();
  }
}

fs::path scratch_file(std::string_view name, std::string_view bytes) {
  static const ScratchFolder folder;
  const fs::path path = folder / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  expect(file.good(), "there is room for a scratch file");
  return path;
}

}  // namespace epitaxy::fuzz
