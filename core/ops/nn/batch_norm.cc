#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/batch_norm_relu.h"
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

Values Statistics(Operands x, const BatchNormAttrs& a) {
  const Value wide = Cast(x[0], StatisticsDType(x[0].dtype()));
  const double count = CountPerChannel(wide, a.axis);
  const Value mean = SumOthers(wide, a.axis) / count;
  const Value centered = wide - PerElement(mean, wide, a.axis);
  return {mean, SumOthers(Square(centered), a.axis) / count};
}

Values Training(Operands x, const BatchNormAttrs& a) {
  const Values statistics = x[0].builder().AddAll(kBatchNormStatistics, {{x[0]}}, a);
  if (statistics.size() != 2) return Errors(x[0], 3);
  const Value mean = statistics[0], variance = statistics[1];
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

// The sums over dy as they are for gamma and beta, all in the statistics' dtype.
Values SumsOf(Value wide, Value mean, Value variance, Value dy, const BatchNormAttrs& a) {
  const Value inverse = Rsqrt(variance + a.epsilon);
  const Value normal = (wide - PerElement(mean, wide, a.axis)) * PerElement(inverse, wide, a.axis);
  return {SumOthers(dy * normal, a.axis), SumOthers(dy, a.axis)};
}

Values Sums(Operands x, const BatchNormAttrs& a) {
  const DType dtype = x[1].dtype();
  return SumsOf(Cast(x[0], dtype), x[1], x[2], Cast(x[3], dtype), a);
}

// dx given dgamma and dbeta: gamma inverse (dy - dbeta / count - normal dgamma / count), normal =
// (x - mean) inverse, as a linear function of dy and x with three numbers a channel.
Value InputGradient(Value wide, Value gamma, Value mean, Value variance, Value dy, Operands sums,
                    const BatchNormAttrs& a) {
  const double count = CountPerChannel(wide, a.axis);
  const Value inverse = Rsqrt(variance + a.epsilon);
  const Value scale = gamma * inverse;
  const Value slope = scale * inverse * (sums[0] / count);
  const Value offset = slope * mean - scale * (sums[1] / count);
  return dy * PerElement(scale, wide, a.axis) - wide * PerElement(slope, wide, a.axis) +
         PerElement(offset, wide, a.axis);
}

Values Gradient(Operands x, const BatchNormAttrs& a) {
  const Value gamma = x[1], mean = x[2], variance = x[3];
  const Values sums = gamma.builder().AddAll(kBatchNormSums, {{x[0], mean, variance, x[4]}}, a);
  if (sums.size() != 2) return Errors(x[0], 3);
  const DType dtype = gamma.dtype();
  const Value dx =
      InputGradient(Cast(x[0], dtype), gamma, mean, variance, Cast(x[4], dtype), sums, a);
  return {Cast(dx, x[0].dtype()), sums[0], sums[1]};
}

// dy where y is positive, otherwise 0; of the operands of batch_norm_relu_gradient.
Value WherePositive(Operands x, const BatchNormAttrs& a) {
  const Value gamma = x[1], beta = x[2], mean = x[3];
  const DType dtype = gamma.dtype();
  const Value wide = Cast(x[0], dtype);
  const Value scale = gamma * Rsqrt(x[4] + a.epsilon);
  // As Normalize rounds, so that no element changes sides.
  const Value y = (wide - PerElement(mean, wide, a.axis)) * PerElement(scale, wide, a.axis) +
                  PerElement(beta, wide, a.axis);
  return Where(Greater(y, 0), Cast(x[5], dtype), 0);
}

Values ReluSums(Operands x, const BatchNormAttrs& a) {
  return SumsOf(Cast(x[0], x[1].dtype()), x[3], x[4], WherePositive(x, a), a);
}

Values ReluGradient(Operands x, const BatchNormAttrs& a) {
  const Values sums = x[0].builder().AddAll(kBatchNormReluSums, x, a);
  if (sums.size() != 2) return Errors(x[0], 3);
  const Value dx =
      InputGradient(Cast(x[0], x[1].dtype()), x[1], x[3], x[4], WherePositive(x, a), sums, a);
  return {Cast(dx, x[0].dtype()), sums[0], sums[1]};
}

Values MaskedSums(Operands x, const BatchNormAttrs& a) {
  const Value gradient = x.size() == 6 ? x[4] + x[5] : x[4];
  const Value dy = Where(Greater(x[3], 0), gradient, 0);
  const DType dtype = x[1].dtype();
  const Values sums = SumsOf(Cast(x[0], dtype), x[1], x[2], Cast(dy, dtype), a);
  return {dy, sums[0], sums[1]};
}

Values MaskedGradient(Operands x, const BatchNormAttrs& a) {
  Values of_sums = {x[0]};
  of_sums.insert(of_sums.end(), x.begin() + 2, x.end());
  const Values sums = x[0].builder().AddAll(kBatchNormMaskedSums, of_sums, a);
  if (sums.size() != 3) return Errors(x[0], 4);
  const DType dtype = x[1].dtype();
  const Value dx = InputGradient(Cast(x[0], dtype), x[1], x[2], x[3], Cast(sums[0], dtype),
                                 {{sums[1], sums[2]}}, a);
  return {Cast(dx, x[0].dtype()), sums[1], sums[2], sums[0]};
}

Values MaskedPairSums(Operands x, const BatchNormAttrs& a) {
  Values of_first(x.begin(), x.begin() + 3);
  of_first.insert(of_first.end(), x.begin() + 6, x.end());
  ir::Builder& builder = x[0].builder();
  const Values first = builder.AddAll(kBatchNormMaskedSums, of_first, a);
  if (first.size() != 3) return Errors(x[0], 4);
  const Values second = builder.AddAll(kBatchNormSums, {{x[3], x[4], x[5], first[0]}}, a);
  if (second.size() != 2) return Errors(x[0], 4);
  return {first[0], first[1], first[2], second[0]};
}

Values MaskedPairGradient(Operands x, const BatchNormAttrs& a) {
  Values of_sums = {x[0], x[2], x[3], x[4], x[6], x[7]};
  of_sums.insert(of_sums.end(), x.begin() + 8, x.end());
  const Values sums = x[0].builder().AddAll(kBatchNormMaskedPairSums, of_sums, a);
  if (sums.size() != 4) return Errors(x[0], 6);
  const DType dtype = x[1].dtype();
  const Value dy = Cast(sums[0], dtype);
  const Value dx = InputGradient(Cast(x[0], dtype), x[1], x[2], x[3], dy, {{sums[1], sums[2]}}, a);
  const Value other =
      InputGradient(Cast(x[4], dtype), x[5], x[6], x[7], dy, {{sums[3], sums[2]}}, a);
  const DType narrow = x[0].dtype();
  return {Cast(dx, narrow), sums[1], sums[2], sums[0], Cast(other, narrow), sums[3]};
}

// Of two x with as many operands per channel each, r and one or two gradients as x.
absl::Status ExpectMaskedPair(std::span<const Type> x, const BatchNormAttrs& a,
                              size_t num_channels) {
  const size_t count = 2 * (num_channels + 1);
  if (x.size() != count + 2) RETURN_IF_ERROR(ExpectCount(x, count + 3));
  RETURN_IF_ERROR(ExpectOperands(x, a, num_channels));
  for (size_t i = 0; i <= num_channels; ++i) {
    RETURN_IF_ERROR(ExpectSameType(x[i], x[num_channels + 1 + i]));
  }
  for (const Type& type : x.subspan(count)) RETURN_IF_ERROR(ExpectSameType(x[0], type));
  return absl::OkStatus();
}

// Of x, `num_channels` operands per channel, r and one or two gradients as x.
absl::Status ExpectMasked(std::span<const Type> x, const BatchNormAttrs& a, size_t num_channels) {
  if (x.size() != num_channels + 3) RETURN_IF_ERROR(ExpectCount(x, num_channels + 4));
  RETURN_IF_ERROR(ExpectOperands(x, a, num_channels));
  for (const Type& type : x.subspan(num_channels + 1)) {
    RETURN_IF_ERROR(ExpectSameType(x[0], type));
  }
  return absl::OkStatus();
}

// Of x, gamma, beta, mean, variance, dy.
absl::Status ExpectReluGradient(std::span<const Type> x, const BatchNormAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 6));
  RETURN_IF_ERROR(ExpectOperands(x, a, 4));
  return ExpectSameType(x[0], x[5]);
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

