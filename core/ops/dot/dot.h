#pragma once

#include <string_view>

#include "core/ops/op.h"
#include "core/ops/promotion.h"

namespace tricorn::ops {

// y[batch..., a's other axes..., b's other axes...] = sum over the contracted axes of a * b.
// Axis a_batch[k] of a goes with b_batch[k] of b; a_contract[k] with b_contract[k]. Operands of one
// dtype, which is y's, but that int8 gives int32; float16 and bfloat16 accumulate in float32.
struct DotGeneralAttrs {
  Axes a_batch = {};
  Axes b_batch = {};
  Axes a_contract = {};
  Axes b_contract = {};
  FIELDS(a_batch, b_batch, a_contract, b_contract)
};
extern const OpDef kDotGeneral;
Value DotGeneral(Value a, Value b, DotGeneralAttrs attrs);

// As numpy.matmul: vectors, matrices and stacks of matrices that broadcast.
Value Matmul(Value a, Value b);
// numpy.einsum: "bij,bjk->bik" over letters, an ellipsis for axes that broadcast, a letter twice in
// a term for the diagonal; without "->" the letters that occur once, sorted. Operands are
// contracted from the left, two at a time.
Value Einsum(std::string_view equation, Operands operands);
// Contracts a's axes a_axes with b's axes b_axes.
Value Tensordot(Value a, Value b, const Axes& a_axes, const Axes& b_axes);

}  // namespace tricorn::ops
