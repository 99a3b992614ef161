#pragma once

#include <optional>

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Numbers in few bits: integers with scales, integers packed into bytes, 8-bit floats.

namespace tricorn::ops {

// y = value; its gradient goes to `surrogate`, of which value is a rounded form. Operands: value,
// surrogate, of one type.
extern const OpDef kStraightThrough;
Value StraightThrough(Value value, Value surrogate);

// -- Integers with scales -------------------------------------------------------------------------

struct IntegerRange {
  double low = -127;
  double high = 127;
};
constexpr double kQuantizeEpsilon = 1e-7;

struct Quantized {
  Value values;  // integers
  Value scale;   // as x, `axes` of length 1: x = values / scale
};
// values = round(x * scale) within the range, scale = range.high / (max |x| over axes + epsilon).
Quantized AbsMaxQuantize(Value x, const Axes& axes, IntegerRange range = {},
                         DType dtype = DType::kI8, double epsilon = kQuantizeEpsilon);

struct GroupQuantized {
  Value values;      // i8, as x
  Value scale;       // (groups, columns): x = (values - zero_point) * scale
  Value zero_point;  // (groups, columns) i8
};
// x (rows, columns), quantized by groups of `block_size` rows, the last one of what is left:
// scale = (max - min + epsilon) / (range.high - range.low), so that min and max are met.
// Errors: InvalidArgument unless x has two axes and block_size is positive.
GroupQuantized AbsMaxQuantizeGrouped(Value x, int64_t block_size, IntegerRange range = {-8, 7},
                                     double epsilon = kQuantizeEpsilon);
// (x - zero_point) * scale, both taken along `axis` at group_index (the axis's length), in dtype.
Value DequantizeGrouped(Value x, Value scale, Value zero_point, Value group_index, int64_t axis,
                        DType dtype);

struct FakeQuantAttrs {
  int64_t num_bits = 8;
  bool narrow_range = false;
  std::optional<int64_t> axis = std::nullopt;
  FIELDS(num_bits, narrow_range, axis)
};
// x clipped to [min, max] and rounded to one of 2^num_bits equally spaced numbers (one fewer if
// narrow_range), of which 0 is one. Operands: x, min and max (f32; f64 with an x of f64): scalars,
// or one for each index along `axis`. Gradients reach x within the interval, min and max where x
// lies outside. Source: TensorFlow `fake_quant_with_min_max_vars`.
extern const OpDef kFakeQuant;
Value FakeQuantWithMinMaxVars(Value x, Value min, Value max, FakeQuantAttrs attrs = {});

// -- Packed integers ------------------------------------------------------------------------------

// `bits` (2 or 4) of each of the 8 / bits integers that follow each other along `axis`, the first
// one lowest, in a byte of x's dtype (i8 or u8); zeros fill up the last.
Value PackBits(Value x, int bits, int64_t axis);
// The other way, `length` of them along `axis`; sign-extended in i8.
Value UnpackBits(Value packed, int bits, int64_t length, int64_t axis);
// Five numbers -1, 0, 1 along `axis` as digits 0, 1, 2 of a byte to base 3, the first one lowest.
Value PackTernary(Value x, int64_t axis);                         // to u8
Value UnpackTernary(Value packed, int64_t length, int64_t axis);  // to i8

// -- 8-bit floats ---------------------------------------------------------------------------------

enum class Float8 : uint8_t { kE4M3, kE5M2 };  // e4m3fn and e5m2
double MaxOf(Float8 format);                   // 448 and 57344
// x rounded (halves to even) to a number of the format, in x's dtype; saturates.
Value RoundToFloat8(Value x, Float8 format);
// RoundToFloat8(x / scale) * scale in `dtype`.
Value QuantizeAndDequantize(Value x, Value scale, Float8 format, DType dtype);
// The scale that makes `amax` the format's greatest number, times 2^margin; the old one where amax
// is 0 or not finite.
Value ComputeFloat8Scale(Value amax, Value scale, double dtype_max, double margin = 0);
// amax_history (n,) moved one on, with max |x| as its first.
Value ComputeFloat8AmaxHistory(Value x, Value amax_history);

// Both ops take x, scale () and amax_history (n,) (f32; f64 with an x of f64), and give what comes
// next of scale and amax_history as the gradients of these, by ComputeFloat8Scale and
// ComputeFloat8AmaxHistory.
// y = QuantizeAndDequantize(x) in e4m3; dx = dy. The next scale and history are of x.
extern const OpDef kFloat8Quantize;
Value Float8Quantize(Value x, Value scale, Value amax_history);
// y = x; dx = QuantizeAndDequantize(dy) in e5m2. The next scale and history are of dy.
extern const OpDef kFloat8Gradient;
Value Float8Gradient(Value x, Value scale, Value amax_history);

}  // namespace tricorn::ops
