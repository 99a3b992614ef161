#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kStraightThrough = Op<>{
    .name = "straight_through",
    .doc = "y = value; the gradient goes to surrogate. Operands: value, surrogate",
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectSameType(x[0], x[1]));
      return x[0];
    },
    .decompose = [](Operands x, const NoAttrs&) { return x[0]; },
    .gradient =
        [](Operands, Value, Value dy, const NoAttrs&) {
          return Grads{Value(), dy};
        },
};

Value StraightThrough(Value value, Value surrogate) {
  return value.builder().Add(kStraightThrough, {{value, surrogate}});
}

Quantized AbsMaxQuantize(Value x, const Axes& axes, IntegerRange range, DType dtype,
                         double epsilon) {
  const Value scale = range.high / (Max(Absolute(x), axes, true) + epsilon);
  return {Cast(Clip(Round(x * scale), range.low, range.high), dtype), scale};
}

GroupQuantized AbsMaxQuantizeGrouped(Value x, int64_t block_size, IntegerRange range,
                                     double epsilon) {
  if (x.rank() != 2 || block_size <= 0) {
    const Value error =
        Error(x, InvalidArgument("expected two axes and a positive block_size, received {} and {}",
                                 x.type().ToString(), block_size));
    return {error, error, error};
  }
  const int64_t rows = x.dim(0), columns = x.dim(1);
  const int64_t groups = (rows + block_size - 1) / block_size;
  const Value padded = Pad(x, {0, 0}, {groups * block_size - rows, 0});
  const Value blocks = Reshape(padded, {groups, block_size, columns});
  const Value low = Min(blocks, {1}, true), high = Max(blocks, {1}, true);
  const Value scale = (high - low + epsilon) / (range.high - range.low);
  const Value zero_point = Clip(Round(-low / scale) + range.low, range.low, range.high);
  const Value values = Clip(Round(blocks / scale) + zero_point, range.low, range.high);
  const Value flat = Reshape(Cast(values, DType::kI8), {groups * block_size, columns});
  return {SliceAxis(flat, 0, 0, rows), Squeeze(scale, {1}),
          Squeeze(Cast(zero_point, DType::kI8), {1})};
}

Value DequantizeGrouped(Value x, Value scale, Value zero_point, Value group_index, int64_t axis,
                        DType dtype) {
  const Value groups = Cast(group_index, DType::kI32);
  const Value zeros = Cast(Take(zero_point, groups, axis), scale.dtype());
  return Cast((Cast(x, scale.dtype()) - zeros) * Take(scale, groups, axis), dtype);
}

}  // namespace tricorn::ops
