#include "core/backend/cuda/kernel/kernel_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cuda {
namespace {

constexpr size_t kMaxLength = 64;
constexpr std::string_view kFusedPrefix = "fused_";

bool PassesOn(const ir::Node& node) {
  return node.op == &ir::kConstant || node.op == &ops::kBroadcast || node.op == &ops::kCast ||
         node.op->kind == ir::OpKind::kView;
}

// Each op once, in the order of its first node.
std::string OpsOf(const ir::Graph& region) {
  std::vector<std::string_view> seen;
  std::string text;
  for (const ir::Node& node : region.nodes()) {
    const std::string_view name = node.op->name;
    if (PassesOn(node) || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    text += fmt::format("_{}", name);
  }
  return text;
}

}  // namespace

std::string KernelName(const ir::OpDef& op, std::span<const ir::Type> operands,
                       std::span<const ir::Type> results,
                       std::span<const std::shared_ptr<const ir::Graph>> regions) {
  int64_t largest = 0;
  for (const ir::Type& type : operands) largest = std::max(largest, type.num_elements());
  for (const ir::Type& type : results) largest = std::max(largest, type.num_elements());
  std::string_view kind = op.name;
  if (kind.starts_with(kFusedPrefix)) kind.remove_prefix(kFusedPrefix.size());
  std::string name = fmt::format("{}_n{}", kind, largest);
  for (const std::shared_ptr<const ir::Graph>& region : regions) name += OpsOf(*region);
  name.resize(std::min(name.size(), kMaxLength));
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

}  // namespace tricorn::backend::cuda
