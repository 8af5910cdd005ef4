# What `cmake --install` lays down: the program, the library with its public headers and CMake package, the inputs.
include(CMakePackageConfigHelpers)
set(epitaxy_package ${CMAKE_INSTALL_LIBDIR}/cmake/Epitaxy)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/EpitaxyConfig.cmake.in ${CMAKE_BINARY_DIR}/EpitaxyConfig.cmake
                              INSTALL_DESTINATION ${epitaxy_package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/EpitaxyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(TARGETS epitaxy RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS epitaxy_core ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/epitaxy DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/EpitaxyConfig.cmake ${CMAKE_BINARY_DIR}/EpitaxyConfigVersion.cmake
              cmake/dependencies.cmake DESTINATION ${epitaxy_package})
install(DIRECTORY inputs workflows slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/epitaxy USE_SOURCE_PERMISSIONS)
