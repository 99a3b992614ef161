#include "core/keras/layers/image_color/clahe.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

constexpr int64_t kLevels = 256;

// x with `axis` lengthened to `length` by reflection.
ir::Value ReflectTo(ir::Value x, int64_t axis, int64_t length) {
  const int64_t size = x.dim(static_cast<int>(axis));
  if (length == size) return x;
  const ir::Value turn = ops::Mod(ops::image::Range(x.builder(), DType::kI64, length), 2 * size);
  return ops::Take(x, ops::Where(ops::Less(turn, size), turn, 2 * size - 1 - turn), axis);
}

// Values on the scale 0 to 255 as whole numbers.
ir::Value Levels(ir::Value x) { return ops::Cast(ops::Clip(x, 0, 255), DType::kI32); }

// The position before that of each of `shape`'s elements, counted in rows of kLevels.
ir::Value RowStarts(ir::Builder& builder, const Shape& shape) {
  const ir::Value rows = ops::Iota(builder, {DType::kI64, {shape.num_elements()}}, 0) * kLevels;
  return ops::Reshape(rows, shape);
}

// How often each level occurs in each tile, tiles (..., pixels): (..., kLevels) in f32.
ir::Value TileHistograms(ir::Value tiles) {
  std::vector<int64_t> dims(tiles.shape().begin(), tiles.shape().end() - 1);
  ir::Builder& builder = tiles.builder();
  const ir::Value starts = ops::ExpandDims(RowStarts(builder, Shape(dims)), {-1});
  const ir::Value at = ops::Reshape(ops::Cast(Levels(tiles), DType::kI64) + starts, {-1});
  dims.push_back(kLevels);
  const ir::Value zeros = ops::Full(builder, {DType::kF32, {Shape(dims).num_elements()}}, 0);
  const ir::Value ones = ops::Full(builder, {DType::kF32, at.shape()}, 1);
  return ops::Reshape(ops::ScatterAdd(zeros, at, ones, 0), Shape(dims));
}

// What each level becomes in a tile of `pixels`.
ir::Value TileMap(ir::Value histograms, double pixels, double clip_limit) {
  if (clip_limit > 0) {
    const ir::Value held = ops::Minimum(histograms, clip_limit * pixels / kLevels);
    histograms = held + ops::Sum(histograms - held, {-1}, true) / static_cast<double>(kLevels);
  }
  const ir::Value sums = ops::Cumsum(histograms, -1);
  const ir::Value least = ops::Min(sums, {-1}, true);
  const ir::Value length = pixels - least;
  const ir::Value value = (sums - least) * 255 / ops::Where(ops::Equal(length, 0), 1, length);
  return ops::Clip(value, 0, 255);
}

// Of each place along an axis of `count` tiles of `length`: the tile whose centre lies before it,
// that after it, and the share of the latter.
struct Between {
  ir::Value before, after, share;
};
Between TilesAround(ir::Builder& builder, int64_t count, int64_t length) {
  const auto size = static_cast<double>(length);
  const ir::Value at = (ops::image::Range(builder, DType::kF32, count * length) - size / 2) / size;
  const ir::Value low = ops::Floor(at);
  const auto tile = [&](ir::Value index) {
    return ops::Cast(ops::Clip(index, 0, count - 1), DType::kI64);
  };
  return {tile(low), tile(low + 1), at - low};
}

ir::Value Equalize(ir::Value x, int64_t grid_rows, int64_t grid_columns, double clip_limit) {
  const int64_t batch = x.dim(0), rows = x.dim(1), columns = x.dim(2), channels = x.dim(3);
  const int64_t tile_rows = (rows + grid_rows - 1) / grid_rows;
  const int64_t tile_columns = (columns + grid_columns - 1) / grid_columns;
  const ir::Value padded =
      ReflectTo(ReflectTo(x, 1, tile_rows * grid_rows), 2, tile_columns * grid_columns);
  ir::Value tiles =
      ops::Reshape(padded, {batch, grid_rows, tile_rows, grid_columns, tile_columns, channels});
  tiles = ops::Reshape(ops::Transpose(tiles, {0, 1, 3, 5, 2, 4}),
                       {batch, grid_rows, grid_columns, channels, tile_rows * tile_columns});
  const auto pixels = static_cast<double>(tile_rows * tile_columns);
  const ir::Value map = ops::Reshape(TileMap(TileHistograms(tiles), pixels, clip_limit), {-1});

  ir::Builder& builder = x.builder();
  const Between y = TilesAround(builder, grid_rows, tile_rows);
  const Between z = TilesAround(builder, grid_columns, tile_columns);
  const auto along = [](ir::Value v, const Shape& shape) { return ops::Reshape(v, shape); };
  const ir::Value first = ops::Iota(builder, {DType::kI64, {batch, 1, 1, 1}}, 0);
  const ir::Value channel = ops::Iota(builder, {DType::kI64, {1, 1, 1, channels}}, 3);
  const ir::Value level = ops::Cast(Levels(padded), DType::kI64);
  const auto value = [&](ir::Value row, ir::Value column) {
    ir::Value tile = first * grid_rows + along(row, {1, -1, 1, 1});
    tile = (tile * grid_columns + along(column, {1, 1, -1, 1})) * channels + channel;
    return ops::Take(map, tile * kLevels + level, 0);
  };
  const ir::Value wy = along(y.share, {1, -1, 1, 1}), wz = along(z.share, {1, 1, -1, 1});
  const ir::Value above = value(y.before, z.before) * (1 - wz) + value(y.before, z.after) * wz;
  const ir::Value below = value(y.after, z.before) * (1 - wz) + value(y.after, z.after) * wz;
  const ir::Value result = above * (1 - wy) + below * wy;
  return ops::SliceAxis(ops::SliceAxis(result, 1, 0, rows), 2, 0, columns);
}

}  // namespace

absl::Status ContrastLimitedAdaptiveHistogramEqualization::CheckArguments() const {
  constexpr int64_t kMostTiles = 1 << 12;
  for (int i = 0; i < 2; ++i) {
    const int64_t count = config_.tile_grid_size[i];
    if (count < 1 || count > kMostTiles) {
      return InvalidArgument("tile_grid_size: expected numbers within [1, {}], received {}",
                             kMostTiles, count);
    }
  }
  return absl::OkStatus();
}

ImageTransform ContrastLimitedAdaptiveHistogramEqualization::Draw(ir::Value,
                                                                  const ir::Type&) const {
  return {.images = [this](ir::Value x) {
    const ValueRange bytes{0, 255};
    const ir::Value z = ops::Cast(ChangeRange(x, config_.value_range, bytes), DType::kF32);
    const ir::Value y =
        Equalize(z, config_.tile_grid_size[0], config_.tile_grid_size[1], config_.clip_limit);
    return ChangeRange(ops::Cast(y, x.dtype()), bytes, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
