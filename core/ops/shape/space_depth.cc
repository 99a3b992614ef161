#include "core/ops/shape/rearrange.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectImages(std::string_view name, const Value& x, int64_t block_size) {
  if (x.rank() != 4) {
    return InvalidArgument("{}: expected images of four axes, received {}", name,
                           x.type().ToString());
  }
  if (block_size < 1) {
    return InvalidArgument("{}: expected a positive block_size, received {}", name, block_size);
  }
  return absl::OkStatus();
}

}  // namespace

Value SpaceToDepth(Value x, int64_t block_size, bool channels_first) {
  absl::Status status = ExpectImages("space_to_depth", x, block_size);
  const int height_axis = channels_first ? 2 : 1;
  if (status.ok() &&
      (x.dim(height_axis) % block_size != 0 || x.dim(height_axis + 1) % block_size != 0)) {
    status = InvalidArgument(
        "space_to_depth: expected height and width that {} divides, "
        "received {}",
        block_size, x.type().ToString());
  }
  if (!status.ok()) return Error(x, status);
  const int64_t n = x.dim(0), b = block_size;
  const int64_t h = x.dim(height_axis) / b, w = x.dim(height_axis + 1) / b;
  if (channels_first) {
    const int64_t c = x.dim(1);
    return Reshape(Transpose(Reshape(x, {n, c, h, b, w, b}), {0, 1, 3, 5, 2, 4}),
                   {n, c * b * b, h, w});
  }
  const int64_t c = x.dim(3);
  return Reshape(Transpose(Reshape(x, {n, h, b, w, b, c}), {0, 1, 3, 2, 4, 5}),
                 {n, h, w, c * b * b});
}

Value DepthToSpace(Value x, int64_t block_size, bool channels_first) {
  absl::Status status = ExpectImages("depth_to_space", x, block_size);
  const int channel_axis = channels_first ? 1 : 3;
  const int64_t b = block_size;
  if (status.ok() && x.dim(channel_axis) % (b * b) != 0) {
    status = InvalidArgument("depth_to_space: expected channels that {} divides, received {}",
                             b * b, x.type().ToString());
  }
  if (!status.ok()) return Error(x, status);
  const int64_t n = x.dim(0), c = x.dim(channel_axis) / (b * b);
  const int64_t h = x.dim(channels_first ? 2 : 1), w = x.dim(channels_first ? 3 : 2);
  if (channels_first) {
    return Reshape(Transpose(Reshape(x, {n, c, b, b, h, w}), {0, 1, 4, 2, 5, 3}),
                   {n, c, h * b, w * b});
  }
  return Reshape(Transpose(Reshape(x, {n, h, w, b, b, c}), {0, 1, 3, 2, 4, 5}),
                 {n, h * b, w * b, c});
}

}  // namespace tricorn::ops
