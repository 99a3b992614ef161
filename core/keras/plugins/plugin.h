#pragma once

#include "core/keras/serialization/registry.h"

// What a shared object with classes of the user's own says, once, in one of its files:
//
//   class Scale : public LayerWith<Scale, ScaleConfig> {
//    public:
//     static constexpr std::string_view kClassName = "Scale";
//     static constexpr std::string_view kRegisteredName = "my_package>Scale";
//     ...
//   };
//   TRICORN_PLUGIN(objects) { objects.Of<Layer>().Add<Scale>(); }
//
// In CMake: add_library(my_parts MODULE my_parts.cc) with the engine's include directories and
// compile options, and no libraries: the program that loads it has them.

#define TRICORN_PLUGIN(objects)                                                  \
  extern "C" {                                                                   \
  __attribute__((visibility("default"))) extern const char tricorn_plugin_abi[]; \
  const char tricorn_plugin_abi[] = TRICORN_PLUGIN_ABI;                          \
  __attribute__((visibility("default"))) void tricorn_plugin_register(           \
      ::tricorn::keras::Registries* registries);                                 \
  }                                                                              \
  static void TricornPluginRegister(::tricorn::keras::Registries& objects);      \
  void tricorn_plugin_register(::tricorn::keras::Registries* registries) {       \
    TricornPluginRegister(*registries);                                          \
  }                                                                              \
  static void TricornPluginRegister(::tricorn::keras::Registries& objects)

// Changes whenever a class that shared objects see changes its layout or virtual functions.
#define TRICORN_PLUGIN_ABI "tricorn-0.1-keras-1"
