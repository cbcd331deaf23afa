include(cmake/precompiled.cmake)

# Compile options of a target that is part of the "program", "cold" or a "test".
function(loadline_optimise target kind)
  if(kind STREQUAL "cold")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  elseif(kind STREQUAL "test")
    target_compile_options(${target} PRIVATE
      $<$<CONFIG:Release>:-O1> $<$<CONFIG:RelWithDebInfo>:-O0>)
  endif()
endfunction()

# loadline_module(NAME x [COLD] [DEPS a b] [LIBS lib::lib] [TEST_DEPS c])
#
# One module = one folder under src/ = one static library `x` = one test program `x_test`.
# DEPS are the modules whose headers it may include; each must have been declared before, so a
# cycle cannot be written down, and tools/check_layers.py refuses an #include that is not listed.
# LIBS are libraries from outside. TEST_DEPS are further modules that only the tests use.
# COLD is said of modules that run once per command. They are compiled with less optimisation, like
# all tests: a quarter less time to build, where nobody would notice the faster code.
# Every header compiles alone: those with a source of the same name because that includes them first
# (tools/check_tree.py), the others in the target all_verify_interface_header_sets.
function(loadline_module)
  cmake_parse_arguments(M "COLD" "NAME" "DEPS;LIBS;TEST_DEPS" ${ARGN})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/${M_NAME})

  foreach(dep IN LISTS M_DEPS)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "module ${M_NAME} depends on ${dep}, which is not declared before it")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${dir}/*.h)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(${M_NAME} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${M_NAME} PRIVATE loadline_flags)
    set(kind program)
    if(M_COLD)
      set(kind cold)
    endif()
    loadline_optimise(${M_NAME} ${kind})
    loadline_precompiled(${M_NAME} ${kind})
  else()
    add_library(${M_NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${M_NAME} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${M_NAME} ${scope} ${M_DEPS} ${M_LIBS})
  foreach(source IN LISTS sources)
    string(REGEX REPLACE "\\.cc$" ".h" its_header ${source})
    list(REMOVE_ITEM headers ${its_header})
  endforeach()
  if(headers)
    target_sources(${M_NAME} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src
      FILES ${headers})
    set_target_properties(${M_NAME} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()

  if(LOADLINE_TESTS AND tests)
    add_executable(${M_NAME}_test ${tests})
    target_link_libraries(${M_NAME}_test PRIVATE
      loadline_flags ${M_NAME} ${M_TEST_DEPS} GTest::gmock GTest::gtest_main)
    loadline_optimise(${M_NAME}_test test)
    loadline_precompiled(${M_NAME}_test test)
    gtest_discover_tests(${M_NAME}_test TEST_PREFIX "${M_NAME}." DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS ${M_NAME} TIMEOUT 120)
  endif()
endfunction()
