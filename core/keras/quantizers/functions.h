#pragma once

#include <string_view>
#include <vector>

#include "core/ops/quantize/quantize.h"

// keras.quantizers' functions by their names, on graph values.

namespace tricorn::keras::quantizers {

using ops::AbsMaxQuantize;
inline ops::GroupQuantized AbsMaxQuantizeGroupedWithZeroPoint(ir::Value inputs, int64_t block_size,
                                                              ops::IntegerRange value_range = {-8,
                                                                                               7}) {
  return ops::AbsMaxQuantizeGrouped(inputs, block_size, value_range);
}
using ops::ComputeFloat8AmaxHistory;
using ops::ComputeFloat8Scale;
using ops::FakeQuantWithMinMaxVars;
using ops::QuantizeAndDequantize;

// Two, or four, integers a byte of int8 or uint8.
inline ir::Value PackInt4(ir::Value x, int64_t axis = 0) { return ops::PackBits(x, 4, axis); }
inline ir::Value UnpackInt4(ir::Value packed, int64_t orig_len, int64_t axis = 0) {
  return ops::UnpackBits(packed, 4, orig_len, axis);
}
inline ir::Value PackInt2(ir::Value x, int64_t axis = 0) { return ops::PackBits(x, 2, axis); }
inline ir::Value UnpackInt2(ir::Value packed, int64_t orig_len, int64_t axis = 0) {
  return ops::UnpackBits(packed, 2, orig_len, axis);
}
using ops::PackTernary;
using ops::UnpackTernary;

// As Keras writes them.
inline std::vector<std::string_view> FunctionNames() {
  return {"abs_max_quantize",
          "abs_max_quantize_grouped_with_zero_point",
          "compute_float8_amax_history",
          "compute_float8_scale",
          "fake_quant_with_min_max_vars",
          "pack_int2",
          "pack_int4",
          "pack_ternary",
          "quantize_and_dequantize",
          "unpack_int2",
          "unpack_int4",
          "unpack_ternary"};
}

}  // namespace tricorn::keras::quantizers