const OpDef kBatchNormStatistics = Op<BatchNormAttrs>{
    .name = "batch_norm_statistics",
    .doc = "mean and variance of each channel. Operand: x. Results: mean, variance",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectOperands(x, a, 0));
      const Type channels{StatisticsDType(x[0].dtype), {x[0].shape[static_cast<int>(a.axis)]}};
      return Types{channels, channels};
    },
    .decompose_all = Statistics,
};

const OpDef kBatchNormSums = Op<BatchNormAttrs>{
    .name = "batch_norm_sums",
    .doc =
        "of each channel the sums of dy (x - mean) rsqrt(variance + epsilon) and of dy. Operands: "
        "x, mean, variance, dy. Results: dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 4));
      RETURN_IF_ERROR(ExpectOperands(x, a, 2));
      RETURN_IF_ERROR(ExpectSameType(x[0], x[3]));
      return Types{x[1], x[1]};
    },
    .decompose_all = Sums,
};

const OpDef kBatchNormReluGradient = Op<BatchNormAttrs>{
    .name = "batch_norm_relu_gradient",
    .doc =
        "the gradients of max(y, 0), y as of batch_norm_training. Operands: x, gamma, beta, mean, "
        "variance, dy. Results: dx, dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectReluGradient(x, a));
      return Types{x[0], x[1], x[1]};
    },
    .decompose_all = ReluGradient,
};

