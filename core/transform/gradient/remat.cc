#include "core/transform/gradient/remat.h"

#include <algorithm>

#include "core/ops/control/after.h"

namespace tricorn::transform {

RematCopies::RematCopies(ir::Builder& builder, std::span<const RematRegion> regions)
    : builder_(builder), regions_(regions.begin(), regions.end()), made_(regions.size(), false) {
  std::sort(regions_.begin(), regions_.end(),
            [](const RematRegion& a, const RematRegion& b) { return a.begin < b.begin; });
}

void RematCopies::Make(size_t node, ir::Value gradient) {
  const auto next =
      std::upper_bound(regions_.begin(), regions_.end(), node,
                       [](size_t n, const RematRegion& region) { return n < region.begin; });
  if (next == regions_.begin()) return;
  const RematRegion region = *(next - 1);
  const auto index = static_cast<size_t>(next - 1 - regions_.begin());
  if (node >= region.end || made_[index]) return;
  made_[index] = true;
  known_.clear();
  for (size_t n = region.begin; n < region.end && builder_.ok(); ++n) {
    // A copy: appending moves nodes.
    const ir::Node original = builder_.graph().nodes()[n];
    if (original.op == &ir::kConstant || original.op->kind == ir::OpKind::kEffect) continue;
    ir::Values operands;
    for (const ir::ValueId id : original.operands) operands.push_back(Operand(id, gradient));
    builder_.set_scope(original.scope);
    copies_[n] = builder_.graph().nodes().size();
    const ir::Values results =
        builder_.AddAll(*original.op, operands, original.attrs, original.regions);
    for (size_t i = 0; i < results.size(); ++i) known_[original.results[i]] = results[i].id();
  }
}

ir::Value RematCopies::Operand(ir::ValueId id, ir::Value gradient) {
  const ir::Value value(&builder_, id);
  const auto [it, is_new] = known_.try_emplace(id, id);
  if (!is_new) return ir::Value(&builder_, it->second);
  if (ir::ConstantValue(builder_.producer(value)) != nullptr) return value;
  const ir::Value held = ops::After(value, gradient);
  known_[id] = held.id();
  return held;
}

size_t RematCopies::Of(size_t node) const {
  const auto it = copies_.find(node);
  return it == copies_.end() ? node : it->second;
}

}  // namespace tricorn::transform
