#include "core/ops/pool/infer.h"
#include "core/ops/pool/pool.h"

namespace tricorn::ops {

const OpDef kAvgPool = Op<AvgPoolAttrs>{
    .name = "avg_pool",
    .doc = "the mean of each window, padding counted in the divisor if count_padding",
    .infer = [](std::span<const Type> x, const AvgPoolAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      return pool::InferPooled(x[0], a);
    },
    .gradient =
        [](Operands x, Value, Value dy, const AvgPoolAttrs& a) {
          return Grads{
              dy.builder().Add(kAvgPoolGradient, {{dy}}, AvgPoolGradientAttrs{a, x[0].shape()})};
        },
};

const OpDef kAvgPoolGradient = Op<AvgPoolGradientAttrs>{
    .name = "avg_pool_gradient",
    .doc = "the gradient of avg_pool in x, of shape `shape`. Operand: dy",
    .infer = [](std::span<const Type> x, const AvgPoolGradientAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      const Type result{x[0].dtype, a.shape};
      ASSIGN_OR_RETURN(const Type pooled, pool::InferPooled(result, a.pool));
      RETURN_IF_ERROR(ExpectSameType(pooled, x[0]));
      return result;
    },
    .gradient = [](Operands, Value, Value dy,
                   const AvgPoolGradientAttrs& a) { return Grads{AvgPool(dy, a.pool)}; },
};

Value AvgPool(Value x, AvgPoolAttrs attrs) {
  return x.builder().Add(kAvgPool, {{x}}, std::move(attrs));
}

void RegisterPool(OpRegistry& ops) {
  for (const OpDef* op :
       {&kMaxPool, &kMaxPoolGradient, &kMaxPoolTake, &kAvgPool, &kAvgPoolGradient}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
