#include "core/keras/layers/normalization/unit_normalization.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {

ir::Value UnitNormalization::Call(CallContext&, ir::Value x) {
  constexpr double kEpsilon = 1e-12;
  const ir::Value squares = ops::Sum(ops::Square(x), config_.axis.axes(), true);
  return x * ops::Minimum(ops::Rsqrt(squares), 1 / kEpsilon);
}

}  // namespace tricorn::keras::layers
