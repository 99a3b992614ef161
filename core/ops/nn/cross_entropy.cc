#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectLogits(const Type& logits) {
  RETURN_IF_ERROR(ExpectFloating(logits));
  return ExpectAxis(logits, logits.rank() - 1);
}

Type WithoutLastAxis(const Type& x, DType dtype) {
  return {dtype, Shape(std::vector<int64_t>(x.shape.begin(), x.shape.end() - 1))};
}

// y, one number a row, beside each class of the row.
Value PerClass(Value y, Value like) { return BroadcastTo(ExpandDims(y, {-1}), like.shape()); }

// Whether each class is its row's label.
Value IsLabel(Value labels, Value logits) {
  return OneHot(labels, logits.dim(-1), -1, DType::kBool);
}
// Whether each label is a class.
Value IsInside(Value labels, Value logits) {
  return LogicalAnd(GreaterEqual(labels, 0), Less(Cast(labels, DType::kI64), logits.dim(-1)));
}

Value LogProbability(Value output, int64_t axis) {
  return Log(Clip(output / Sum(output, {axis}, true), kEpsilon, 1 - kEpsilon));
}

}  // namespace

const OpDef kSoftmaxCrossEntropy = Op<>{
    .name = "softmax_cross_entropy",
    .doc = "y = -sum_c target_c ln softmax(logits)_c over the last axis. Operands: target, logits",
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectLogits(x[1]));
      RETURN_IF_ERROR(ExpectSameType(x[1], x[0]));
      return WithoutLastAxis(x[1], x[1].dtype);
    },
    .decompose = [](Operands x, const NoAttrs&) { return -Sum(x[0] * LogSoftmax(x[1], -1), {-1}); },
    .gradient =
        [](Operands x, Value, Value dy, const NoAttrs&) {
          const Value each = PerClass(dy, x[1]);
          const Value total = Sum(x[0], {-1}, true);
          return Grads{-each * LogSoftmax(x[1], -1), each * (Softmax(x[1], -1) * total - x[0])};
        },
};

const OpDef kSparseSoftmaxCrossEntropy = Op<>{
    .name = "sparse_softmax_cross_entropy",
    .doc =
        "y = -ln softmax(logits)_label over the last axis; 0 for a label outside. Operands: "
        "labels, logits",
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectLogits(x[1]));
      if (!IsInteger(x[0].dtype)) {
        return InvalidArgument("expected integer labels, received {}", x[0].ToString());
      }
      RETURN_IF_ERROR(ExpectSameType(WithoutLastAxis(x[1], x[0].dtype), x[0]));
      return WithoutLastAxis(x[1], x[1].dtype);
    },
    // Both sums are of the logits less their maximum, so that one pass has them.
    .decompose =
        [](Operands x, const NoAttrs&) {
          const Value shifted = x[1] - StopGradient(Max(x[1], {-1}, true));
          const Value own = Sum(Where(IsLabel(x[0], x[1]), shifted, 0), {-1});
          const Value loss = Log(Sum(Exp(shifted), {-1})) - own;
          return Where(IsInside(x[0], x[1]), loss, 0);
        },
    .gradient =
        [](Operands x, Value, Value dy, const NoAttrs&) {
          const Value each = PerClass(Where(IsInside(x[0], x[1]), dy, 0), x[1]);
          const Value target = Cast(IsLabel(x[0], x[1]), x[1].dtype());
          return Grads{Value(), each * (Softmax(x[1], -1) - target)};
        },
};

const OpDef kSigmoidCrossEntropy = Op<>{
    .name = "sigmoid_cross_entropy",
    .doc =
        "y = max(logits, 0) - logits * target + ln(1 + exp(-|logits|)). Operands: target, logits",
    .kind = OpKind::kElementwise,
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectFloating(x[1]));
      RETURN_IF_ERROR(ExpectSameType(x[1], x[0]));
      return x[1];
    },
    .decompose = [](Operands x, const NoAttrs&) { return Softplus(x[1]) - x[1] * x[0]; },
    .gradient =
        [](Operands x, Value, Value dy, const NoAttrs&) {
          return Grads{-dy * x[1], dy * (Sigmoid(x[1]) - x[0])};
        },
};

Value CategoricalCrossentropy(Value target, Value output, bool from_logits, int64_t axis) {
  if (!(target.shape() == output.shape()) || output.rank() == 0) {
    return Error(output, InvalidArgument("categorical_crossentropy: expected target and output of "
                                         "one shape, received {} and {}",
                                         target.type().ToString(), output.type().ToString()));
  }
  axis = NormalizeAxis(output, axis);
  if (axis < 0) return Error(output);
  target = Cast(target, output.dtype());
  if (from_logits) {
    return output.builder().Add(kSoftmaxCrossEntropy,
                                {{MoveAxis(target, axis, -1), MoveAxis(output, axis, -1)}});
  }
  return -Sum(target * LogProbability(output, axis), {axis});
}

Value SparseCategoricalCrossentropy(Value target, Value output, bool from_logits, int64_t axis) {
  axis = NormalizeAxis(output, axis);
  if (axis < 0) return Error(output);
  if (target.rank() == output.rank() && target.dim(static_cast<int>(axis)) == 1) {
    target = Squeeze(target, {axis});
  }
  std::vector<int64_t> dims = output.shape().dims();
  dims.erase(dims.begin() + axis);
  if (!(target.shape() == Shape(dims))) {
    return Error(output,
                 InvalidArgument("sparse_categorical_crossentropy: expected target of shape "
                                 "{}, received {}",
                                 Shape(dims).ToString(), target.type().ToString()));
  }
  if (!IsInteger(target.dtype())) target = Cast(target, DType::kI32);
  if (from_logits) {
    return output.builder().Add(kSparseSoftmaxCrossEntropy, {{target, MoveAxis(output, axis, -1)}});
  }
  const Value rows = OneHot(target, output.dim(static_cast<int>(axis)), axis, output.dtype());
  return -Sum(rows * LogProbability(output, axis), {axis});
}

Value BinaryCrossentropy(Value target, Value output, bool from_logits) {
  if (!(target.shape() == output.shape())) {
    return Error(output, InvalidArgument("binary_crossentropy: expected target and output of one "
                                         "shape, received {} and {}",
                                         target.type().ToString(), output.type().ToString()));
  }
  target = Cast(target, output.dtype());
  if (from_logits) return output.builder().Add(kSigmoidCrossEntropy, {{target, output}});
  output = Clip(output, kEpsilon, 1 - kEpsilon);
  return -(target * Log(output) + (1 - target) * Log(1 - output));
}

}  // namespace tricorn::ops
