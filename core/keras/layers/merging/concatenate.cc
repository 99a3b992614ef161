#include "core/keras/layers/merging/concatenate.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

ir::Value Concatenate::CallMany(CallContext&, ir::Operands inputs) {
  return ops::Concatenate(inputs, config_.axis);
}

ir::Value Concatenate::ComputeMask(CallContext& context, ir::Operands inputs) {
  bool any = false;
  ir::Values masks;
  for (const ir::Value& input : inputs) {
    const ir::Type type{DType::kBool, input.shape()};
    ir::Value mask = context.MaskOf(input);
    any |= static_cast<bool>(mask);
    if (!mask) {
      mask = ops::Full(context.builder(), type, 1);
    } else if (mask.rank() < input.rank()) {
      mask = ops::BroadcastTo(ops::ExpandDims(mask, {-1}), input.shape());
    }
    masks.push_back(mask);
  }
  if (!any) return ir::Value();
  return ops::Any(ops::Concatenate(masks, config_.axis), {-1});
}

}  // namespace tricorn::keras::layers
