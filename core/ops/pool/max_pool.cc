#include "core/ops/pool/infer.h"
#include "core/ops/pool/pool.h"

namespace tricorn::ops {

const OpDef kMaxPool = Op<MaxPoolAttrs>{
    .name = "max_pool",
    .doc = "the maximum of each window; padding never wins",
    .infer = [](std::span<const Type> x, const MaxPoolAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      return pool::InferPooled(x[0], a);
    },
    .gradient =
        [](Operands x, Value, Value dy, const MaxPoolAttrs& a) {
          return Grads{dy.builder().Add(kMaxPoolGradient, {{x[0], dy}}, a)};
        },
};

const OpDef kMaxPoolGradient = Op<MaxPoolAttrs>{
    .name = "max_pool_gradient",
    .doc = "each dy at the first maximum of its window of x. Operands: x, dy",
    .infer = [](std::span<const Type> x, const MaxPoolAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      ASSIGN_OR_RETURN(const Type pooled, pool::InferPooled(x[0], a));
      RETURN_IF_ERROR(ExpectSameType(pooled, x[1]));
      return x[0];
    },
    .gradient =
        [](Operands x, Value, Value dy, const MaxPoolAttrs& a) {
          return Grads{Value(), dy.builder().Add(kMaxPoolTake, {{x[0], dy}}, a)};
        },
};

const OpDef kMaxPoolTake = Op<MaxPoolAttrs>{
    .name = "max_pool_take",
    .doc = "what v holds at the first maximum of each window of x. Operands: x, v",
    .infer = [](std::span<const Type> x, const MaxPoolAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectSameType(x[0], x[1]));
      return pool::InferPooled(x[0], a);
    },
    .gradient =
        [](Operands x, Value, Value dy, const MaxPoolAttrs& a) {
          return Grads{Value(), dy.builder().Add(kMaxPoolGradient, {{x[0], dy}}, a)};
        },
};

Value MaxPool(Value x, MaxPoolAttrs attrs) {
  return x.builder().Add(kMaxPool, {{x}}, std::move(attrs));
}

}  // namespace tricorn::ops
