# The folder order of the architecture. A target may depend only on targets of strictly lower
# units, or on targets of its own unit that were added before it; so no arrow points upward and
# no cycle exists.
set(TRICORN_LAYERS core/base core/tensor core/ir core/ops core/transform core/plan core/backend
                   core/comm core/io core/data core/keras proto server worker client tests)

# The unit of TRICORN_LAYERS that `folder` lies in, as an index.
function(tricorn_layer_rank folder out)
  set(rank -1)
  set(i 0)
  foreach(unit ${TRICORN_LAYERS})
    string(FIND "${folder}/" "${unit}/" at)
    if(at EQUAL 0)
      set(rank ${i})
    endif()
    math(EXPR i "${i} + 1")
  endforeach()
  if(rank EQUAL -1)
    message(FATAL_ERROR "folder '${folder}' is in no unit of TRICORN_LAYERS")
  endif()
  set(${out} ${rank} PARENT_SCOPE)
endfunction()

# The targets of the folders `ARGN`, which `folder` depends on: all lower, or of its unit and added
# before it.
function(tricorn_targets_below folder out)
  tricorn_layer_rank(${folder} me)
  set(targets)
  foreach(dep ${ARGN})
    tricorn_layer_rank(${dep} rank)
    string(REPLACE "/" "_" name ${dep})
    if(rank GREATER me)
      message(FATAL_ERROR "${folder} may not depend on ${dep}: the arrow points upward")
    endif()
    if(NOT TARGET ${name})
      message(FATAL_ERROR "${folder} depends on ${dep}, which is not a folder added before it")
    endif()
    list(APPEND targets ${name})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

function(tricorn_link target folder visibility)
  tricorn_targets_below(${folder} targets ${ARGN})
  foreach(dep ${targets})
    target_link_libraries(${target} ${visibility} ${dep})
  endforeach()
endfunction()

# tricorn_library(DEPS core/base ... LIBS fmt ... [SOURCES ...] [TEST_DEPS ...] [TEST_LIBS ...])
#
# One static library per folder, named after its path (core/base: core_base), from the folder's
# *.cc; *_test.cc become one test program beside it; *_cpu.cc and *_cuda.cc belong to the backends;
# main.cc and *_main.cc to programs. Of a folder of headers alone, an interface library.
function(tricorn_library)
  cmake_parse_arguments(A "" "" "DEPS;LIBS;SOURCES;TEST_DEPS;TEST_LIBS" ${ARGN})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_cpu|_cuda|main)\\.cc$")
  if(sources OR A_SOURCES)
    set(visibility PUBLIC)
    add_library(${name} STATIC ${sources} ${A_SOURCES})
    target_link_libraries(${name} PRIVATE tricorn_warnings)
    tricorn_precompile(${name})
  else()
    set(visibility INTERFACE)
    add_library(${name} INTERFACE)
  endif()
  target_include_directories(${name} ${visibility} ${PROJECT_SOURCE_DIR}
                                                   ${PROJECT_BINARY_DIR}/generated)
  tricorn_link(${name} ${folder} ${visibility} ${A_DEPS})
  target_link_libraries(${name} ${visibility} ${A_LIBS})
  if(tests)
    tricorn_test(NAME ${name}_test SOURCES ${tests} DEPS ${folder} ${A_TEST_DEPS} LIBS ${A_TEST_LIBS})
  endif()
endfunction()

