# loadline_precompiled(TARGET KIND): the headers from outside that most files include, read once.
#
# KIND says with which flags: "program", "cold" or "test" (which has GoogleTest too), as in
# cmake/module.cmake. More than half of the time to compile a file of ours went into reading them.
# Every file still includes what it needs: `./dev check` compiles without precompiled headers.
set(LOADLINE_PRECOMPILED <algorithm> <array> <chrono> <cmath> <cstdint> <functional> <limits> <map>
  <memory> <optional> <span> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)

function(loadline_precompiled target kind)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  set(donor precompiled_${kind})
  if(NOT TARGET ${donor})
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${donor}.cc CONTENT "")
    add_library(${donor} OBJECT ${CMAKE_BINARY_DIR}/${donor}.cc)
    target_link_libraries(${donor} PRIVATE loadline_flags fmt::fmt)
    target_precompile_headers(${donor} PRIVATE ${LOADLINE_PRECOMPILED})
    if(kind STREQUAL "test")
      target_link_libraries(${donor} PRIVATE GTest::gmock)
      target_precompile_headers(${donor} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    loadline_optimise(${donor} ${kind})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${donor})
endfunction()
