#include "core/ir/op_registry.h"

#include <algorithm>

namespace tricorn::ir {

void OpRegistry::Add(const OpDef& op) {
  const bool inserted = ops_.emplace(op.name, &op).second;
  CHECK(inserted);
}

const OpDef* OpRegistry::Find(std::string_view name) const {
  const auto it = ops_.find(name);
  return it == ops_.end() ? nullptr : it->second;
}

std::vector<const OpDef*> OpRegistry::All() const {
  std::vector<const OpDef*> all;
  for (const auto& [name, op] : ops_) all.push_back(op);
  std::sort(all.begin(), all.end(),
            [](const OpDef* a, const OpDef* b) { return a->name < b->name; });
  return all;
}

}  // namespace tricorn::ir
