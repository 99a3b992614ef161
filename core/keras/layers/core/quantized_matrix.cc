#include "core/keras/layers/core/quantized_matrix.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

Shape QuantizedMatrix::values_shape() const {
  if (bits == 8) return {rows, columns};
  return packed_axis == -1 ? Shape{rows, (columns + 1) / 2} : Shape{(rows + 1) / 2, columns};
}

Shape QuantizedMatrix::scale_shape() const {
  if (!grouped()) return {units()};
  const int64_t groups = (reduced_length() + block_size - 1) / block_size;
  return reduced_axis == -2 ? Shape{groups, columns} : Shape{rows, groups};
}

Tensor QuantizedMatrix::GroupIndex() const {
  Tensor index = Tensor::Uninitialized(DType::kF32, {reduced_length()});
  for (int64_t i = 0; i < reduced_length(); ++i) {
    index.data<float>()[i] = static_cast<float>(i / block_size);
  }
  return index;
}

ir::Values QuantizedMatrix::Quantize(ir::Value matrix, const QuantizerRef& quantizer) const {
  const auto packed = [&](ir::Value values) {
    return bits == 8 ? values : ops::PackBits(values, bits, packed_axis);
  };
  if (!grouped()) {
    const ops::IntegerRange range =
        bits == 8 ? ops::IntegerRange{-127, 127} : ops::IntegerRange{-8, 7};
    const ops::Quantized q = quantizer ? (*quantizer)(matrix, {reduced_axis})
                                       : ops::AbsMaxQuantize(matrix, {reduced_axis}, range);
    return {packed(q.values), ops::Reshape(q.scale, scale_shape())};
  }
  const bool across = reduced_axis == -1;
  const ops::GroupQuantized q =
      ops::AbsMaxQuantizeGrouped(across ? ops::Transpose(matrix) : matrix, block_size);
  const auto back = [&](ir::Value value) { return across ? ops::Transpose(value) : value; };
  return {packed(back(q.values)), back(q.scale), back(q.zero_point)};
}

ir::Value QuantizedMatrix::Unpack(ir::Value values) const {
  if (bits == 8) return values;
  return ops::UnpackBits(values, bits, packed_axis == -1 ? columns : rows, packed_axis);
}

ir::Value QuantizedMatrix::Dequantize(ir::Value values, ir::Value scale, ir::Value zero_point,
                                      ir::Value group_index, DType dtype) const {
  const ir::Value numbers = Unpack(values);
  if (grouped()) {
    return ops::DequantizeGrouped(numbers, scale, zero_point, group_index, reduced_axis, dtype);
  }
  const ir::Value per_unit = reduced_axis == -1 ? ops::ExpandDims(scale, {-1}) : scale;
  return ops::Cast(numbers, dtype) / ops::Cast(per_unit, dtype);
}

}  // namespace tricorn::keras
