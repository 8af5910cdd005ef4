#pragma once
/// \file
/// Which molecule each process is computing, a file each. What a process leaves when it dies tells what may have killed
/// it. Not for other layers.
#include <filesystem>
#include <string>
#include <vector>

namespace epitaxy::sampling {

class AtWork {
 public:
  /// Makes the folder; the file in it is removed at the end.
  explicit AtWork(std::filesystem::path folder);
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

  void begin(const std::string& molecule) const;

  /// The molecules of all files there are, which are removed. Those of processes that are alive do no harm.
  static std::vector<std::string> take_all(const std::filesystem::path& folder);

 private:
  std::filesystem::path path_;
};

}  // namespace epitaxy::sampling
