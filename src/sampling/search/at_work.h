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
  /// In a folder that is there; the file is removed at the end.
  explicit AtWork(const std::filesystem::path& folder);
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

  /// What cannot be written is not told: the work matters more.
  void begin(const std::string& molecule) const;

  /// The molecules of all files there are, which are removed. Those of processes that are alive do no harm; what
  /// another process removes meanwhile is passed over. Empty without the folder.
  static std::vector<std::string> take_all(const std::filesystem::path& folder);

 private:
  std::filesystem::path path_;
};

}  // namespace epitaxy::sampling
