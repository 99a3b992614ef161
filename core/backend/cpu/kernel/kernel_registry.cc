#include "core/backend/cpu/kernel/kernel.h"

namespace tricorn::backend::cpu {

void KernelRegistry::Add(const ir::OpDef& op, KernelFactory factory) {
  factories_[op.name].push_back(std::move(factory));
}

std::unique_ptr<Kernel> KernelRegistry::Make(const KernelRequest& request) const {
  const auto found = factories_.find(request.op.name);
  if (found == factories_.end()) return nullptr;
  for (const KernelFactory& factory : found->second) {
    if (std::unique_ptr<Kernel> kernel = factory(request)) return kernel;
  }
  return nullptr;
}

}  // namespace tricorn::backend::cpu
