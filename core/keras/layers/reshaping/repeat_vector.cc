#include "core/keras/layers/reshaping/repeat_vector.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RepeatVector::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectPositive("n", config_.n));
  return ExpectRank(inputs, 2);
}

ir::Value RepeatVector::Call(CallContext&, ir::Value x) {
  return ops::Repeat(ops::ExpandDims(x, {1}), config_.n, 1);
}

}  // namespace tricorn::keras::layers
