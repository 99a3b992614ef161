#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const PadAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectSameType({x[0].dtype, {}}, x[1]));
  const size_t rank = static_cast<size_t>(x[0].rank());
  if (a.low.size() != rank || a.high.size() != rank || a.interior.size() != rank) {
    return InvalidArgument("expected {} entries of low, high and interior, received {}, {} and {}",
                           rank, a.low.size(), a.high.size(), a.interior.size());
  }
  std::vector<int64_t> dims;
  for (size_t i = 0; i < rank; ++i) {
    if (a.low[i] < 0 || a.high[i] < 0 || a.interior[i] < 0) {
      return InvalidArgument("expected no negative padding on axis {}, received {}, {}, {}", i,
                             a.low[i], a.high[i], a.interior[i]);
    }
    const int64_t length = x[0].shape.dims()[i];
    dims.push_back(a.low[i] + length + std::max<int64_t>(length - 1, 0) * a.interior[i] +
                   a.high[i]);
  }
  return Type{x[0].dtype, Shape(std::move(dims))};
}

Grads Gradient(Operands, Value, Value dy, const PadAttrs& a) {
  Axes limit, stride;
  for (size_t i = 0; i < a.low.size(); ++i) {
    limit.push_back(dy.shape().dims()[i] - a.high[i]);
    stride.push_back(a.interior[i] + 1);
  }
  const Value dx = Slice(dy, a.low, std::move(limit), std::move(stride));
  return {dx, Sum(dy) - Sum(dx)};
}

}  // namespace

const OpDef kPad = Op<PadAttrs>{
    .name = "pad",
    .doc =
        "per axis, `low` values before, `high` after, `interior` between neighbours. Operands: "
        "x, value (scalar)",
    .infer = Infer,
    .gradient = Gradient,
};

Value Pad(Value x, Axes low, Axes high, Axes interior, double value) {
  if (interior.empty()) interior.assign(low.size(), 0);
  const auto zero = [](const Axes& axes) {
    return std::all_of(axes.begin(), axes.end(), [](int64_t n) { return n == 0; });
  };
  if (zero(low) && zero(high) && zero(interior) && low.size() == static_cast<size_t>(x.rank())) {
    return x;
  }
  return x.builder().Add(kPad, {{x, Scalar(x.builder(), value, x.dtype())}},
                         PadAttrs{std::move(low), std::move(high), std::move(interior)});
}

}  // namespace tricorn::ops
