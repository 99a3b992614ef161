#pragma once

#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "core/ir/op_def.h"

namespace tricorn::ir {

// Ops by name. Filled once (core/ops/registry.h makes the one of all built-in ops), then constant.
class OpRegistry {
 public:
  // CHECK-fails on a name that is taken. `op` must outlive the registry and every graph.
  void Add(const OpDef& op);
  const OpDef* Find(std::string_view name) const;  // nullptr when there is none
  // By name, sorted.
  std::vector<const OpDef*> All() const;

 private:
  absl::flat_hash_map<std::string_view, const OpDef*> ops_;
};

}  // namespace tricorn::ir
