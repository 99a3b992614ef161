#include "core/ops/elementwise/elementwise.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr int64_t kTritsPerByte = 5;

// x with `axis` in front, cut into rows of `per_byte`: (bytes, per_byte, the other axes...).
Value InRows(Value x, int64_t per_byte, int64_t axis) {
  Value front = MoveAxis(x, axis, 0);
  const int64_t bytes = (front.dim(0) + per_byte - 1) / per_byte;
  Axes low(static_cast<size_t>(x.rank()), 0), high = low;
  high[0] = bytes * per_byte - front.dim(0);
  front = Pad(front, low, high);
  std::vector<int64_t> dims = front.shape().dims();
  dims[0] = per_byte;
  dims.insert(dims.begin(), bytes);
  return Reshape(front, Shape(dims));
}

// The other way: the first `length` along `axis`.
Value FromRows(Value rows, int64_t length, int64_t axis) {
  std::vector<int64_t> dims = rows.shape().dims();
  dims[0] *= dims[1];
  dims.erase(dims.begin() + 1);
  return MoveAxis(SliceAxis(Reshape(rows, Shape(dims)), 0, 0, length), 0, axis);
}

absl::Status ExpectBytes(const Value& x) {
  if (x.dtype() == DType::kI8 || x.dtype() == DType::kU8) return absl::OkStatus();
  return InvalidArgument("expected int8 or uint8, received {}", x.type().ToString());
}

absl::Status ExpectBits(int bits) {
  if (bits == 2 || bits == 4) return absl::OkStatus();
  return InvalidArgument("expected 2 or 4 bits, received {}", bits);
}

// What unpacking needs: so many bytes along the axis.
absl::Status ExpectPacked(const Value& packed, int64_t per_byte, int64_t length, int64_t axis) {
  const int64_t expected = (length + per_byte - 1) / per_byte;
  if (length >= 0 && packed.dim(static_cast<int>(axis)) == expected) return absl::OkStatus();
  return InvalidArgument("expected {} bytes of {} numbers along axis {}, received {}", expected,
                         length, axis, packed.type().ToString());
}

}  // namespace

Value PackBits(Value x, int bits, int64_t axis) {
  for (const absl::Status& status : {ExpectBytes(x), ExpectBits(bits)}) {
    if (!status.ok()) return Error(x, status);
  }
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const int64_t per_byte = 8 / bits;
  const Value rows = InRows(x, per_byte, axis);
  Value byte;
  for (int64_t i = 0; i < per_byte; ++i) {
    const Value one = BitwiseAnd(Squeeze(SliceAxis(rows, 1, i, i + 1), {1}), (1 << bits) - 1);
    const Value shifted = i == 0 ? one : LeftShift(one, i * bits);
    byte = byte ? BitwiseOr(byte, shifted) : shifted;
  }
  return MoveAxis(byte, 0, axis);
}

Value UnpackBits(Value packed, int bits, int64_t length, int64_t axis) {
  for (const absl::Status& status : {ExpectBytes(packed), ExpectBits(bits)}) {
    if (!status.ok()) return Error(packed, status);
  }
  axis = NormalizeAxis(packed, axis);
  if (axis < 0) return Error(packed);
  const int64_t per_byte = 8 / bits;
  const absl::Status fits = ExpectPacked(packed, per_byte, length, axis);
  if (!fits.ok()) return Error(packed, fits);
  const Value front = MoveAxis(packed, axis, 0);
  const int sign = 1 << (bits - 1);
  Values parts;
  for (int64_t i = 0; i < per_byte; ++i) {
    const Value shifted = i == 0 ? front : RightShift(front, i * bits);
    const Value one = BitwiseAnd(shifted, (1 << bits) - 1);
    parts.push_back(packed.dtype() == DType::kI8 ? BitwiseXor(one, sign) - sign : one);
  }
  return FromRows(Stack(parts, 1), length, axis);
}

Value PackTernary(Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const Value rows = InRows(Cast(x, DType::kI32), kTritsPerByte, axis);
  Value byte;
  int64_t weight = 1;
  for (int64_t i = 0; i < kTritsPerByte; ++i, weight *= 3) {
    const Value digit = (Squeeze(SliceAxis(rows, 1, i, i + 1), {1}) + 1) * weight;
    byte = byte ? byte + digit : digit;
  }
  return MoveAxis(Cast(byte, DType::kU8), 0, axis);
}

Value UnpackTernary(Value packed, int64_t length, int64_t axis) {
  axis = NormalizeAxis(packed, axis);
  if (axis < 0) return Error(packed);
  const absl::Status fits = ExpectPacked(packed, kTritsPerByte, length, axis);
  if (!fits.ok()) return Error(packed, fits);
  const Value front = Cast(MoveAxis(packed, axis, 0), DType::kI32);
  Values digits;
  int64_t weight = 1;
  for (int64_t i = 0; i < kTritsPerByte; ++i, weight *= 3) {
    digits.push_back(Cast(Mod(FloorDivide(front, weight), 3) - 1, DType::kI8));
  }
  return FromRows(Stack(digits, 1), length, axis);
}

}  // namespace tricorn::ops
