#include "app/version.h"

#include <cblas.h>
#include <dnnl.h>
#include <fmt/format.h>
#include <hdf5.h>

#include "epitaxy_version.h"
#include "linalg/cpu.h"
#include "parallel/mpi.h"

namespace epitaxy::app {

std::string version_text() {
  const std::string mpi = parallel::mpi::library();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  const dnnl_version_t* dnnl = dnnl_version();
  return fmt::format(
      "epitaxy {} (commit {}, {} build)\nMPI: {}\nHDF5: {}.{}.{}\nOpenBLAS: {}\noneDNN: {}.{}.{}\nCPU: {}\n",
      EPITAXY_VERSION, EPITAXY_COMMIT, EPITAXY_BUILD_TYPE, mpi.empty() ? "none" : mpi, major, minor, release,
      openblas_get_config(), dnnl->major, dnnl->minor, dnnl->patch, linalg::cpu_features());
}

}  // namespace epitaxy::app
