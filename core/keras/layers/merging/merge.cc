#include "core/keras/layers/merging/merge.h"

#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

ir::Values OfOneRank(ir::Operands inputs) {
  int rank = 0;
  for (const ir::Value& input : inputs) rank = std::max(rank, input.rank());
  ir::Values out;
  for (ir::Value input : inputs) {
    while (input.rank() < rank && input.builder().ok()) input = ops::ExpandDims(input, {1});
    out.push_back(input);
  }
  return out;
}

}  // namespace

absl::Status Merge::BuildFrom(std::span<const SymbolicType> inputs) {
  const int count = static_cast<int>(inputs.size());
  if (count >= min_inputs() && (max_inputs() < 0 || count <= max_inputs())) return absl::OkStatus();
  return InvalidArgument("expected {} {} inputs, received {}",
                         max_inputs() < 0 ? "at least" : "exactly", min_inputs(), count);
}

ir::Value Merge::CallMany(CallContext& context, ir::Operands inputs) {
  bool masked = false;
  for (const ir::Value& input : inputs) masked |= static_cast<bool>(context.MaskOf(input));
  return masked ? CombineMasked(context, inputs) : Combine(OfOneRank(inputs));
}

ir::Value Merge::CombineMasked(CallContext&, ir::Operands inputs) const {
  return Combine(OfOneRank(inputs));
}

ir::Value Merge::FoldWhereValid(CallContext& context, ir::Operands inputs,
                                ir::Value (*combine)(ir::Value, ir::Value)) const {
  ir::Value result;
  ir::Value result_mask;
  for (ir::Value x : inputs) {
    ir::Value mask = context.MaskOf(x);
    if (mask) mask = ops::BroadcastTo(ops::ExpandDims(mask, {-1}), x.shape());
    if (!result) {
      result = x;
      result_mask = mask;
      continue;
    }
    if (mask) x = ops::Where(mask, x, result);
    if (result_mask) result = ops::Where(result_mask, result, x);
    result_mask = mask && result_mask ? ops::LogicalOr(result_mask, mask) : ir::Value();
    result = combine(result, x);
  }
  if (result_mask) context.SetMask(result, ops::Any(result_mask, {-1}));
  return result;
}

ir::Value Merge::ComputeMask(CallContext& context, ir::Operands inputs) {
  ir::Value mask;
  for (const ir::Value& input : inputs) {
    const ir::Value next = context.MaskOf(input);
    if (!next) return ir::Value();
    mask = mask ? ops::LogicalOr(mask, next) : next;
  }
  return mask;
}

}  // namespace tricorn::keras::layers
