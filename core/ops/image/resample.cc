#include <cmath>
#include <numbers>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using image::Range;
using image::WorkingDType;

constexpr double kFloat32Epsilon = 0x1p-23;

absl::StatusOr<Type> Infer(const Type& x, const ResampleAttrs& a) {
  RETURN_IF_ERROR(ExpectAxis(x, a.axis));
  const int axis = static_cast<int>(a.axis);
  if (a.length < 1 || x.shape[axis] < 1) {
    return InvalidArgument("expected lengths of at least 1, received {} to become {}",
                           x.shape[axis], a.length);
  }
  if (a.method != "nearest") RETURN_IF_ERROR(ExpectFloating(x));
  for (const std::string_view method : {"nearest", "linear", "cubic", "lanczos3", "lanczos5"}) {
    if (a.method != method) continue;
    Type y = x;
    y.shape[axis] = a.length;
    return y;
  }
  return InvalidArgument(
      "expected method 'nearest', 'linear', 'cubic', 'lanczos3' or 'lanczos5', received '{}'",
      a.method);
}

// Kernels of a distance x >= 0.
Value Lanczos(Value x, double radius) {
  constexpr double kPi = std::numbers::pi;
  const Value numerator = Sin(x * kPi) * Sin(x * (kPi / radius)) * radius;
  const Value inside =
      Where(Greater(x, 1e-3), numerator / Where(NotEqual(x, 0), Square(x) * (kPi * kPi), 1), 1);
  return Where(Greater(x, radius), 0, inside);
}
Value Cubic(Value x) {
  const Value near = (x * 1.5 - 2.5) * x * x + 1;
  const Value far = ((x * -0.5 + 2.5) * x - 4) * x + 2;
  return Where(GreaterEqual(x, 2), 0, Where(GreaterEqual(x, 1), far, near));
}
Value Kernel(std::string_view method, Value x) {
  if (method == "lanczos3") return Lanczos(x, 3);
  if (method == "lanczos5") return Lanczos(x, 5);
  if (method == "cubic") return Cubic(x);
  return Maximum(1 - x, 0);
}

// w_ij of `input` elements for `a.length`: (input, length).
Value Weights(Value scale, Value translation, int64_t input, const ResampleAttrs& a) {
  Builder& b = scale.builder();
  const Value inverse = Reciprocal(scale);
  const Value at =
      (Range(b, scale.dtype(), a.length) + 0.5) * inverse - translation * inverse - 0.5;
  const Value index = ExpandDims(Range(b, scale.dtype(), input), {1});
  Value distance = Absolute(at - index);
  if (a.antialias) distance = distance / Maximum(inverse, 1);
  const Value weights = Kernel(a.method, distance);
  const Value total = Sum(weights, {0}, true);
  const Value shares = Where(Greater(Absolute(total), 1000 * kFloat32Epsilon),
                             weights / Where(NotEqual(total, 0), total, 1), 0);
  const Value inside =
      LogicalAnd(GreaterEqual(at, -0.5), LessEqual(at, static_cast<double>(input) - 0.5));
  return Where(inside, shares, 0);
}

Value ApplyWeights(Value x, Value weights, int64_t axis) {
  return MoveAxis(Tensordot(x, Cast(weights, x.dtype()), {axis}, {0}), -1, axis);
}

Value Nearest(Value x, const ResampleAttrs& a) {
  const auto input = static_cast<double>(x.dim(static_cast<int>(a.axis)));
  const Value at = Range(x.builder(), DType::kF32, a.length) + 0.5;
  const Value index = Cast(Floor(at * input / static_cast<double>(a.length)), DType::kI32);
  return Take(x, index, a.axis);
}

// From the two neighbours alone: what linear weights are where the kernel is not widened.
Value Linear(Value x, const ResampleAttrs& a) {
  const int axis = static_cast<int>(a.axis);
  const int64_t input = x.dim(axis);
  const double inverse = static_cast<double>(input) / static_cast<double>(a.length);
  const Value at = (Range(x.builder(), WorkingDType(x), a.length) + 0.5) * inverse - 0.5;
  const Value low = Floor(at);
  Shape along(std::vector<int64_t>(static_cast<size_t>(x.rank()), 1));
  along[axis] = a.length;
  const Value share = Reshape(Cast(at - low, x.dtype()), along);
  const Value below = Cast(low, DType::kI32);
  const auto taken = [&](Value index) { return Take(x, Clip(index, 0, input - 1), a.axis); };
  return taken(below) * (1 - share) + taken(below + 1) * share;
}

