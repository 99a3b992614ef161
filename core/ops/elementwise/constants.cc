#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kCast = Op<CastAttrs>{
    .name = "cast",
    .doc = "x in another dtype: float to integer truncates, anything to bool tests for zero",
    .kind = OpKind::kElementwise,
    .infer = [](std::span<const Type> x, const CastAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      if (x[0].dtype == DType::kString || a.dtype == DType::kString) {
        return InvalidArgument("expected numbers or bool, received {} to {}", x[0].ToString(),
                               Name(a.dtype));
      }
      return Type{a.dtype, x[0].shape};
    },
    .gradient =
        [](Operands x, Value, Value dy, const CastAttrs& a) {
          const bool flows = IsFloating(x[0].dtype()) && IsFloating(a.dtype);
          return Grads{flows ? Cast(dy, x[0].dtype()) : Value()};
        },
};

Value Cast(Value x, DType dtype) {
  return x.dtype() == dtype ? x : x.builder().Add(kCast, {{x}}, CastAttrs{dtype});
}

const OpDef kStopGradient = Op<>{
    .name = "stop_gradient",
    .doc = "x, through which no gradient flows",
    .kind = OpKind::kView,
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      return x[0];
    },
};

Value StopGradient(Value x) { return x.builder().Add(kStopGradient, {{x}}); }

Value Scalar(Builder& builder, double value, DType dtype) {
  return builder.Constant(Tensor::Scalar<double>(value).Cast(dtype));
}

Value Full(Builder& builder, Type type, double value) {
  return BroadcastTo(Scalar(builder, value, type.dtype), type.shape);
}

Value ZerosLike(Value x) { return Full(x.builder(), x.type(), 0); }
Value OnesLike(Value x) { return Full(x.builder(), x.type(), 1); }

bool IsZero(Value x) {
  if (x.id() < 0) return false;
  const ir::Node* node = x.builder().producer(x);
  if (node != nullptr && node->op == &kBroadcast) {
    node = x.builder().graph().producer(node->operands[0]);
  }
  const Tensor* value = ir::ConstantValue(node);
  return value != nullptr && value->shape().rank() == 0 && value->At(0) == 0;
}

}  // namespace tricorn::ops
