#include "sampling/search/at_work.h"

#include <fstream>
#include <random>
#include <utility>

#include "base/error.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;

AtWork::AtWork(const fs::path& folder) {
  std::random_device random;
  path_ = folder / fmt::format("{:08x}{:08x}", random(), random());
}

AtWork::~AtWork() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

void AtWork::begin(const std::string& molecule) const {
  std::ofstream out(path_, std::ios::trunc);
  out << molecule;
}

std::vector<std::string> AtWork::take_all(const fs::path& folder) {
  std::vector<std::string> molecules;
  std::error_code ignored;
  fs::directory_iterator entry(folder, ignored);
  for (; entry != fs::directory_iterator(); entry.increment(ignored)) {
    std::string molecule;
    std::getline(std::ifstream(entry->path()), molecule);
    if (!molecule.empty()) {
      molecules.push_back(std::move(molecule));
    }
    fs::remove(entry->path(), ignored);
  }
  return molecules;
}

}  // namespace epitaxy::sampling
