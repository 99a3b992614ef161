#include "core/keras/layers/image_color/equalization.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// Positions 0, ..., channels - 1 times `bins`, along the last axis.
ir::Value FirstBins(ir::Builder& builder, int64_t channels, int64_t bins) {
  return ops::Iota(builder, {DType::kI32, {channels}}, 0) * bins;
}

// How many of x lie in each bin of each channel, (channels, bins) i32.
ir::Value Histograms(ir::Value x, int64_t bins) {
  const int64_t channels = x.dim(-1);
  const double last = static_cast<double>(bins - 1);
  const ir::Value bin = ops::Cast(ops::Clip(x * last / 255, 0, last), DType::kI32);
  const ir::Value at = ops::Reshape(bin + FirstBins(x.builder(), channels, bins), {-1});
  const ir::Value zeros = ops::Full(x.builder(), {DType::kI32, {channels * bins}}, 0);
  return ops::Reshape(ops::ScatterAdd(zeros, at, ops::OnesLike(at), 0), {channels, bins});
}

// The value on the scale 0 to 255 that each bin becomes, (channels, bins) f32.
ir::Value LookupTable(ir::Value histograms) {
  const ir::Value sums = ops::Cumsum(histograms, 1);
  const ir::Value total = ops::Max(sums, {1}, true);
  // The first sum that is not 0.
  const ir::Value least = ops::Min(ops::Where(ops::Greater(sums, 0), sums, total), {1}, true);
  const ir::Value length = ops::Cast(total - least, DType::kF32);
  const ir::Value above = ops::Cast(sums - least, DType::kF32);
  const ir::Value value = above * 255 / ops::Where(ops::Equal(length, 0), 1, length);
  return ops::Clip(ops::Round(value), 0, 255);
}

}  // namespace

absl::Status Equalization::CheckArguments() const {
  constexpr int64_t kMostBins = 1 << 16;
  if (config_.bins >= 1 && config_.bins <= kMostBins) return absl::OkStatus();
  return InvalidArgument("bins: expected a number within [1, {}], received {}", kMostBins,
                         config_.bins);
}

ImageTransform Equalization::Draw(ir::Value, const ir::Type&) const {
  return {.images = [this](ir::Value x) {
    const ValueRange bytes{0, 255};
    const int64_t bins = config_.bins, channels = x.dim(-1);
    const ir::Value z = ChangeRange(x, config_.value_range, bytes);
    const ir::Value wide = ops::Cast(z, DType::kF32);
    const ir::Value histograms = Histograms(wide, bins);
    const double last = static_cast<double>(bins - 1);
    const ir::Value bin = ops::Cast(ops::Clip(wide / 255 * last, 0, last), DType::kI32);
    const ir::Value at = bin + FirstBins(x.builder(), channels, bins);
    const ir::Value spread = ops::Take(ops::Reshape(LookupTable(histograms), {-1}), at, 0);
    const ir::Value used = ops::Sum(ops::Cast(ops::Greater(histograms, 0), DType::kI32), {1});
    const ir::Value y = ops::Where(ops::LessEqual(used, 1), z, ops::Cast(spread, x.dtype()));
    return ChangeRange(y, bytes, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
