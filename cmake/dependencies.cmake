# Everything the library links with, gathered in one interface target. All of it is packaged by Debian 12.
set(EPITAXY_MPI_LIBRARY)
if(EPITAXY_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
  set(EPITAXY_MPI_LIBRARY MPI::MPI_C)
endif()
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenMP REQUIRED)
find_package(Boost REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)

# Serial HDF5 by name: CMake may otherwise find a parallel build that is installed beside it.
find_path(HDF5_SERIAL_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(HDF5_SERIAL_LIBRARY NAMES hdf5_serial hdf5 REQUIRED)
find_path(OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas x86_64-linux-gnu REQUIRED)
find_library(OPENBLAS_LIBRARY openblas REQUIRED)
# By file, as oneDNN's own configuration asks for the OpenCL headers, which nothing here needs.
find_path(DNNL_INCLUDE oneapi/dnnl/dnnl.h REQUIRED)
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
# Debian's RDKit has no CMake configuration.
find_path(RDKIT_INCLUDE GraphMol/GraphMol.h PATH_SUFFIXES rdkit REQUIRED)
set(RDKIT_LIBRARIES)
foreach(name FileParsers MolDraw2D Depictor ChemTransforms Descriptors Fingerprints DistGeomHelpers ForceFieldHelpers ForceField SmilesParse
             PartialCharges SubstructMatch Subgraphs GraphMol DataStructs RDGeometryLib RDGeneral)
  find_library(RDKIT_${name}_LIBRARY NAMES RDKit${name} REQUIRED)
  list(APPEND RDKIT_LIBRARIES ${RDKIT_${name}_LIBRARY})
endforeach()
# Optional: without it candidates cannot be verified with GFN2-xTB.
set(EPITAXY_XTB AUTO CACHE STRING "Build with libxtb: ON, OFF, or AUTO for ON where it is installed")
set(EPITAXY_HAS_XTB OFF)
if(EPITAXY_XTB)
  find_path(XTB_INCLUDE xtb.h)
  find_library(XTB_LIBRARY xtb)
  if(XTB_INCLUDE AND XTB_LIBRARY)
    set(EPITAXY_HAS_XTB ON)
  elseif(NOT EPITAXY_XTB STREQUAL AUTO)
    message(FATAL_ERROR "EPITAXY_XTB is ${EPITAXY_XTB}, but libxtb is not found: install libxtb-dev")
  else()
    message(STATUS "libxtb (libxtb-dev) is not found: candidates cannot be verified with GFN2-xTB")
  endif()
endif()

# By file: Debian's package has no CMake configuration for its C interface.
find_path(XGBOOST_INCLUDE xgboost/c_api.h REQUIRED)
find_library(XGBOOST_LIBRARY xgboost REQUIRED)

add_library(epitaxy_dependencies INTERFACE)
target_include_directories(epitaxy_dependencies SYSTEM INTERFACE
  ${HDF5_SERIAL_INCLUDE} ${OPENBLAS_INCLUDE} ${DNNL_INCLUDE} ${RANDOM123_INCLUDE} ${XXHASH_INCLUDE} ${RDKIT_INCLUDE}
  ${XGBOOST_INCLUDE})
target_compile_definitions(epitaxy_dependencies INTERFACE OMPI_SKIP_MPICXX)
target_link_libraries(epitaxy_dependencies INTERFACE
  ${EPITAXY_MPI_LIBRARY} yaml-cpp CLI11::CLI11 fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json Eigen3::Eigen ${DNNL_LIBRARY} ZLIB::ZLIB
  OpenMP::OpenMP_CXX
  ${HDF5_SERIAL_LIBRARY} ${OPENBLAS_LIBRARY} ${XXHASH_LIBRARY} ${RDKIT_LIBRARIES} ${XGBOOST_LIBRARY})
if(EPITAXY_HAS_XTB)
  target_include_directories(epitaxy_dependencies SYSTEM INTERFACE ${XTB_INCLUDE})
  target_link_libraries(epitaxy_dependencies INTERFACE ${XTB_LIBRARY})
endif()
