#include "app/version.h"

#include <cblas.h>
#include <dnnl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>

#include <array>

#include "epitaxy_version.h"
#include "linalg/cpu.h"

namespace epitaxy::app {

std::string version_text() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> mpi{};
  int length = 0;
  MPI_Get_library_version(mpi.data(), &length);
  std::string mpi_name(mpi.data());
  mpi_name = mpi_name.substr(0, mpi_name.find(','));
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  const dnnl_version_t* dnnl = dnnl_version();
  return fmt::format(
      "epitaxy {} (commit {}, {} build)\nMPI: {}\nHDF5: {}.{}.{}\nOpenBLAS: {}\noneDNN: {}.{}.{}\nCPU: {}\n",
      EPITAXY_VERSION, EPITAXY_COMMIT, EPITAXY_BUILD_TYPE, mpi_name, major, minor, release, openblas_get_config(),
      dnnl->major, dnnl->minor, dnnl->patch, linalg::cpu_features());
}

}  // namespace epitaxy::app
