#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const DropoutAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  RETURN_IF_ERROR(ExpectSameType({DType::kU32, {2}}, x[1]));
  if (!(a.rate >= 0 && a.rate < 1)) {
    return InvalidArgument("expected rate within [0, 1), received {}", a.rate);
  }
  const absl::StatusOr<Shape> shape = BroadcastShapes({{x[0].shape, a.noise_shape}});
  if (!shape.ok() || !(*shape == x[0].shape)) {
    return InvalidArgument("expected noise_shape that broadcasts to {}, received {}",
                           x[0].shape.ToString(), a.noise_shape.ToString());
  }
  return x[0];
}

}  // namespace

const OpDef kDropout = Op<DropoutAttrs>{
    .name = "dropout",
    .doc =
        "y = x m / (1 - rate), m = 1 where random_uniform(key, noise_shape) >= rate, else 0. "
        "Operands: x, key (2,) u32",
    .infer = Infer,
    .decompose =
        [](Operands x, const DropoutAttrs& a) {
          const Value u = RandomUniform(x[1], {DType::kF32, a.noise_shape});
          const Value kept = BroadcastTo(GreaterEqual(u, a.rate), x[0].shape());
          return Where(kept, x[0] / (1 - a.rate), 0);
        },
    // Linear in x, with the same mask.
    .gradient =
        [](Operands x, Value, Value dy, const DropoutAttrs& a) {
          return Grads{dy.builder().Add(kDropout, {{dy, x[1]}}, a), Value()};
        },
};

Value Dropout(Value x, Value key, double rate, std::optional<Shape> noise_shape) {
  return x.builder().Add(kDropout, {{x, key}}, DropoutAttrs{rate, noise_shape.value_or(x.shape())});
}

}  // namespace tricorn::ops
