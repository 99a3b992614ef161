# Headers of other projects that most files read, parsed once for all folders and once for all tests,
# which saves half of a file's compile time. Every file still includes what it uses: the presets of
# sanitizers and fuzzers build without (CMAKE_DISABLE_PRECOMPILE_HEADERS), and the lint reads without.

set(TRICORN_COMMON_HEADERS
  <algorithm> <array> <cmath> <cstdint> <cstring> <deque> <functional> <initializer_list> <limits>
  <map> <memory> <numeric> <optional> <set> <span> <string> <string_view> <thread> <type_traits>
  <utility> <variant> <vector> <fmt/core.h> <absl/base/thread_annotations.h>
  <absl/container/flat_hash_map.h> <absl/functional/function_ref.h> <absl/status/status.h>
  <absl/status/statusor.h> <absl/synchronization/mutex.h> <absl/time/clock.h> <absl/time/time.h>)

# tricorn_precompile(target [OWN | AS <target>] [HEADERS <header>...])
#
# The first target of all, and the first with these `HEADERS` too, parses for all that follow, with
# its flags: every macro that it defines, later ones define. OWN: the target has other flags, and
# parses for itself; AS: it has the flags of such a one.
function(tricorn_precompile target)
  cmake_parse_arguments(A "OWN" "AS" "HEADERS" ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # ccache asks for the first. GCC 12 forgets which precompiled headers are the system's, whose
    # strings, inlined, then warn.
    target_compile_options(${target} PRIVATE -fpch-preprocess
                           -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                           -Wno-stringop-overread)
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_compile_options(${target} PRIVATE -fPIC)  # as libraries, in place of -fPIE
  endif()
  string(MAKE_C_IDENTIFIER "TRICORN_PRECOMPILED_${A_HEADERS}" shared)
  get_property(first GLOBAL PROPERTY ${shared})
  if(A_AS)
    set(first ${A_AS})
  endif()
  if(first AND NOT A_OWN)
    target_precompile_headers(${target} REUSE_FROM ${first})
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${TRICORN_COMMON_HEADERS} ${A_HEADERS})
  if(NOT A_OWN)
    set_property(GLOBAL PROPERTY ${shared} ${target})
  endif()
endfunction()
