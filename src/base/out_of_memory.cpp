#include "base/out_of_memory.h"

#include <fmt/format.h>

#include "base/memory.h"

namespace epitaxy {

std::string no_memory() {
  return fmt::format("{} ({} are free, and more was asked for at once)", kNoMemory, told_bytes(available_memory()));
}

}  // namespace epitaxy
