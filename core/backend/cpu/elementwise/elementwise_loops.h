#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/tensor/dtype.h"

namespace tricorn::backend::cpu {

// result[i] = op(operands[0][i], ...) for i in [0, count). The result may be one of the operands.
using ElementwiseLoop = void (*)(const std::byte* const* operands, std::byte* result,
                                 int64_t count);

// The loop of an elementwise op from the operands' dtype (of a select's last ones) to the result's,
// in the widest vectors that this processor has; the bits do not depend on the width. nullptr when
// the op does not take the dtype.
ElementwiseLoop FindElementwiseLoop(std::string_view op, DType operand, DType result);

// The same for one instruction set: the loops are compiled once for each.
namespace baseline {
ElementwiseLoop FindLoop(std::string_view op, DType operand, DType result);
}
namespace avx512 {
ElementwiseLoop FindLoop(std::string_view op, DType operand, DType result);
}

}  // namespace tricorn::backend::cpu
