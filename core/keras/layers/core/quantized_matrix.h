#pragma once

#include "core/keras/quantizers/quantization_config.h"

namespace tricorn::keras {

// How a layer holds a matrix of integers with scales. Axes count from the end, so that rows taken
// out of a matrix are read in the same way.
struct QuantizedMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t reduced_axis = -2;  // summed over in products: a scale is for all numbers along it,
  int64_t block_size = -1;    // or for each block_size of them, with a zero point, when positive
  int bits = 8;
  int64_t packed_axis = -1;  // of 4 bits: two numbers along it share a byte

  bool grouped() const { return block_size > 0; }
  int64_t reduced_length() const { return reduced_axis == -2 ? rows : columns; }
  int64_t units() const { return reduced_axis == -2 ? columns : rows; }
  Shape values_shape() const;
  Shape scale_shape() const;  // of zero points too
  // Which group each number along the reduced axis is in.
  Tensor GroupIndex() const;

  // values, scale and, when grouped, zero points, of a floating matrix. `quantizer` none: by the
  // greatest number, within the range that the bits have.
  ir::Values Quantize(ir::Value matrix, const QuantizerRef& quantizer) const;
  // int8 (rows, columns).
  ir::Value Unpack(ir::Value values) const;
  // The floating matrix, or those of its rows that all arguments but group_index were taken at.
  // zero_point and group_index: none unless grouped.
  ir::Value Dequantize(ir::Value values, ir::Value scale, ir::Value zero_point,
                       ir::Value group_index, DType dtype) const;
};

}  // namespace tricorn::keras