# tricorn_module_objects(DEPS core/base core/backend/cuda/runtime ... [LIBS ...] [SOURCES ...]
#                        [SYSTEM_INCLUDES ...])
#
# A folder of a module that programs load at run time: an object library, named after its path, of the
# folder's *.cc. It has the headers, flags and libraries of `DEPS` that are such folders; what it uses
# of other folders, the module finds in the program. TRICORN_MODULE_OBJECTS lists all.
function(tricorn_module_objects)
  cmake_parse_arguments(A "" "" "DEPS;LIBS;SOURCES;SYSTEM_INCLUDES" ${ARGN})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  add_library(${name} OBJECT ${sources} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_include_directories(${name} SYSTEM PUBLIC ${A_SYSTEM_INCLUDES})
  target_link_libraries(${name} PUBLIC ${A_LIBS} PRIVATE tricorn_warnings)
  tricorn_targets_below(${folder} targets ${A_DEPS})
  foreach(dep ${targets})
    get_target_property(type ${dep} TYPE)
    if(type STREQUAL "OBJECT_LIBRARY")
      target_link_libraries(${name} PUBLIC ${dep})
    endif()
  endforeach()
  get_property(others GLOBAL PROPERTY TRICORN_MODULE_OBJECTS)
  if(others)
    list(GET others 0 first)
    tricorn_precompile(${name} AS ${first})
  else()
    tricorn_precompile(${name} OWN)
  endif()
  set_property(GLOBAL APPEND PROPERTY TRICORN_MODULE_OBJECTS ${name})
endfunction()

# tricorn_test(NAME core_base_test SOURCES a_test.cc ... DEPS core/base ... [LIBS ...] [LABELS ...])
# Each TEST becomes one ctest test.
function(tricorn_test)
  cmake_parse_arguments(A "" "NAME" "SOURCES;DEPS;LIBS;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  add_executable(${A_NAME} ${A_SOURCES})
  set_target_properties(${A_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  # A test may look at any folder, so its dependencies are not held to the order.
  foreach(dep ${A_DEPS})
    string(REPLACE "/" "_" dep_name ${dep})
    target_link_libraries(${A_NAME} PRIVATE ${dep_name})
  endforeach()
  target_link_libraries(${A_NAME} PRIVATE ${A_LIBS} GTest::gmock GTest::gtest_main tricorn_warnings)
  tricorn_precompile(${A_NAME} HEADERS <gtest/gtest.h>)
  gtest_discover_tests(${A_NAME} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT 300 LABELS "unit;${A_LABELS}")
endfunction()

# Modules that the program loads at run time find the symbols of the folders below the backends in
# it, whether the program itself uses them or not.
function(tricorn_loads_modules target)
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS TRUE)
  target_link_options(${target} PRIVATE -Wl,--whole-archive
    $<TARGET_FILE:core_base> $<TARGET_FILE:core_tensor> $<TARGET_FILE:core_ir>
    $<TARGET_FILE:core_ops> $<TARGET_FILE:core_transform> $<TARGET_FILE:core_transform_rewrite>
    $<TARGET_FILE:core_transform_gradient> $<TARGET_FILE:core_transform_absorb>
    $<TARGET_FILE:core_transform_fusion> $<TARGET_FILE:core_plan> $<TARGET_FILE:core_backend>
    -Wl,--no-whole-archive)
endfunction()

# tricorn_program(NAME tricorn-worker SOURCES main.cc DEPS worker/agent ... [LOADS_MODULES])
#
# LOADS_MODULES: see tricorn_loads_modules.
function(tricorn_program)
  cmake_parse_arguments(A "LOADS_MODULES" "NAME" "SOURCES;DEPS;LIBS" ${ARGN})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  add_executable(${A_NAME} ${A_SOURCES})
  set_target_properties(${A_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  if(A_LOADS_MODULES)
    tricorn_loads_modules(${A_NAME})
  endif()
  tricorn_link(${A_NAME} ${folder} PRIVATE ${A_DEPS})
  target_link_libraries(${A_NAME} PRIVATE ${A_LIBS} tricorn_warnings)
  if(A_DEPS)  # and with them the flags of the libraries
    tricorn_precompile(${A_NAME})
  endif()
endfunction()

# words_like_this as WordsLikeThis.
function(tricorn_camel_case words out)
  string(REPLACE "_" ";" words ${words})
  set(camel)
  foreach(word ${words})
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND camel ${first}${rest})
  endforeach()
  set(${out} ${camel} PARENT_SCOPE)
endfunction()

# tricorn_registry(core/ops/builtin_ops.inc ir::OpRegistry Abs Softmax ...)
#
# Generates the header: `RegisterAll(registry)` calls RegisterAbs, RegisterSoftmax, ... in turn.
function(tricorn_registry header type)
  set(declarations)
  set(calls)
  foreach(name ${ARGN})
    string(APPEND declarations "void Register${name}(${type}& registry);\n")
    string(APPEND calls "  Register${name}(registry);\n")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${header} @ONLY
    CONTENT "${declarations}\ninline void RegisterAll(${type}& registry) {\n${calls}}\n")
endfunction()

# The kernel files beside the ops that belong to a backend: core/ops/dot/dot_general_cpu.cc provides
# `void RegisterDotGeneralCpu(KernelRegistry&)`, which core/backend/cpu/builtin_kernels.inc calls.
function(tricorn_backend_kernels backend out)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/ops/*/*_${backend}.cc)
  set(names)
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    tricorn_camel_case(${stem} name)
    list(APPEND names ${name})
  endforeach()
  tricorn_registry(core/backend/${backend}/builtin_kernels.inc KernelRegistry ${names})
  set(${out} ${files} PARENT_SCOPE)
endfunction()
