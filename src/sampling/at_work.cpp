#include "at_work.h"

#include <fstream>
#include <random>
#include <utility>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/text.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;

AtWork::AtWork(fs::path folder) {
  file::make_writable_folder(folder);
  std::random_device random;
  path_ = std::move(folder) / fmt::format("{:08x}{:08x}", random(), random());
}

AtWork::~AtWork() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

void AtWork::begin(const std::string& molecule) const {
  std::ofstream out(path_, std::ios::trunc);  // without it nothing but a warning at the next start is lost
  out << molecule;
}

std::vector<std::string> AtWork::take_all(const fs::path& folder) {
  std::vector<std::string> molecules;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    molecules.emplace_back(text::trim(file::read(entry.path())));
    fs::remove(entry.path(), ignored);
  }
  return molecules;
}

}  // namespace epitaxy::sampling
