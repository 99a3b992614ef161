#include <cmath>

#include "core/ops/creation/creation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// i / div for i < num, with the axes of `like` behind, in like's dtype.
Value Fractions(Value like, int64_t num, int64_t div) {
  std::vector<int64_t> dims(static_cast<size_t>(like.rank()) + 1, 1);
  dims[0] = num;
  const Value steps = Iota(like.builder(), {DType::kF64, Shape(std::move(dims))}, 0);
  return Cast(steps / std::max<int64_t>(div, 1), like.dtype());
}

Values FloatingPair(Value a, Value b) {
  Values x = Unify({{a, b}});
  for (Value& value : x) {
    if (!IsFloating(value.dtype())) value = Cast(value, DType::kF32);
  }
  return x;
}

int64_t Divisions(int64_t num, bool endpoint) { return endpoint ? num - 1 : num; }

// `body` for each fraction of the way, the ends exact, along `axis`.
Value Between(Value start, Value stop, int64_t num, bool endpoint, int64_t axis, Value body) {
  if (num > 1 && endpoint) {
    const Value inner = SliceAxis(body, 0, 0, num - 1);
    body = Concatenate({{inner, ExpandDims(stop, {0})}}, 0);
  }
  if (num > 0) {
    body = Concatenate({{ExpandDims(start, {0}), SliceAxis(body, 0, 1, num)}}, 0);
  }
  return MoveAxis(body, 0, axis);
}

bool CheckCount(Value x, int64_t num) {
  if (num >= 0) return true;
  Error(x, InvalidArgument("expected num >= 0, received {}", num));
  return false;
}

}  // namespace

Value Arange(Builder& builder, double start, double stop, double step, DType dtype) {
  const double count = std::ceil((stop - start) / step);
  if (!std::isfinite(count) || count > 1e15) {
    builder.SetError(
        InvalidArgument("arange: expected a finite range, received {}, {}, {}", start, stop, step));
    return Value(&builder, -1);
  }
  const Shape shape{std::max<int64_t>(static_cast<int64_t>(count), 0)};
  return Cast(start + step * Iota(builder, {DType::kF64, shape}, 0), dtype);
}

Value Linspace(Value start, Value stop, int64_t num, bool endpoint, int64_t axis) {
  const Values x = FloatingPair(start, stop);
  if (!CheckCount(start, num) || !start.builder().ok()) return Error(start);
  const Value part = Fractions(x[0], num, Divisions(num, endpoint));
  return Between(x[0], x[1], num, endpoint, axis, x[0] * (1 - part) + x[1] * part);
}

Value LinspaceStep(Value start, Value stop, int64_t num, bool endpoint) {
  const Values x = FloatingPair(start, stop);
  return (x[1] - x[0]) / std::max<int64_t>(Divisions(num, endpoint), 1);
}

Value Logspace(Value start, Value stop, int64_t num, bool endpoint, double base, int64_t axis) {
  return Power(base, Linspace(start, stop, num, endpoint, axis));
}

Value Geomspace(Value start, Value stop, int64_t num, bool endpoint, int64_t axis) {
  const Values x = FloatingPair(start, stop);
  if (!CheckCount(start, num) || !start.builder().ok()) return Error(start);
  const Value part = Fractions(x[0], num, Divisions(num, endpoint));
  return Between(x[0], x[1], num, endpoint, axis, x[0] * Power(x[1] / x[0], part));
}

Values Meshgrid(Operands x, bool xy) {
  std::vector<int64_t> dims;
  for (const Value& part : x) {
    if (part.rank() > 1) {
      Error(part,
            InvalidArgument("meshgrid: expected vectors, received {}", part.type().ToString()));
      return Errors(part, x.size());
    }
    dims.push_back(part.type().num_elements());
  }
  if (xy && dims.size() >= 2) std::swap(dims[0], dims[1]);
  Values grids;
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t axis = xy && dims.size() >= 2 && i < 2 ? 1 - i : i;
    grids.push_back(Broadcast(Reshape(x[i], {-1}), Shape(dims), {static_cast<int64_t>(axis)}));
  }
  return grids;
}

Values UnravelIndex(Value indices, const Shape& shape) {
  Values results;
  // Indices in [-size, 0) count from the end.
  Value rest = Where(Less(indices, 0), indices + shape.num_elements(), indices);
  rest = Clip(rest, 0, std::max<int64_t>(shape.num_elements() - 1, 0));
  const std::vector<int64_t> strides = shape.Strides();
  for (const int64_t stride : strides) {
    results.push_back(FloorDivide(rest, stride));
    rest = Mod(rest, stride);
  }
  return results;
}

}  // namespace tricorn::ops
