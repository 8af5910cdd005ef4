#pragma once
/// \file
/// What `--version` prints.
#include <string>

namespace epitaxy::app {

/// Version, git commit, build type, libraries with their versions, CPU features.
std::string version_text();

}  // namespace epitaxy::app
