#include "core/keras/layers/merging/dot.h"

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

ir::Value AtLengthOne(ir::Value x, int64_t axis) {
  return x * ops::Minimum(ops::Rsqrt(ops::Sum(ops::Square(x), {axis}, true)), 1e7);
}

}  // namespace

absl::Status Dot::BuildFrom(std::span<const SymbolicType> inputs) {
  if (inputs.size() != 2) return InvalidArgument("expected 2 inputs, received {}", inputs.size());
  if (config_.axes.is_list() && config_.axes.axes().size() != 2) {
    return InvalidArgument("axes: expected an axis or two, received {}",
                           config_.axes.axes().size());
  }
  return absl::OkStatus();
}

ir::Value Dot::CallMany(CallContext&, ir::Operands inputs) {
  ir::Value x = inputs[0];
  ir::Value y = inputs[1];
  const int64_t x_axis = ops::NormalizeAxis(x, config_.axes.axes().front());
  const int64_t y_axis = ops::NormalizeAxis(y, config_.axes.axes().back());
  if (x_axis < 1 || y_axis < 1) {
    x.builder().SetError(InvalidArgument("axes: expected axes other than the batch's"));
    return x;
  }
  if (config_.normalize) {
    x = AtLengthOne(x, x_axis);
    y = AtLengthOne(y, y_axis);
  }
  const ir::Value dot = ops::DotGeneral(
      x, y, {.a_batch = {0}, .b_batch = {0}, .a_contract = {x_axis}, .b_contract = {y_axis}});
  return dot.rank() == 1 ? ops::ExpandDims(dot, {1}) : dot;
}

}  // namespace tricorn::keras::layers