const OpDef kBatchNormReluSums = Op<BatchNormAttrs>{
    .name = "batch_norm_relu_sums",
    .doc =
        "dgamma and dbeta of batch_norm_relu_gradient. Operands: x, gamma, beta, mean, variance, "
        "dy. Results: dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectReluGradient(x, a));
      return Types{x[1], x[1]};
    },
    .decompose_all = ReluSums,
};

const OpDef kBatchNormMaskedGradient = Op<BatchNormAttrs>{
    .name = "batch_norm_masked_gradient",
    .doc =
        "the gradients of batch_norm_training's y and dy itself, which is the sum of the gradients "
        "where r is positive and 0 elsewhere. Operands: x, gamma, mean, variance, r, one or two "
        "gradients. Results: dx, dgamma, dbeta, dy",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectMasked(x, a, 3));
      return Types{x[0], x[1], x[1], x[0]};
    },
    .decompose_all = MaskedGradient,
};

const OpDef kBatchNormMaskedSums = Op<BatchNormAttrs>{
    .name = "batch_norm_masked_sums",
    .doc =
        "dy, dgamma and dbeta of batch_norm_masked_gradient. Operands: x, mean, variance, r, one "
        "or two gradients. Results: dy, dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectMasked(x, a, 2));
      return Types{x[0], x[1], x[1]};
    },
    .decompose_all = MaskedSums,
};

const OpDef kBatchNormMaskedPairGradient = Op<BatchNormAttrs>{
    .name = "batch_norm_masked_pair_gradient",
    .doc =
        "batch_norm_masked_gradient of two normalizations of which the results are added. "
        "Operands: x, gamma, mean, variance of one, of the other, r, one or two gradients. "
        "Results: dx, dgamma, dbeta, dy, the other's dx and dgamma",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectMaskedPair(x, a, 3));
      return Types{x[0], x[1], x[1], x[0], x[0], x[1]};
    },
    .decompose_all = MaskedPairGradient,
};

const OpDef kBatchNormMaskedPairSums = Op<BatchNormAttrs>{
    .name = "batch_norm_masked_pair_sums",
    .doc =
        "the sums of batch_norm_masked_pair_gradient. Operands: x, mean, variance of one, of the "
        "other, r, one or two gradients. Results: dy, dgamma, dbeta, the other's dgamma",
    .infer_all = [](std::span<const Type> x, const BatchNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectMaskedPair(x, a, 2));
      return Types{x[0], x[1], x[1], x[1]};
    },
    .decompose_all = MaskedPairSums,
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
