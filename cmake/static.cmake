# Where the libraries come from when the program is to need nothing at run time (LOADLINE_STATIC):
# the archives that Debian's -dev packages hold beside the shared libraries.
#
# The compile flags stay those of a release build, so that ccache has the objects already and a
# packaged program is one link away.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)

# Debian has no archive of fmt. FMT_SHARED is what the package's own target defines.
add_library(loadline_fmt STATIC cmake/fmt.cc)
target_compile_definitions(loadline_fmt PUBLIC FMT_SHARED)
add_library(fmt::fmt ALIAS loadline_fmt)

# The package's target names the shared library; the archive lies beside it.
find_package(yaml-cpp REQUIRED)
find_library(LOADLINE_YAML_ARCHIVE yaml-cpp REQUIRED)
set_target_properties(yaml-cpp PROPERTIES IMPORTED_LOCATION_NONE ${LOADLINE_YAML_ARCHIVE})