Value Decomposition(Operands x, const ResampleAttrs& a) {
  const int64_t input = x[0].dim(static_cast<int>(a.axis));
  if (a.method == "nearest") return Nearest(x[0], a);
  if (a.method == "linear" && (!a.antialias || a.length >= input)) return Linear(x[0], a);
  Builder& b = x[0].builder();
  const DType dtype = WorkingDType(x[0]);
  const Value scale = Scalar(b, static_cast<double>(a.length) / static_cast<double>(input), dtype);
  return ApplyWeights(x[0], Weights(scale, Scalar(b, 0, dtype), input, a), a.axis);
}

}  // namespace

const OpDef kResample = Op<ResampleAttrs>{
    .name = "resample",
    .doc = "y_j = sum_i w_ij x_i along `axis`, w the kernel of `method` around (j + 1/2) / scale",
    .infer = [](std::span<const Type> x, const ResampleAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      return Infer(x[0], a);
    },
    .decompose = Decomposition,
};

const OpDef kScaleAndTranslate = Op<ResampleAttrs>{
    .name = "scale_and_translate",
    .doc =
        "resample by a factor `scale`, shifted by `translation`. Operands: x, scale, translation "
        "(scalars)",
    .infer = [](std::span<const Type> x, const ResampleAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 3));
      RETURN_IF_ERROR(ExpectFloating(x[1]));
      RETURN_IF_ERROR(ExpectSameType({x[1].dtype, {}}, x[1]));
      RETURN_IF_ERROR(ExpectSameType(x[1], x[2]));
      if (a.method == "nearest") {
        return InvalidArgument("expected a method with a kernel, received 'nearest'");
      }
      return Infer(x[0], a);
    },
    .decompose =
        [](Operands x, const ResampleAttrs& a) {
          const DType dtype = WorkingDType(x[1]);
          const int64_t input = x[0].dim(static_cast<int>(a.axis));
          return ApplyWeights(x[0], Weights(Cast(x[1], dtype), Cast(x[2], dtype), input, a),
                              a.axis);
        },
};

absl::StatusOr<std::string> ResampleMethod(std::string_view interpolation) {
  if (interpolation == "bilinear" || interpolation == "trilinear") return "linear";
  if (interpolation == "bicubic" || interpolation == "tricubic") return "cubic";
  for (const std::string_view method : {"nearest", "linear", "cubic", "lanczos3", "lanczos5"}) {
    if (interpolation == method) return std::string(method);
  }
  return InvalidArgument(
      "interpolation: expected 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5', "
      "received '{}'",
      interpolation);
}

Value Resample(Value x, ResampleAttrs attrs) {
  attrs.axis = NormalizeAxis(x, attrs.axis);
  if (attrs.axis < 0) return Error(x);
  return x.builder().Add(kResample, {{x}}, std::move(attrs));
}

Value ScaleAndTranslate(Value x, Value scale, Value translation, ResampleAttrs attrs) {
  attrs.axis = NormalizeAxis(x, attrs.axis);
  if (attrs.axis < 0) return Error(x);
  return x.builder().Add(kScaleAndTranslate, {{x, scale, translation}}, std::move(attrs));
}

Value ScaleAndTranslate(Value x, const Shape& shape, Value scale, Value translation,
                        const Axes& axes, std::string_view method, bool antialias) {
  const absl::StatusOr<std::string> known = ResampleMethod(method);
  if (!known.ok()) return Error(x, known.status());
  const Shape expected{static_cast<int64_t>(axes.size())};
  if (!(scale.shape() == expected) || !(translation.shape() == expected)) {
    return Error(x, InvalidArgument("scale_and_translate: expected scale and translation of shape "
                                    "{}, received {} and {}",
                                    expected.ToString(), scale.shape().ToString(),
                                    translation.shape().ToString()));
  }
  if (shape.rank() != x.rank()) {
    return Error(x, InvalidArgument("scale_and_translate: expected output_shape of rank {}, "
                                    "received {}",
                                    x.rank(), shape.ToString()));
  }
  const DType dtype = Promote(Promote(scale.dtype(), translation.dtype()), DType::kF32);
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto entry = [&](Value v) {
      const auto at = static_cast<int64_t>(i);
      return Reshape(SliceAxis(Cast(v, dtype), 0, at, at + 1), {});
    };
    const int64_t axis = NormalizeAxis(x, axes[i]);
    if (axis < 0) return Error(x);
    x = ScaleAndTranslate(x, entry(scale), entry(translation),
                          {axis, shape[static_cast<int>(axis)], *known, antialias});
  }
  if (x.builder().ok() && !(x.shape() == shape)) {
    return Error(x, InvalidArgument("scale_and_translate: expected output_shape that differs in "
                                    "the given axes alone, received {} for {}",
                                    shape.ToString(), x.shape().ToString()));
  }
  return x;
}

}  // namespace tricorn::ops
