// What libFuzzer calls: the one target that is linked with it.
#include <cstddef>
#include <cstdint>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace epitaxy::fuzz;
  run(targets().front(), {reinterpret_cast<const char*>(bytes), size});
  return 0;
}
