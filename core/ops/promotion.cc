#include "core/ops/promotion.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/op.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

DType PromoteIntegers(DType a, DType b) {
  const int64_t a_size = SizeOf(a), b_size = SizeOf(b);
  if (IsSigned(a) == IsSigned(b)) return a_size >= b_size ? a : b;
  const DType is_signed = IsSigned(a) ? a : b;
  const int64_t unsigned_size = std::min(IsSigned(a) ? b_size : a_size, int64_t{8});
  if (SizeOf(is_signed) > unsigned_size) return is_signed;
  switch (unsigned_size) {
    case 1:
      return DType::kI16;
    case 2:
      return DType::kI32;
    case 4:
      return DType::kI64;
    default:
      return DType::kF32;
  }
}

}  // namespace

DType Promote(DType a, DType b) {
  if (a == b || b == DType::kBool) return a;
  if (a == DType::kBool) return b;
  if (IsFloating(a) != IsFloating(b)) return IsFloating(a) ? a : b;
  if (!IsFloating(a)) return PromoteIntegers(a, b);
  const auto [low, high] = std::minmax(a, b);
  return low == DType::kF16 && high == DType::kBF16 ? DType::kF32 : high;
}

DType PromotedDType(std::span<const Arg> args) {
  DType dtype = DType::kBool;
  for (const Arg& arg : args) {
    if (!arg.is_number()) dtype = Promote(dtype, arg.value().dtype());
  }
  for (const Arg& arg : args) {
    if (!arg.is_number() || IsFloating(dtype)) continue;
    if (!arg.is_integer()) return DType::kF32;
    if (dtype == DType::kBool) dtype = DType::kI32;
  }
  return dtype;
}

absl::StatusOr<Shape> BroadcastShapes(std::span<const Shape> shapes) {
  std::vector<int64_t> dims;
  for (const Shape& shape : shapes) {
    const size_t rank = static_cast<size_t>(shape.rank());
    if (rank > dims.size()) dims.insert(dims.begin(), rank - dims.size(), 1);
    for (size_t i = 0; i < rank; ++i) {
      int64_t& dim = dims[dims.size() - rank + i];
      const int64_t other = shape.dims()[i];
      if (dim == 1) {
        dim = other;
      } else if (other != 1 && other != dim) {
        return InvalidArgument("expected shapes that broadcast, received {} and {}",
                               shapes.front().ToString(), shape.ToString());
      }
    }
  }
  return Shape(std::move(dims));
}

Values UnifyShapes(std::span<const Value> values) {
  std::vector<Shape> shapes;
  for (const Value& value : values) shapes.push_back(value.shape());
  const absl::StatusOr<Shape> shape = BroadcastShapes(shapes);
  if (!shape.ok()) {
    Error(values.front(), shape.status());
    return Errors(values.front(), values.size());
  }
  Values results;
  for (const Value& value : values) results.push_back(BroadcastTo(value, *shape));
  return results;
}

Values Unify(std::span<const Arg> args) {
  const auto any =
      std::find_if(args.begin(), args.end(), [](const Arg& a) { return !a.is_number(); });
  CHECK(any != args.end());
  const DType dtype = PromotedDType(args);
  Values values;
  for (const Arg& arg : args) {
    values.push_back(arg.is_number() ? Scalar(any->value().builder(), arg.number(), dtype)
                                     : Cast(arg.value(), dtype));
  }
  return UnifyShapes(values);
}

}  // namespace tricorn::ops
