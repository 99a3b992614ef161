#include "core/ops/registry.h"

namespace tricorn {
namespace ops {
#include "core/ops/builtin_ops.inc"
}  // namespace ops

const ir::OpRegistry& BuiltinOps() {
  static const ir::OpRegistry* const ops = [] {
    auto* registry = new ir::OpRegistry;
    ops::RegisterAll(*registry);
    return registry;
  }();
  return *ops;
}

}  // namespace tricorn
