#pragma once

#include "core/ir/op_registry.h"

namespace tricorn {

// All ops of the folders beside this file, by name.
const ir::OpRegistry& BuiltinOps();

}  // namespace tricorn
