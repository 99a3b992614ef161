#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/ops/op.h"

namespace tricorn::ops {

// Splits, permutes and joins axes: "b (h k) w -> b h (k w)", lengths by name where one axis is
// split in several, all but one of each group. Source: Keras 3 `keras.ops.rearrange`, after einops.
Value Rearrange(Value x, std::string_view pattern, const std::map<std::string, int64_t>& lengths);

// Blocks of block_size x block_size pixels of x (batch, height, width, channels) as channels, and
// back; (batch, channels, height, width) if channels_first.
Value SpaceToDepth(Value x, int64_t block_size, bool channels_first = false);
Value DepthToSpace(Value x, int64_t block_size, bool channels_first = false);

}  // namespace tricorn::ops
