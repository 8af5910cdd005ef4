# Headers that most files read and that never change here: parsed once a build instead of once a file. Half of the time
# of a build without them goes into these.
option(EPITAXY_PRECOMPILED "Precompile the headers of the standard library and of dependencies" ON)

set(epitaxy_standard_headers
  <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <fstream> <functional> <limits> <map> <memory> <numeric>
  <optional> <set> <span> <sstream> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <fmt/format.h> <nlohmann/json_fwd.hpp>)
set(epitaxy_config_headers <yaml-cpp/yaml.h>)
set(epitaxy_chem_headers <GraphMol/GraphMol.h> <GraphMol/SmilesParse/SmilesParse.h>)
set(epitaxy_data_headers <nlohmann/json.hpp>)
# What a layer without headers of its own takes: of those above `data`, most files write JSON.
set(epitaxy_layers_with_json features models latent train learners transfer sampling app)

function(epitaxy_precompile target layer)
  if(NOT EPITAXY_PRECOMPILED)
    return()
  endif()
  if(DEFINED epitaxy_${layer}_headers OR layer STREQUAL base)
    target_precompile_headers(${target} PRIVATE ${epitaxy_standard_headers} ${epitaxy_${layer}_headers})
  elseif(layer IN_LIST epitaxy_layers_with_json)
    target_precompile_headers(${target} REUSE_FROM epitaxy_data)
  else()
    target_precompile_headers(${target} REUSE_FROM epitaxy_base)
  endif()
endfunction()

# Several files at once, where they share most of what they read: a build takes a third less processor time. The layers
# below `chem` and the models are compiled file by file, so that their loops are optimized as they are measured.
option(EPITAXY_UNITY "Compile several files of a layer at once" ON)
set(epitaxy_unity_layers config chem data features latent train learners transfer sampling app)
if(EPITAXY_SANITIZE) # measures nothing
  list(APPEND epitaxy_unity_layers parallel nn models)
endif()
set(epitaxy_unity_tests app features learners linalg)

function(epitaxy_unity target)
  if(EPITAXY_UNITY AND (CMAKE_BUILD_TYPE STREQUAL "Release" OR EPITAXY_SANITIZE))
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()
