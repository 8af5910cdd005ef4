#pragma once
/// \file
/// Which version this is.
#include <string>

namespace epitaxy {

/// Version, git commit, build type, libraries with their versions, CPU features: what `epitaxy --version` prints.
std::string version_text();

}  // namespace epitaxy
