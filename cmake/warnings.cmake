# Compiler flags shared by every target: `loadline_flags` is linked into each module, test and tool.
add_library(loadline_flags INTERFACE)
target_compile_options(loadline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(loadline_flags INTERFACE -Wduplicated-cond -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # These see faults where strings are joined and moved that are none (GCC's bugs 105329 and
    # 105651); what they might find, the sanitizers do.
    target_compile_options(loadline_flags INTERFACE
      -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endif()
# A product and a sum stay two roundings, so that the same seed gives the same run on every machine.
target_compile_options(loadline_flags INTERFACE -ffp-contract=off)
if(LOADLINE_SANITIZE)
  target_compile_options(loadline_flags INTERFACE
    -fsanitize=${LOADLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(loadline_flags INTERFACE -fsanitize=${LOADLINE_SANITIZE})
endif()
if(LOADLINE_FUZZ)
  # The whole program is instrumented for coverage; only the fuzz targets link the fuzzer's main.
  target_compile_options(loadline_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(loadline_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
