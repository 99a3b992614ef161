#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/ir/op_def.h"

namespace tricorn::backend {

// The factories of a backend's kernels, by op. `Request` describes a node: it has its `op`.
template <typename Kernel, typename Request>
class KernelRegistryOf {
 public:
  // Makes a kernel, or nullptr to refuse (dtype, layout, shape): the node is then decomposed.
  using Factory = std::function<std::unique_ptr<Kernel>(const Request&)>;

  // Several may be added for an op: the first that accepts wins.
  void Add(const ir::OpDef& op, Factory factory) {
    factories_[op.name].push_back(std::move(factory));
  }
  // nullptr when none accepts.
  std::unique_ptr<Kernel> Make(const Request& request) const {
    const auto found = factories_.find(request.op.name);
    if (found == factories_.end()) return nullptr;
    for (const Factory& factory : found->second) {
      if (std::unique_ptr<Kernel> kernel = factory(request)) return kernel;
    }
    return nullptr;
  }

 private:
  absl::flat_hash_map<std::string_view, std::vector<Factory>> factories_;
};

}  // namespace tricorn::backend
