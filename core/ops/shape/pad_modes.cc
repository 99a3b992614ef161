#include <functional>
#include <map>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/turning.h"

namespace tricorn::ops {
namespace {

// Which element of an axis of `length` stands at position i, which may be outside.
using Source = int64_t (*)(int64_t i, int64_t length);

int64_t Modulo(int64_t i, int64_t n) { return (i % n + n) % n; }

int64_t Edge(int64_t i, int64_t length) { return std::clamp<int64_t>(i, 0, length - 1); }
int64_t Wrap(int64_t i, int64_t length) { return Modulo(i, length); }
int64_t Symmetric(int64_t i, int64_t length) {
  const int64_t at = Modulo(i, 2 * length);
  return at < length ? at : 2 * length - 1 - at;
}
int64_t Reflect(int64_t i, int64_t length) {
  if (length == 1) return 0;
  const int64_t at = Modulo(i, 2 * (length - 1));
  return at < length ? at : 2 * (length - 1) - at;
}

Value PadFrom(Value x, int64_t axis, int64_t low, int64_t high, Source source) {
  const int64_t length = x.dim(static_cast<int>(axis));
  if (length == 0) {
    return Error(x, InvalidArgument("pad: expected elements to repeat on axis {} of {}", axis,
                                    x.type().ToString()));
  }
  std::vector<int32_t> indices;
  for (int64_t i = -low; i < length + high; ++i) {
    indices.push_back(static_cast<int32_t>(source(i, length)));
  }
  const Shape shape{static_cast<int64_t>(indices.size())};
  return Take(x, x.builder().Constant(Tensor::From<int32_t>(shape, indices)), axis);
}

// `value`, of length 1 along `axis`, on both sides.
Value PadBy(Value x, int64_t axis, int64_t low, int64_t high, Value value) {
  value = Cast(IsFloating(x.dtype()) ? value : Round(value), x.dtype());
  return Concatenate({{Repeat(value, low, axis), x, Repeat(value, high, axis)}}, axis);
}

// From the edge down to 0 in equal steps.
Value PadRamp(Value x, int64_t axis, int64_t low, int64_t high) {
  const int64_t length = x.dim(static_cast<int>(axis));
  Shape steps_shape = x.shape();
  for (int i = 0; i < steps_shape.rank(); ++i) steps_shape[i] = 1;
  const auto side = [&](int64_t width, bool rises, Value edge) {
    steps_shape[static_cast<int>(axis)] = width;
    Value step = Iota(x.builder(), {DType::kF32, steps_shape}, axis);
    if (!rises) step = (width - 1) - step;
    return Cast(edge * step / std::max<int64_t>(width, 1), x.dtype());
  };
  return Concatenate({{side(low, true, SliceAxis(x, axis, 0, 1)), x,
                       side(high, false, SliceAxis(x, axis, length - 1, length))}},
                     axis);
}

Value Middle(Value x, int64_t axis) {
  const int64_t length = x.dim(static_cast<int>(axis));
  const Value sorted = Sort(x, axis);
  return Mean(SliceAxis(sorted, axis, (length - 1) / 2, length / 2 + 1), {axis}, true);
}

Value PadAxis(Value x, int64_t axis, int64_t low, int64_t high, std::string_view mode) {
  static const std::map<std::string_view, Source> sources = {
      {"edge", Edge}, {"reflect", Reflect}, {"symmetric", Symmetric}, {"wrap", Wrap}};
  if (const auto source = sources.find(mode); source != sources.end()) {
    return PadFrom(x, axis, low, high, source->second);
  }
  if (mode == "maximum") return PadBy(x, axis, low, high, Max(x, {axis}, true));
  if (mode == "minimum") return PadBy(x, axis, low, high, Min(x, {axis}, true));
  if (mode == "mean") return PadBy(x, axis, low, high, Mean(x, {axis}, true));
  if (mode == "median") return PadBy(x, axis, low, high, Middle(x, axis));
  if (mode == "linear_ramp") return PadRamp(x, axis, low, high);
  return Error(x, InvalidArgument("pad: expected a mode of numpy.pad, received '{}'", mode));
}

}  // namespace

Value PadWith(Value x, const Axes& low, const Axes& high, std::string_view mode) {
  CHECK(low.size() == static_cast<size_t>(x.rank()) && high.size() == low.size());
  for (size_t i = 0; i < low.size(); ++i) {
    if (low[i] < 0 || high[i] < 0) {
      return Error(
          x, InvalidArgument("pad: expected widths >= 0, received {} and {}", low[i], high[i]));
    }
  }
  if (mode == "constant" || mode == "empty") return Pad(x, low, high);
  for (size_t i = 0; i < low.size(); ++i) {
    if (low[i] == 0 && high[i] == 0) continue;
    x = PadAxis(x, static_cast<int64_t>(i), low[i], high[i], mode);
    if (!x.builder().ok()) return x;
  }
  return x;
}

}  // namespace tricorn::ops
