#include "core/keras/layers/core/masking.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

ir::Value Masking::Call(CallContext& context, ir::Value x) {
  const ir::Value any = ops::Any(ops::NotEqual(x, config_.mask_value), {-1}, true);
  const ir::Value y = ops::Where(any, x, 0);
  context.SetMask(y, ops::Squeeze(any, {-1}));
  return y;
}

}  // namespace tricorn::keras::layers
