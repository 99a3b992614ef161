#include "core/keras/layers/activations/softmax.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {
namespace {

// What stands for minus infinity: still finite in the type.
double VeryNegative(DType dtype) { return dtype == DType::kF16 ? -3e4 : -1e9; }

}  // namespace

ir::Value Softmax::Call(CallContext& context, ir::Value input) {
  const ir::Value mask = context.MaskOf(input);
  ir::Value through;
  ir::Value x = input;
  if (mask) {
    through = mask.dtype() == DType::kBool ? mask : ops::Greater(mask, 0.5);
    x = ops::Where(through, x, VeryNegative(x.dtype()));
  }
  const std::vector<int64_t>& axes = config_.axis.axes();
  const ir::Value y =
      axes.size() == 1 ? ops::Softmax(x, axes[0]) : ops::Exp(x - ops::LogSumExp(x, axes, true));
  return mask ? ops::Where(through, y, 0.0) : y;
}

}  // namespace tricorn::keras::layers
