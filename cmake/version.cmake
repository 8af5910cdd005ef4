# Writes generated/epitaxy_version.h with the version and the git commit of the tree that is built.
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} describe --always --dirty
                OUTPUT_VARIABLE EPITAXY_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT EPITAXY_COMMIT)
  set(EPITAXY_COMMIT unknown)
endif()
configure_file(${CMAKE_SOURCE_DIR}/cmake/epitaxy_version.h.in ${CMAKE_BINARY_DIR}/generated/epitaxy_version.h @ONLY)
