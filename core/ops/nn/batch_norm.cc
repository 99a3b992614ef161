#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// Of statistics, gamma and beta.
DType StatisticsDType(DType x) { return x == DType::kF64 ? DType::kF64 : DType::kF32; }

// `num_channels` of the operands after x are per channel.
absl::Status ExpectOperands(std::span<const Type> x, const BatchNormAttrs& a, size_t num_channels) {
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
  const Type channels{StatisticsDType(x[0].dtype), {x[0].shape[static_cast<int>(a.axis)]}};
  for (size_t i = 1; i <= num_channels; ++i) RETURN_IF_ERROR(ExpectSameType(channels, x[i]));
  return absl::OkStatus();
}

Axes OtherAxes(Value x, int64_t axis) {
  Axes axes;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i != axis) axes.push_back(i);
  }
  return axes;
}

// The sum over all axes but the channels'.
Value SumOthers(Value x, int64_t axis) {
  const Axes axes = OtherAxes(x, axis);
  return axes.empty() ? x : Sum(x, axes);
}

// A value per channel beside each element of x.
Value PerElement(Value channels, Value x, int64_t axis) {
  return Broadcast(channels, x.shape(), {axis});
}

double CountPerChannel(Value x, int64_t axis) {
  int64_t count = 1;
  for (const int64_t i : OtherAxes(x, axis)) count *= x.dim(static_cast<int>(i));
  return static_cast<double>(count);
}

Value Normalize(Value x, Value gamma, Value beta, Value mean, Value variance,
                const BatchNormAttrs& a) {
  const Value wide = Cast(x, gamma.dtype());
  const Value scale = gamma * Rsqrt(variance + a.epsilon);
  const Value centered = wide - PerElement(mean, x, a.axis);
  return Cast(centered * PerElement(scale, x, a.axis) + PerElement(beta, x, a.axis), x.dtype());
}

Values Training(Operands x, const BatchNormAttrs& a) {
  const Value wide = Cast(x[0], x[1].dtype());
  const double count = CountPerChannel(wide, a.axis);
  const Value mean = SumOthers(wide, a.axis) / count;
  const Value centered = wide - PerElement(mean, wide, a.axis);
  const Value variance = SumOthers(Square(centered), a.axis) / count;
  return {Normalize(x[0], x[1], x[2], mean, variance, a), mean, variance};
}

// The part of dx that comes through mean and variance where they are used themselves.
Value ThroughStatistics(Value x, Value mean, Value dmean, Value dvariance, int64_t axis) {
  const double count = CountPerChannel(x, axis);
  const Value wide = Cast(x, mean.dtype());
  const Value centered = wide - PerElement(mean, wide, axis);
  return Cast(PerElement(dmean / count, wide, axis) +
                  centered * PerElement(dvariance * (2 / count), wide, axis),
              x.dtype());
}

Grads TrainingGradient(Operands x, Operands y, Operands dy, const BatchNormAttrs& a) {
  Builder& builder = x[0].builder();
  Grads grads = builder.AddAll(kBatchNormGradient, {{x[0], x[1], y[1], y[2], dy[0]}}, a);
  if (grads.size() != 3) return {};
  if (!IsZero(dy[1]) || !IsZero(dy[2])) {
    grads[0] = grads[0] + ThroughStatistics(x[0], y[1], dy[1], dy[2], a.axis);
  }
  return grads;
}

Values Gradient(Operands x, const BatchNormAttrs& a) {
  const DType dtype = x[1].dtype();
  const Value wide = Cast(x[0], dtype), dy = Cast(x[4], dtype);
  const Value inverse = Rsqrt(x[3] + a.epsilon);
  const Value normal = (wide - PerElement(x[2], wide, a.axis)) * PerElement(inverse, wide, a.axis);
  const Value dbeta = SumOthers(dy, a.axis);
  const Value dgamma = SumOthers(dy * normal, a.axis);
  const double count = CountPerChannel(wide, a.axis);
  const Value rest =
      PerElement(dbeta / count, wide, a.axis) + normal * PerElement(dgamma / count, wide, a.axis);
  const Value dx = PerElement(x[1] * inverse, wide, a.axis) * (dy - rest);
  return {Cast(dx, x[0].dtype()), dgamma, dbeta};
}

}  // namespace

const OpDef kBatchNormTraining = Op<BatchNormAttrs>{
    .name = "batch_norm_training",
    .doc =
        "y = (x - mean) rsqrt(variance + epsilon) gamma + beta with x's own statistics. "
        "Operands: x, gamma, beta. Results: y, mean, variance",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 3));
      RETURN_IF_ERROR(ExpectOperands(x, a, 2));
      return Types{x[0], x[1], x[1]};
    },
    .decompose_all = Training,
    .gradient_all = TrainingGradient,
};

const OpDef kBatchNormGradient = Op<BatchNormAttrs>{
    .name = "batch_norm_gradient",
    .doc =
        "the gradients of batch_norm_training's y. Operands: x, gamma, mean, variance, dy. "
        "Results: dx, dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 5));
      RETURN_IF_ERROR(ExpectOperands(x, a, 3));
      RETURN_IF_ERROR(ExpectSameType(x[0], x[4]));
      return Types{x[0], x[1], x[1]};
    },
    .decompose_all = Gradient,
};

const OpDef kBatchNormInference = Op<BatchNormAttrs>{
    .name = "batch_norm_inference",
    .doc =
        "y = (x - mean) rsqrt(variance + epsilon) gamma + beta. Operands: x, gamma, beta, mean, "
        "variance",
    .infer = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 5));
      RETURN_IF_ERROR(ExpectOperands(x, a, 4));
      return x[0];
    },
    .decompose = [](Operands x,
                    const BatchNormAttrs& a) { return Normalize(x[0], x[1], x[2], x[3], x[4], a); },
};

namespace {

// gamma and beta, 1 and 0 where they are none, in the statistics' dtype.
Values GammaAndBeta(Value x, Value gamma, Value beta, int64_t axis) {
  const DType dtype = StatisticsDType(x.dtype());
  const Type type{dtype, {x.dim(static_cast<int>(axis))}};
  return {gamma ? Cast(gamma, dtype) : Full(x.builder(), type, 1),
          beta ? Cast(beta, dtype) : Full(x.builder(), type, 0)};
}

}  // namespace

BatchNormResult BatchNormTraining(Value x, Value gamma, Value beta, int64_t axis, double epsilon) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return {Error(x), Error(x), Error(x)};
  const Values channels = GammaAndBeta(x, gamma, beta, axis);
  const Values results = x.builder().AddAll(kBatchNormTraining, {{x, channels[0], channels[1]}},
                                            BatchNormAttrs{axis, epsilon});
  if (results.size() != 3) return {Error(x), Error(x), Error(x)};
  return {results[0], results[1], results[2]};
}

Value BatchNormInference(Value x, Value gamma, Value beta, Value mean, Value variance, int64_t axis,
                         double epsilon) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const Values channels = GammaAndBeta(x, gamma, beta, axis);
  const DType dtype = StatisticsDType(x.dtype());
  return x.builder().Add(kBatchNormInference,
                         {{x, channels[0], channels[1], Cast(mean, dtype), Cast(variance, dtype)}},
                         BatchNormAttrs{axis, epsilon});
}

}  // namespace tricorn::ops
