#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const SoftmaxAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
  return x[0];
}

// x minus its maximum along `axis`: its exponentials are at most 1.
Value Shifted(Value x, int64_t axis) { return x - StopGradient(Max(x, {axis}, true)); }

Value Apply(const OpDef& op, Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (!IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  return x.builder().Add(op, {{x}}, SoftmaxAttrs{axis});
}

}  // namespace

const OpDef kSoftmax = Op<SoftmaxAttrs>{
    .name = "softmax",
    .doc = "y_i = exp(x_i - max x) / sum_j exp(x_j - max x), over `axis`",
    .infer = Infer,
    .decompose =
        [](Operands x, const SoftmaxAttrs& a) {
          const Value z = Exp(Shifted(x[0], a.axis));
          return z / Sum(z, {a.axis}, true);
        },
    .gradient = [](Operands, Value y, Value dy,
                   const SoftmaxAttrs& a) { return Grads{y * (dy - Sum(dy * y, {a.axis}, true))}; },
};

const OpDef kLogSoftmax = Op<SoftmaxAttrs>{
    .name = "log_softmax",
    .doc = "y_i = x_i - max x - ln sum_j exp(x_j - max x), over `axis`",
    .infer = Infer,
    .decompose =
        [](Operands x, const SoftmaxAttrs& a) {
          const Value z = Shifted(x[0], a.axis);
          return z - Log(Sum(Exp(z), {a.axis}, true));
        },
    .gradient = [](Operands, Value y, Value dy,
                   const SoftmaxAttrs& a) { return Grads{dy - Exp(y) * Sum(dy, {a.axis}, true)}; },
};

Value Softmax(Value x, int64_t axis) { return Apply(kSoftmax, x, axis); }
Value LogSoftmax(Value x, int64_t axis) { return Apply(kLogSoftmax, x, axis); }

}  // namespace tricorn::ops
