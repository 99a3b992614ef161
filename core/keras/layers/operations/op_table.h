#pragma once

#include <string_view>
#include <vector>

#include "core/ir/builder.h"

namespace tricorn::keras {

class OpArguments;

// Appends the nodes of one call; its results in Keras's order. Errors go to the builder.
using OpFunction = ir::Values (*)(OpArguments& arguments);

// A function of keras.ops.
struct OpEntry {
  std::string_view names;       // "absolute abs": the function's, then what else it is called
  std::string_view class_name;  // "Absolute": of the step in a functional model; empty if none
  std::string_view module;      // "numpy": where Keras has that class, below keras.src.ops
  std::string_view parameters;  // "x axis keepdims": as OpArguments takes them
  OpFunction function;
};

// Every function of keras.ops that this build has: what functional models call, what the
// conformance program tries, what the inventory counts. A file <family>_ops.cc in this folder
// provides `std::vector<OpEntry> <Family>Ops()`; CMake generates the list of calls.
const std::vector<OpEntry>& KerasOps();
// By any of its names, without "keras.ops."; nullptr when there is none.
const OpEntry* FindKerasOp(std::string_view name);
// All names, sorted.
std::vector<std::string_view> KerasOpNames();

}  // namespace tricorn::keras
