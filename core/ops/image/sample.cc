#include <array>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr int kMaxSpatialAxes = 8;  // 2^axes elements are read for each of the result

absl::StatusOr<Type> Infer(std::span<const Type> x, const MapCoordinatesAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectFloating(x[1]));
  const int spatial = x[0].rank() - 2;
  if (spatial < 1 || spatial > kMaxSpatialAxes) {
    return InvalidArgument("expected x (batch, 1 to {} axes, channels), received {}",
                           kMaxSpatialAxes, x[0].ToString());
  }
  const Type& at = x[1];
  if (at.rank() < 2 || at.shape[0] != x[0].shape[0] || at.shape[at.rank() - 1] != spatial) {
    return InvalidArgument("expected coordinates ({}, ..., {}), received {}", x[0].shape[0],
                           spatial, at.ToString());
  }
  if (x[0].num_elements() == 0) {
    return InvalidArgument("expected elements, received {}", x[0].ToString());
  }
  if (a.order != 0 && a.order != 1) {
    return InvalidArgument("expected order 0 or 1, received {}", a.order);
  }
  for (const std::string_view mode : {"constant", "nearest", "wrap", "mirror", "reflect"}) {
    if (a.fill_mode != mode) continue;
    Type y{x[0].dtype, at.shape};
    y.shape[at.rank() - 1] = x[0].shape[spatial + 1];
    return y;
  }
  return InvalidArgument(
      "expected fill_mode 'constant', 'nearest', 'wrap', 'mirror' or 'reflect', received '{}'",
      a.fill_mode);
}

// Half a number away from zero.
Value RoundAway(Value x) { return Sign(x) * Floor(Absolute(x) + 0.5); }

// Repeats (0, ..., size - 1, size - 2, ..., 1).
Value Mirror(Value index, int64_t size) {
  if (size == 1) return ZerosLike(index);
  const int64_t last = size - 1;
  return Absolute(Mod(index + last, 2 * last) - last);
}

Value FixIndex(Value index, int64_t size, std::string_view mode) {
  if (mode == "wrap") return Mod(index, size);
  if (mode == "mirror") return Mirror(index, size);
  if (mode == "reflect") return FloorDivide(Mirror(index * 2 + 1, 2 * size + 1) - 1, 2);
  return Clip(index, 0, size - 1);
}

// One of the elements between which an axis is sampled.
struct Neighbour {
  Value index;   // within the axis
  Value inside;  // whether the axis has it; none: always
  Value weight;  // none: 1
};

// Within what 32 bits hold, for casts that have a meaning.
Value Index(Value x) { return Cast(Clip(x, -0x1p30, 0x1p30), DType::kI64); }

std::vector<Neighbour> Neighbours(Value at, int64_t size, const MapCoordinatesAttrs& a) {
  const auto neighbour = [&](Value index, Value weight) {
    Neighbour result{FixIndex(index, size, a.fill_mode), Value(), weight};
    if (a.fill_mode == "constant") {
      result.inside = LogicalAnd(GreaterEqual(index, 0), Less(index, size));
    }
    return result;
  };
  if (a.order == 0) return {neighbour(Index(RoundAway(at)), Value())};
  const Value low = Floor(at);
  const Value share = at - low;
  const Value index = Index(low);
  return {neighbour(index, 1 - share), neighbour(index + 1, share)};
}

Value Both(Value a, Value b) { return a && b ? LogicalAnd(a, b) : a ? a : b; }

Value Decomposition(Operands operands, const MapCoordinatesAttrs& a) {
  const Value x = operands[0];
  const int spatial = x.rank() - 2;
  const DType working =
      Promote(image::WorkingDType(operands[1]), IsFloating(x.dtype()) ? x.dtype() : DType::kF32);
  const Value coordinates = Cast(operands[1], working);
  std::vector<std::vector<Neighbour>> axes;
  for (int i = 0; i < spatial; ++i) {
    const Value at = Squeeze(SliceAxis(coordinates, -1, i, i + 1), {-1});
    axes.push_back(Neighbours(at, x.dim(i + 1), a));
  }
  const int64_t channels = x.dim(-1);
  const Value rows = Reshape(x, {-1, channels});  // one for each place of each image
  const Type places{DType::kI64, axes[0][0].index.shape()};
  Value sum;
  const size_t corners = a.order == 0 ? 1 : size_t{1} << spatial;
  for (size_t corner = 0; corner < corners; ++corner) {
    Value row = Iota(x.builder(), places, 0), inside, weight;
    for (int i = 0; i < spatial; ++i) {
      const Neighbour& n = axes[static_cast<size_t>(i)][a.order == 0 ? 0 : corner >> i & 1];
      row = row * x.dim(i + 1) + n.index;
      inside = Both(inside, n.inside);
      if (n.weight) weight = weight ? weight * n.weight : n.weight;
    }
    Value taken = Take(rows, row, 0);
    const auto wide = [&](Value v) { return BroadcastTo(ExpandDims(v, {-1}), taken.shape()); };
    if (inside) taken = Where(wide(inside), taken, a.fill_value);
    if (weight) taken = Cast(taken, working) * wide(weight);
    sum = sum ? sum + taken : taken;
  }
  if (IsInteger(x.dtype()) && IsFloating(sum.dtype())) sum = RoundAway(sum);
  return IsInteger(x.dtype()) ? image::RoundTo(sum, x.dtype()) : Cast(sum, x.dtype());
}

}  // namespace

const OpDef kMapCoordinates = Op<MapCoordinatesAttrs>{
    .name = "map_coordinates",
    .doc =
        "y[b, p..., c] = x[b, coordinates[b, p..., :], c], the nearest element or linear between "
        "neighbours. Operands: x (batch, spatial..., channels), coordinates",
    .infer = Infer,
    .decompose = Decomposition,
};

Value MapCoordinates(Value x, Value coordinates, const MapCoordinatesAttrs& attrs) {
  if (coordinates.rank() < 2 || coordinates.dim(0) != x.rank()) {
    return Error(x, InvalidArgument("coordinates: expected ({}, ...) of at least two axes, "
                                    "received {}",
                                    x.rank(), coordinates.type().ToString()));
  }
  const Value at = MoveAxis(
      IsFloating(coordinates.dtype()) ? coordinates : Cast(coordinates, DType::kF32), 0, -1);
  const Value wide = ExpandDims(ExpandDims(x, {0}), {-1});
  const Value y = x.builder().Add(kMapCoordinates, {{wide, ExpandDims(at, {0})}}, attrs);
  return x.builder().ok() ? Squeeze(y, {0, -1}) : Error(x);
}

absl::StatusOr<int64_t> SamplingOrder(std::string_view interpolation) {
  if (interpolation == "nearest") return 0;
  if (interpolation == "bilinear") return 1;
  return InvalidArgument("interpolation: expected 'nearest' or 'bilinear', received '{}'",
                         interpolation);
}

}  // namespace tricorn::ops
